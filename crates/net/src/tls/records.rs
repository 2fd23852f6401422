//! TLS records over byte queues: no socket, no waiting.
//!
//! What the server sent goes into [`Records::received`]; it is decrypted there in place. What is to be sent to it stands in
//! [`Records::unsent`]. rustls (its unbuffered interface) keeps no bytes of its own but the plaintext of one record at a time, so an
//! idle connection holds no buffers at all.
//!
//! A handshake that waits for bytes is at most [`HANDSHAKE_LIMIT`] large; after it, at most one record is incomplete, and what
//! lies undecided in `received` is bounded by what the owner puts there in one receive.

use std::io::{self, IoSlice};
use std::sync::Arc;

use rustls::client::UnbufferedClientConnection;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus,
};

use super::config::provider;
use super::observe::{Observed, observing};
use super::{CertErrors, Client, TlsError, TlsInfo, roots, verify};
use crate::conn::buffer::Buffer;

/// The largest record with its header, with room for the expansion that TLS 1.2 allows (RFC 5246 §6.2.3).
const LARGEST_RECORD: usize = 5 + 16384 + 2048;
/// The most bytes of an unfinished handshake flight: rustls's own limit for one message, and one record.
const HANDSHAKE_LIMIT: usize = 65536 + LARGEST_RECORD;
/// Room for one receive. More when the last one filled it.
const RECEIVE: usize = LARGEST_RECORD;
const RECEIVE_MORE: usize = 65536;
/// Room for one receive during the handshake.
const RECEIVE_HANDSHAKE: usize = 4096;
/// Plaintext of one record.
const FRAGMENT: usize = 16384;
/// The most that one record adds to its plaintext when sent (header, nonce, tag, type).
const OVERHEAD: usize = 64;
/// How much is encrypted ahead of the socket.
const UNSENT_LIMIT: usize = 65536;

/// The records of one connection.
pub(crate) struct Records {
    client: Box<Client>,
    received: Buffer,
    unsent: Buffer,
    observed: Observed,
    info: Option<Arc<TlsInfo>>,
    /// close_notify came.
    closed: bool,
    failed: Option<rustls::Error>,
    /// The last receive filled all its room.
    busy: bool,
}

/// How many bytes one receive is given room for after the handshake; more when the last one filled its room (`busy`).
pub(crate) fn receive_size(busy: bool) -> usize {
    if busy { RECEIVE_MORE } else { RECEIVE }
}

/// How far a handshake is.
pub(crate) enum Handshake {
    /// More bytes of the server are needed (after everything unsent is sent).
    Receive,
    Done,
}

/// What reading gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plaintext {
    /// So many bytes to `out`, perhaps more to `spill`; not nothing in both.
    Data(usize),
    /// More bytes of the server are needed.
    Receive,
    /// The server said that nothing follows.
    End,
}

impl Records {
    pub(crate) fn new(client: Client) -> Records {
        Records {
            client: Box::new(client),
            received: Buffer::default(),
            unsent: Buffer::default(),
            observed: Observed::default(),
            info: None,
            closed: false,
            failed: None,
            busy: false,
        }
    }

    /// The facts of the connection, once the handshake is done.
    pub(crate) fn info(&self) -> Option<&Arc<TlsInfo>> {
        self.info.as_ref()
    }

    /// Encrypted bytes for the server.
    pub(crate) fn unsent(&self) -> &[u8] {
        self.unsent.filled()
    }

    /// Whether [`Records::write`] takes nothing before something was sent.
    pub(crate) fn is_full(&self) -> bool {
        self.unsent.len() > UNSENT_LIMIT - FRAGMENT
    }

    pub(crate) fn sent(&mut self, count: usize) {
        self.unsent.consume(count);
    }

    /// Where the next receive may put its bytes.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        let wanted = match (&self.info, self.busy) {
            (None, _) => RECEIVE_HANDSHAKE,
            (Some(_), busy) => receive_size(busy),
        };
        let room = self.received.room(wanted);
        let size = room.len().min(RECEIVE_MORE);
        &mut room[..size]
    }

    /// A receive gave `count` bytes, into [`Records::room`].
    pub(crate) fn arrived(&mut self, count: usize) {
        self.busy = self.info.is_some() && self.room().len() == count;
        self.received.commit(count);
    }

    /// Whether bytes of the server lie here that were not looked at, or a part of a record.
    pub(crate) fn has_received(&self) -> bool {
        !self.received.is_empty()
    }

    /// Takes over what was received elsewhere ([`receive_size`] at a time), and the memory of it or gives other memory for it.
    pub(crate) fn arrive(&mut self, bytes: &mut Buffer) {
        self.received.append(bytes);
    }

    /// Moves everything unsent to `to`, which is empty.
    pub(crate) fn take_unsent(&mut self, to: &mut Buffer) {
        to.append(&mut self.unsent);
    }

    /// Bytes that were received before TLS was started.
    pub(crate) fn prepend(&mut self, bytes: &[u8]) {
        self.received.extend(bytes);
    }

    /// What the buffers have allocated, in bytes.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.received.capacity() + self.unsent.capacity()
    }

    pub(crate) fn release_memory(&mut self) {
        self.received.release_memory();
        self.unsent.release_memory();
        self.busy = false;
    }

    pub(crate) fn release_empty_buffers(&mut self) {
        for buffer in [&mut self.received, &mut self.unsent] {
            if buffer.is_empty() {
                buffer.release_memory();
            }
        }
    }

    /// Goes on with the handshake. Send what is unsent, also after an error (an alert), and before receiving. What is unsent when
    /// the handshake is done may go with the first data.
    ///
    /// Plaintext that came right behind the handshake goes to `spill`.
    pub(crate) fn handshake(&mut self, spill: &mut Buffer) -> Result<Handshake, TlsError> {
        loop {
            let mut observed = std::mem::take(&mut self.observed);
            let step = observing(&mut observed, || self.step(&mut [], spill));
            self.observed = observed;
            self.refuse()?;
            let unfinished = self.client.connection.is_handshaking();
            match step {
                Err(error) => return Err(self.failure(error)),
                Ok(Step::Went | Step::Data(_)) => {}
                Ok(Step::End) if unfinished => {
                    return Err(TlsError::Io(io::ErrorKind::UnexpectedEof.into()));
                }
                Ok(Step::Blocked) if unfinished && self.received.len() > HANDSHAKE_LIMIT => {
                    return Err(TlsError::Channel(
                        "the server's handshake is too large".to_owned(),
                    ));
                }
                Ok(Step::Blocked) if unfinished => return Ok(Handshake::Receive),
                Ok(Step::Blocked | Step::End) => return self.finish(),
            }
        }
    }

    /// Decrypts what was received: first to `out`, and what of a record does not fit there to the end of `spill`.
    pub(crate) fn read(
        &mut self,
        out: &mut [u8],
        spill: &mut Buffer,
    ) -> Result<Plaintext, rustls::Error> {
        let spilled = spill.len();
        let mut count = 0;
        loop {
            // Another record only when it fits, so that few bytes take the way over `spill`.
            let got = count > 0 || spill.len() > spilled;
            if got
                && (spill.len() > spilled
                    || out.len() - count < FRAGMENT
                    || self.received.is_empty())
            {
                return Ok(Plaintext::Data(count));
            }
            let step = match &self.failed {
                Some(error) => Err(error.clone()),
                None if self.closed => Ok(Step::End),
                None => self.step(&mut out[count..], spill),
            };
            match step {
                Ok(Step::Data(more)) => count += more,
                Ok(Step::Went) => {}
                // Told again by the next call.
                _ if got => return Ok(Plaintext::Data(count)),
                Ok(Step::Blocked) => return Ok(Plaintext::Receive),
                Ok(Step::End) => return Ok(Plaintext::End),
                Err(error) => return Err(error),
            }
        }
    }

    /// Encrypts the front of `bufs`, up to [`UNSENT_LIMIT`] bytes at a time; returns how much. Not for when [`Records::is_full`].
    /// What the server sent meanwhile and was not read yet goes to `spill`.
    pub(crate) fn write(
        &mut self,
        bufs: &[IoSlice<'_>],
        spill: &mut Buffer,
    ) -> Result<usize, rustls::Error> {
        let budget = UNSENT_LIMIT.saturating_sub(self.unsent.len());
        let total = bufs
            .iter()
            .fold(0usize, |sum, buf| sum.saturating_add(buf.len()));
        let mut small = Vec::new();
        let front = match bufs.iter().find(|buf| !buf.is_empty()) {
            Some(first) if first.len() >= total.min(FRAGMENT) => first,
            // Several small parts make one record: a head and its body leave in one.
            _ => {
                small.reserve_exact(total.min(FRAGMENT));
                for buf in bufs {
                    small.extend_from_slice(&buf[..buf.len().min(FRAGMENT - small.len())]);
                }
                &small[..]
            }
        };
        let front = &front[..front.len().min(budget)];
        self.encrypt(front, spill)?;
        Ok(front.len())
    }

    /// Puts a close_notify to what is unsent, if the handshake is over. What the server sent and was not read yet goes to `spill`.
    pub(crate) fn close(&mut self, spill: &mut Buffer) {
        if self.info.is_none() {
            return;
        }
        while self.failed.is_none() {
            let was_closed = self.closed;
            let UnbufferedStatus { discard, state } = self
                .client
                .connection
                .process_tls_records(self.received.filled_mut());
            let step = match state {
                Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                    if let Ok(count) = traffic.queue_close_notify(self.unsent.room(256)) {
                        self.unsent.commit(count);
                    }
                    Ok(Step::Blocked)
                }
                other => handle(other, &mut self.unsent, &mut [], spill),
            };
            self.received.consume(discard);
            match self.settle(step) {
                Ok(Step::Went | Step::Data(_)) => {}
                Ok(Step::End) if !was_closed => {}
                Ok(Step::End | Step::Blocked) | Err(_) => return,
            }
        }
    }

    fn encrypt(&mut self, data: &[u8], spill: &mut Buffer) -> Result<(), rustls::Error> {
        let mut room = data.len() + data.len().div_ceil(FRAGMENT) * OVERHEAD;
        loop {
            if let Some(error) = &self.failed {
                return Err(error.clone());
            }
            let was_closed = self.closed;
            let UnbufferedStatus { discard, state } = self
                .client
                .connection
                .process_tls_records(self.received.filled_mut());
            let step = match state {
                Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                    let done = match traffic.encrypt(data, self.unsent.room(room)) {
                        Ok(count) => {
                            self.unsent.commit(count);
                            true
                        }
                        Err(EncryptError::InsufficientSize(InsufficientSizeError {
                            required_size,
                        })) => {
                            room = required_size;
                            false
                        }
                        Err(EncryptError::EncryptExhausted) => {
                            return Err(rustls::Error::General(
                                "the session's keys are used up".to_owned(),
                            ));
                        }
                    };
                    self.received.consume(discard);
                    if done {
                        return Ok(());
                    }
                    continue;
                }
                other => handle(other, &mut self.unsent, &mut [], spill),
            };
            self.received.consume(discard);
            match self.settle(step)? {
                Step::Blocked => return Err(rustls::Error::HandshakeNotComplete),
                Step::End if was_closed => {
                    return Err(rustls::Error::General("both sides are closed".to_owned()));
                }
                // The server's side is closed; ours is not.
                Step::End | Step::Data(_) | Step::Went => {}
            }
        }
    }

    /// One state of rustls's machine.
    fn step(&mut self, out: &mut [u8], spill: &mut Buffer) -> Result<Step, rustls::Error> {
        let UnbufferedStatus { discard, state } = self
            .client
            .connection
            .process_tls_records(self.received.filled_mut());
        let step = handle(state, &mut self.unsent, out, spill);
        self.received.consume(discard);
        self.settle(step)
    }

    /// Notes the end, or an error with its alert.
    fn settle(&mut self, step: Result<Step, rustls::Error>) -> Result<Step, rustls::Error> {
        match &step {
            Ok(Step::End) => self.closed = true,
            Ok(_) => {}
            Err(error) => {
                self.failed = Some(error.clone());
                self.take_alert();
            }
        }
        step
    }

    /// rustls queues an alert when it fails; it comes out when asked once more.
    fn take_alert(&mut self) {
        while self.client.connection.wants_write() {
            let UnbufferedStatus { discard, state } = self
                .client
                .connection
                .process_tls_records(self.received.filled_mut());
            let went = matches!(&state, Ok(ConnectionState::EncodeTlsData(_)));
            let _ = handle(state, &mut self.unsent, &mut [], &mut Buffer::default());
            self.received.consume(discard);
            if !went {
                return;
            }
        }
    }

    /// Ends the handshake as soon as the server is known to be the right one and has asked for a client certificate that the
    /// application has not decided about: before anything about the client is told, and without a session to resume.
    fn refuse(&mut self) -> Result<(), TlsError> {
        let accepted = self
            .observed
            .verdict
            .is_some_and(|reasons| reasons.without(self.client.policy.ignore).is_empty());
        if accepted
            && self.client.policy.client_certificate_missing
            && let Some(issuers) = self.observed.asked.take()
        {
            self.unsent = Buffer::default();
            return Err(TlsError::ClientCertificateNeeded { issuers });
        }
        Ok(())
    }

    fn failure(&self, error: rustls::Error) -> TlsError {
        let reasons = self
            .observed
            .verdict
            .unwrap_or_default()
            .without(self.client.policy.ignore);
        match error {
            // The verdict, and not a signature of the handshake (which is no matter of trust).
            rustls::Error::InvalidCertificate(_) if !reasons.is_empty() => {
                TlsError::Certificate(reasons)
            }
            error => TlsError::Channel(error.to_string()),
        }
    }

    fn finish(&mut self) -> Result<Handshake, TlsError> {
        let connection = &self.client.connection;
        // A resumed session was judged when it was made; only what was ignored then has to be found again.
        let reasons = match self.observed.verdict {
            Some(reasons) => reasons,
            None if self.client.policy.ignore.is_empty() => CertErrors::NONE,
            None => judge_again(connection, &self.client),
        };
        let info = TlsInfo::of(connection, reasons)
            .ok_or_else(|| TlsError::Channel("the server showed no certificate".to_owned()))?;
        self.info = Some(Arc::new(info));
        Ok(Handshake::Done)
    }
}

/// What came of one state.
enum Step {
    /// Plaintext: so much in `out` (and the rest in the spill).
    Data(usize),
    /// The machine went on; ask again.
    Went,
    /// Nothing more without bytes of the server.
    Blocked,
    /// close_notify.
    End,
}

fn handle<D>(
    state: Result<ConnectionState<'_, '_, D>, rustls::Error>,
    unsent: &mut Buffer,
    out: &mut [u8],
    spill: &mut Buffer,
) -> Result<Step, rustls::Error> {
    match state? {
        ConnectionState::ReadTraffic(mut traffic) => {
            let mut count = 0;
            while let Some(record) = traffic.next_record() {
                let payload = record?.payload;
                // Once something went to the spill, everything behind it must go there too.
                let fits = payload.len().min(out.len() - count);
                out[count..count + fits].copy_from_slice(&payload[..fits]);
                spill.extend(&payload[fits..]);
                count += fits;
            }
            Ok(Step::Data(count))
        }
        ConnectionState::EncodeTlsData(mut data) => {
            let mut room = 0;
            loop {
                match data.encode(unsent.room(room)) {
                    Ok(count) => unsent.commit(count),
                    Err(EncodeError::InsufficientSize(InsufficientSizeError { required_size })) => {
                        room = required_size;
                        continue;
                    }
                    Err(EncodeError::AlreadyEncoded) => {}
                }
                return Ok(Step::Went);
            }
        }
        // It stands in `unsent`, which is sent in order.
        ConnectionState::TransmitTlsData(transmit) => {
            transmit.done();
            Ok(Step::Went)
        }
        ConnectionState::PeerClosed | ConnectionState::Closed => Ok(Step::End),
        _ => Ok(Step::Blocked),
    }
}

fn judge_again(connection: &UnbufferedClientConnection, client: &Client) -> CertErrors {
    let Some((leaf, intermediates)) = connection.peer_certificates().and_then(<[_]>::split_first)
    else {
        return CertErrors::NONE;
    };
    let algorithms = provider().signature_verification_algorithms;
    let now = rustls::pki_types::UnixTime::now();
    verify::judge(
        &roots::roots(),
        &algorithms,
        leaf,
        intermediates,
        &client.server_name,
        now,
    )
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
