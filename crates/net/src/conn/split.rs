//! A connection divided between a reader and a writer, who use it at the same time.
//!
//! * Plain: each half has its direction of the socket; nothing is locked.
//! * TLS: both directions need the one state of rustls, so it stands behind a lock ([`Tls::state`]) which is held while records are
//!   encrypted or decrypted in memory and never during a system call. The reader receives ciphertext into memory of its own.
//!   Encrypted records, the writer's as well as what TLS itself answers (alerts; answers to key updates travel in front of the next
//!   record), are queued in that state in the order in which they were encrypted.
//!
//! # Sending
//!
//! Whoever sends holds the second lock, [`Tls::sending`], takes the queue over and sends it; so the order stays. The state is
//! locked for a moment while `sending` is held, never the other way round. The reader sends only when TLS had something to say, and
//! only what the system takes at once, and never waits for `sending`: when the writer has it, the writer looks at the queue once more
//! after it let go. What the system does not take at once goes with the next poll of either half.

use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, TryLockError};
use std::task::{Poll, ready};
use std::time::Duration;

use super::buffer::Buffer;
use super::{Canceller, Conn, FIRST_RECEIVE, SEND_EARLY, tls_failure};
use crate::cx::Cx;
use crate::reactor::lock;
use crate::socket::Half;
use crate::tls::records::{Plaintext, Records, receive_size};

impl Conn {
    /// Divides the connection for two threads or operations, one that receives and one that sends. Both halves keep the mode of
    /// `cx` for good: blocking under [`block_on`](crate::cx::block_on), otherwise non-blocking and registered at the process's reactor.
    /// Timeouts, the buffer's limit and what is buffered are taken along; the connection closes when both halves are dropped.
    ///
    /// A half of a non-blocking pair may be polled by `block_on` as well; a half of a blocking pair blocks whoever polls it.
    ///
    /// # Errors
    ///
    /// What the system says when the mode cannot be changed or the socket cannot be registered; `InvalidInput` while a TLS handshake
    /// is not done.
    pub fn split(self, cx: &Cx<'_>) -> io::Result<(ReadHalf, WriteHalf)> {
        if self
            .tls
            .as_ref()
            .is_some_and(|records| records.info().is_none())
        {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let (receiving, sending) = self.socket.split(cx)?;
        let (incoming, line) = match self.tls {
            None => (None, Line::Plain(sending)),
            Some(records) => {
                // The end of the handshake, if it waits for company.
                let owes = !records.unsent().is_empty();
                let tls = Arc::new(Tls {
                    state: Mutex::new(State {
                        records: *records,
                        spill: Buffer::default(),
                    }),
                    sending: Mutex::new(Sending {
                        half: sending,
                        buffer: Buffer::default(),
                    }),
                });
                let incoming = Incoming {
                    tls: Arc::clone(&tls),
                    received: Buffer::default(),
                    busy: false,
                    owes,
                };
                (Some(Box::new(incoming)), Line::Tls(tls))
            }
        };
        let reader = ReadHalf {
            half: receiving,
            buffer: self.buffer,
            buffer_limit: self.buffer_limit,
            incoming,
        };
        let writer = WriteHalf {
            line,
            is_shut: false,
        };
        Ok((reader, writer))
    }
}

/// The receiving half of a [`Conn`], with its read buffer.
///
/// Errors are those of [`Conn`]; `ConnectionAborted` after a cancellation.
pub struct ReadHalf {
    half: Half,
    buffer: Buffer,
    buffer_limit: usize,
    incoming: Option<Box<Incoming>>,
}

/// The sending half of a [`Conn`].
///
/// Errors are those of [`Conn`]; `ConnectionAborted` after a cancellation.
pub struct WriteHalf {
    line: Line,
    is_shut: bool,
}

enum Line {
    Plain(Half),
    Tls(Arc<Tls>),
}

/// What the halves of a TLS connection share.
struct Tls {
    state: Mutex<State>,
    /// May be held during a system call that blocks. Not to be waited for by the reader, nor by who holds `state`.
    sending: Mutex<Sending>,
}

struct State {
    records: Records,
    /// Plaintext that the writer came upon; it comes before what the records give next.
    spill: Buffer,
}

/// The socket's sending half, and what was taken out of the queue and not sent.
struct Sending {
    half: Half,
    buffer: Buffer,
}

/// The reader's part of TLS.
struct Incoming {
    tls: Arc<Tls>,
    /// Ciphertext that the state has not seen.
    received: Buffer,
    /// The last receive filled all its room.
    busy: bool,
    /// TLS has queued something that nobody may be sending.
    owes: bool,
}

impl ReadHalf {
    /// Appends to the buffer what one receive gives; returns how many bytes. Zero: the stream has ended.
    ///
    /// # Errors
    ///
    /// `QuotaExceeded` when as many bytes are unread as [`Conn::set_buffer_limit`] allows.
    pub fn poll_fill(&mut self, cx: &mut Cx<'_>) -> Poll<io::Result<usize>> {
        let before = self.buffer.len();
        let left = self.buffer_limit.saturating_sub(before);
        if left == 0 {
            return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
        }
        if let Some(incoming) = &mut self.incoming {
            ready!(incoming.poll_decrypt(cx, &mut self.half, &mut [], &mut self.buffer))?;
            return Poll::Ready(Ok(self.buffer.len() - before));
        }
        let wanted = if before == 0 {
            FIRST_RECEIVE
        } else {
            before.clamp(FIRST_RECEIVE / 2, 65536)
        };
        let room = self.buffer.room(wanted.min(left));
        let size = room.len().min(left);
        let count = ready!(self.half.poll_read(cx, &mut room[..size]))?;
        self.buffer.commit(count);
        Poll::Ready(Ok(count))
    }

    /// What was received and not consumed.
    pub fn buffered(&self) -> &[u8] {
        self.buffer.filled()
    }

    /// What was received and not consumed, to be changed in place.
    pub fn buffered_mut(&mut self) -> &mut [u8] {
        self.buffer.filled_mut()
    }

    /// Takes `count` bytes off the front of the buffer; more than there are takes all.
    pub fn consume(&mut self, count: usize) {
        self.buffer.consume(count);
    }

    /// Reads to `out`: what is buffered if anything is, otherwise straight past the buffer: one receive, or with TLS the plaintext
    /// of at least one record. Zero: the stream has ended (or `out` is empty).
    pub fn poll_read(&mut self, cx: &mut Cx<'_>, out: &mut [u8]) -> Poll<io::Result<usize>> {
        if out.is_empty() {
            return Poll::Ready(Ok(0));
        }
        if !self.buffer.is_empty() {
            return Poll::Ready(Ok(self.buffer.take(out)));
        }
        match &mut self.incoming {
            Some(incoming) => incoming.poll_decrypt(cx, &mut self.half, out, &mut self.buffer),
            None => self.half.poll_read(cx, out),
        }
    }

    /// How long each receive from the next one on may take; `None`: for ever.
    pub fn set_timeout(&mut self, receive: Option<Duration>) {
        self.half.set_timeout(receive);
    }

    /// Forgets when an operation given up began to wait, and whom it wanted to be woken. To be called before a new one begins.
    pub fn forget_waits(&mut self) {
        self.half.forget_wait();
    }

    /// A handle by which another thread can end the connection, both halves of it.
    pub fn canceller(&self) -> Canceller {
        self.half.canceller()
    }

    /// Gives back the memory of all buffers as far as nothing is in them, also of those that are shared with the writer.
    pub fn release_memory(&mut self) {
        self.buffer.release_memory();
        if let Some(incoming) = &mut self.incoming {
            incoming.received.release_memory();
            incoming.busy = false;
            incoming.tls.release_memory();
        }
    }
}

impl WriteHalf {
    /// Takes bytes to send from the front of `bufs`; returns how many, more than zero unless `bufs` is empty. With TLS they are
    /// encrypted and may wait for [`WriteHalf::poll_flush`]; at most 128 KiB do.
    ///
    /// # Errors
    ///
    /// `BrokenPipe` after [`WriteHalf::shutdown`].
    pub fn poll_write(&mut self, cx: &mut Cx<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if bufs.iter().all(|buf| buf.is_empty()) {
            return Poll::Ready(Ok(0));
        }
        if self.is_shut {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        match &mut self.line {
            Line::Plain(half) => half.poll_write(cx, bufs),
            Line::Tls(tls) => tls.poll_encrypt(cx, bufs),
        }
    }

    /// Ready when everything that was taken is with the system.
    pub fn poll_flush(&mut self, cx: &mut Cx<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            Line::Plain(_) => Poll::Ready(Ok(())),
            Line::Tls(tls) => tls.poll_flush(cx),
        }
    }

    /// How long each send from the next one on may take; `None`: for ever.
    pub fn set_timeout(&mut self, send: Option<Duration>) {
        self.with_half(|half| half.set_timeout(send));
    }

    /// Forgets when an operation given up began to wait, and whom it wanted to be woken. To be called before a new one begins.
    pub fn forget_waits(&mut self) {
        self.with_half(Half::forget_wait);
    }

    /// Ends the sending side as well as it goes without waiting: close_notify with TLS, then FIN. Bytes taken and not flushed are
    /// sent if the system takes them at once. The other half can go on reading.
    pub fn shutdown(&mut self) {
        if std::mem::replace(&mut self.is_shut, true) {
            return;
        }
        if let Line::Tls(tls) = &self.line {
            let mut state = lock(&tls.state);
            let State { records, spill } = &mut *state;
            records.close(spill);
            drop(state);
            let _ = lock(&tls.sending).send_now(&tls.state);
        }
        self.with_half(|half| half.shutdown_write());
    }

    /// A handle by which another thread can end the connection, both halves of it.
    pub fn canceller(&self) -> Canceller {
        match &self.line {
            Line::Plain(half) => half.canceller(),
            Line::Tls(tls) => lock(&tls.sending).half.canceller(),
        }
    }

    /// Gives back the memory of the buffers for sending as far as nothing is in them.
    pub fn release_memory(&mut self) {
        if let Line::Tls(tls) = &self.line {
            tls.release_memory();
        }
    }

    fn with_half(&mut self, f: impl FnOnce(&mut Half)) {
        match &mut self.line {
            Line::Plain(half) => f(half),
            // The reader holds it while it sends what goes at once, at most.
            Line::Tls(tls) => f(&mut lock(&tls.sending).half),
        }
    }
}

impl Incoming {
    /// Plaintext to `out`, and to the empty or to be appended `buffer` what does not fit. 0, and nothing more in `buffer`: the end.
    fn poll_decrypt(
        &mut self,
        cx: &mut Cx<'_>,
        half: &mut Half,
        out: &mut [u8],
        buffer: &mut Buffer,
    ) -> Poll<io::Result<usize>> {
        loop {
            let mut state = lock(&self.tls.state);
            let State { records, spill } = &mut *state;
            if !spill.is_empty() {
                let count = spill.take(out);
                buffer.append(spill);
                return Poll::Ready(Ok(count));
            }
            records.arrive(&mut self.received);
            let unsent = records.unsent().len();
            let plaintext = records.read(out, buffer);
            self.owes |= records.unsent().len() > unsent;
            let is_inside = records.has_received();
            drop(state);
            match plaintext {
                Ok(Plaintext::Data(count)) => return Poll::Ready(Ok(count)),
                Ok(Plaintext::End) => {
                    self.answer();
                    return Poll::Ready(Ok(0));
                }
                Err(error) => {
                    self.answer();
                    return Poll::Ready(Err(tls_failure(error)));
                }
                Ok(Plaintext::Receive) => {
                    self.answer();
                    let room = self.received.room(receive_size(self.busy));
                    let size = room.len().min(receive_size(true));
                    match ready!(half.poll_read(cx, &mut room[..size]))? {
                        0 if is_inside => {
                            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                        }
                        0 => return Poll::Ready(Ok(0)),
                        count => {
                            self.busy = count == size;
                            self.received.commit(count);
                        }
                    }
                }
            }
        }
    }

    /// Sends what TLS has to say, unless the writer does. A failure shows at the next write.
    fn answer(&mut self) {
        if !self.owes {
            return;
        }
        let mut sending = match self.tls.sending.try_lock() {
            Ok(sending) => sending,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // The writer sends it. (Not if it was only setting a time-out; therefore the next poll looks again.)
            Err(TryLockError::WouldBlock) => return,
        };
        self.owes = sending
            .send_now(&self.tls.state)
            .is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
    }
}

impl Tls {
    fn poll_encrypt(&self, cx: &mut Cx<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        loop {
            let mut state = lock(&self.state);
            if state.records.is_full() {
                drop(state);
                ready!(self.poll_flush(cx))?;
                continue;
            }
            let State { records, spill } = &mut *state;
            let count = records.write(bufs, spill).map_err(tls_failure)?;
            let is_much = records.unsent().len() >= SEND_EARLY;
            drop(state);
            // Pending is no matter: the bytes were taken, and the next call goes on sending.
            if is_much && let Poll::Ready(Err(error)) = self.poll_flush(cx) {
                return Poll::Ready(Err(error));
            }
            return Poll::Ready(Ok(count));
        }
    }

    fn poll_flush(&self, cx: &mut Cx<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut sending = lock(&self.sending);
            while let Some((half, buffer)) = sending.next(&self.state) {
                match ready!(half.poll_write(cx, &[IoSlice::new(buffer.filled())]))? {
                    0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    count => buffer.consume(count),
                }
            }
            drop(sending);
            // The reader may have queued something and gone away because the lock was taken.
            if lock(&self.state).records.unsent().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }

    fn release_memory(&self) {
        let mut state = lock(&self.state);
        state.records.release_memory();
        state.spill.release_memory();
        drop(state);
        // Who sends at this moment needs its memory.
        if let Ok(mut sending) = self.sending.try_lock() {
            sending.buffer.release_memory();
        }
    }
}

impl Sending {
    /// What is to be sent next, if anything.
    fn next(&mut self, state: &Mutex<State>) -> Option<(&mut Half, &mut Buffer)> {
        if self.buffer.is_empty() {
            lock(state).records.take_unsent(&mut self.buffer);
        }
        (!self.buffer.is_empty()).then_some((&mut self.half, &mut self.buffer))
    }

    /// Sends everything, or fails with `WouldBlock`.
    fn send_now(&mut self, state: &Mutex<State>) -> io::Result<()> {
        while let Some((half, buffer)) = self.next(state) {
            match half.send_now(buffer.filled())? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => buffer.consume(count),
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for ReadHalf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadHalf")
            .field("tls", &self.incoming.is_some())
            .field("buffered", &self.buffer.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for WriteHalf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WriteHalf")
            .field("tls", &matches!(self.line, Line::Tls(_)))
            .field("is_shut", &self.is_shut)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
