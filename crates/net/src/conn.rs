//! One TCP connection, with or without TLS, and its read buffer.
//!
//! A [`Conn`] is used by one thread at a time. How its functions wait is decided by the [`Cx`] they are called with: a connection is
//! [attached](Conn::attach) to the kind of waiting before an operation uses it.
//!
//! * Plain: a write is one `writev`, a read past the buffer is one `recv` straight into the caller's memory.
//! * TLS: [`crate::tls`] turns records into plaintext in memory; here the bytes are moved. A read receives up to 64 KiB at a time and
//!   decrypts in place; what of a record does not fit into the caller's memory waits in the read buffer. Written bytes are encrypted
//!   at once and sent when 16 KiB have come together or at [`Conn::poll_flush`], which must follow the last write. The client's
//!   last handshake message goes out together with the first bytes written.
//!
//! Errors: `TimedOut` when one send or receive took longer than [`Conn::set_timeouts`] allows; `ConnectionReset`, `BrokenPipe` and
//! other errors of the socket as they come; `UnexpectedEof` when the stream ends inside of a TLS record; `InvalidData` carrying a
//! [`rustls::Error`] when TLS fails after the handshake. A TLS stream that ends between two records without close_notify counts as
//! ended: HTTP's own framing tells whether something is missing.

pub(crate) mod buffer;
mod split;

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Poll, Waker, ready};
use std::time::Duration;

use crate::cx::Cx;
pub use crate::socket::Canceller;
use crate::socket::Socket;
use crate::tls::records::{Handshake, Plaintext, Records};
use crate::tls::{Client, TlsError, TlsInfo};
use buffer::Buffer;
pub use split::{ReadHalf, WriteHalf};

/// Room for the first receive into the read buffer, in bytes.
const FIRST_RECEIVE: usize = 8192;
/// Unread bytes that the read buffer takes unless [`Conn::set_buffer_limit`] says otherwise.
const BUFFER_LIMIT: usize = 256 * 1024;
/// How much encrypted data waits for [`Conn::poll_flush`] before it is sent unasked.
const SEND_EARLY: usize = 16 * 1024;

/// One TCP connection with optional TLS and a read buffer.
pub struct Conn {
    socket: Socket,
    buffer: Buffer,
    buffer_limit: usize,
    tls: Option<Box<Records>>,
    /// A send did not go through whole.
    stuck: bool,
    local: SocketAddr,
    peer: SocketAddr,
}

impl Conn {
    /// Over a connected socket.
    pub fn new(socket: Socket) -> Conn {
        let (local, peer) = (socket.local_addr(), socket.peer_addr());
        Conn {
            socket,
            buffer: Buffer::default(),
            buffer_limit: BUFFER_LIMIT,
            tls: None,
            stuck: false,
            local,
            peer,
        }
    }

    /// Prepares the socket for an operation that waits as `cx` does. Cheap when nothing changes.
    pub fn attach(&mut self, cx: &Cx<'_>) -> io::Result<()> {
        self.socket.attach(cx)
    }

    /// How long each send and each receive may take; `None`: for ever.
    pub fn set_timeouts(&mut self, send: Option<Duration>, receive: Option<Duration>) {
        self.socket.set_timeouts(send, receive);
    }

    /// How many unread bytes [`Conn::poll_fill`] lets come together (256 KiB unless set).
    pub fn set_buffer_limit(&mut self, limit: usize) {
        self.buffer_limit = limit;
    }

    /// Starts TLS: call [`Conn::poll_handshake`] until it is ready. Bytes that were received and not consumed belong to TLS.
    pub fn start_tls(&mut self, client: Client) {
        let mut records = Records::new(client);
        records.prepend(self.buffer.filled());
        self.buffer = Buffer::default();
        self.tls = Some(Box::new(records));
    }

    /// Goes on with the handshake that [`Conn::start_tls`] began. After an error the connection is of no use. Ready at once
    /// without TLS.
    pub fn poll_handshake(&mut self, cx: &mut Cx<'_>) -> Poll<Result<(), TlsError>> {
        let Some(tls) = &mut self.tls else {
            return Poll::Ready(Ok(()));
        };
        if tls.info().is_some() {
            return Poll::Ready(Ok(()));
        }
        loop {
            match tls.handshake(&mut self.buffer) {
                Ok(Handshake::Done) => return Poll::Ready(Ok(())),
                Ok(Handshake::Receive) => {
                    ready!(send(&mut self.socket, tls, cx, &mut self.stuck))?;
                    if ready!(receive(&mut self.socket, tls, cx))? == 0 {
                        return Poll::Ready(Err(TlsError::Io(io::ErrorKind::UnexpectedEof.into())));
                    }
                }
                Err(error) => {
                    // The alert, if there is one and the socket takes it.
                    let _ = send(&mut self.socket, tls, cx, &mut self.stuck);
                    return Poll::Ready(Err(error));
                }
            }
        }
    }

    /// Takes bytes to send from the front of `bufs`; returns how many, more than zero unless `bufs` is empty. With TLS they are
    /// encrypted and may wait for [`Conn::poll_flush`]; at most 64 KiB do.
    pub fn poll_write(&mut self, cx: &mut Cx<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if bufs.iter().all(|buf| buf.is_empty()) {
            return Poll::Ready(Ok(0));
        }
        let Some(tls) = &mut self.tls else {
            let result = self.socket.poll_write_vectored(cx, bufs);
            self.stuck = !matches!(result, Poll::Ready(Ok(_)));
            return result;
        };
        if tls.is_full() {
            ready!(send(&mut self.socket, tls, cx, &mut self.stuck))?;
        }
        let count = tls.write(bufs, &mut self.buffer).map_err(tls_failure)?;
        if tls.unsent().len() >= SEND_EARLY {
            // Pending is no matter: the bytes were taken, and the next call goes on sending.
            if let Poll::Ready(Err(error)) = send(&mut self.socket, tls, cx, &mut self.stuck) {
                return Poll::Ready(Err(error));
            }
        }
        Poll::Ready(Ok(count))
    }

    /// Ready when everything that was taken is with the system.
    pub fn poll_flush(&mut self, cx: &mut Cx<'_>) -> Poll<io::Result<()>> {
        match &mut self.tls {
            Some(tls) => send(&mut self.socket, tls, cx, &mut self.stuck),
            None => Poll::Ready(Ok(())),
        }
    }

    /// Appends to the buffer what one receive gives; returns how many bytes. Zero: the stream has ended.
    ///
    /// # Errors
    ///
    /// `QuotaExceeded` when as many bytes are unread as [`Conn::set_buffer_limit`] allows.
    pub fn poll_fill(&mut self, cx: &mut Cx<'_>) -> Poll<io::Result<usize>> {
        let before = self.buffer.len();
        let Some(left) = self
            .buffer_limit
            .checked_sub(before)
            .filter(|left| *left > 0)
        else {
            return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
        };
        if self.tls.is_some() {
            // One record may lie over the limit; it is small.
            let end = ready!(self.poll_decrypt(cx, &mut []))?.is_none();
            debug_assert!(end || self.buffer.len() > before);
            return Poll::Ready(Ok(self.buffer.len() - before));
        }
        let wanted = if before == 0 {
            FIRST_RECEIVE
        } else {
            before.clamp(FIRST_RECEIVE / 2, 65536)
        };
        let room = self.buffer.room(wanted.min(left));
        let size = room.len().min(left);
        let count = ready!(self.socket.poll_read(cx, &mut room[..size]))?;
        self.buffer.commit(count);
        Poll::Ready(Ok(count))
    }

    /// What was received and not consumed.
    pub fn buffered(&self) -> &[u8] {
        self.buffer.filled()
    }

    /// Takes `count` bytes off the front of the buffer.
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
        if self.tls.is_some() {
            return self
                .poll_decrypt(cx, out)
                .map_ok(|count| count.unwrap_or(0));
        }
        self.socket.poll_read(cx, out)
    }

    /// A handle by which another thread can end this connection: blocked calls return, pending ones wake.
    pub fn canceller(&self) -> Canceller {
        self.socket.canceller()
    }

    /// What TLS came to; `None` without TLS and before the end of the handshake. Clone the `Arc` to keep it beyond the connection.
    pub fn tls_info(&self) -> Option<&Arc<TlsInfo>> {
        self.tls.as_ref().and_then(|tls| tls.info())
    }

    /// This side's address, as it was when the connection was made.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// The server's address.
    pub fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    /// Whether an idle connection is of no more use: the server closed it, or sent what nobody asked for. One look at the socket,
    /// without waiting. A TLS session ticket that comes late, or any other message that is no data, does not count.
    pub fn is_stale(&mut self) -> bool {
        if self.stuck || !self.buffer.is_empty() {
            return true;
        }
        let Some(tls) = &mut self.tls else {
            return self.socket.is_stale();
        };
        for _ in 0..2 {
            if tls.has_received() {
                let only_messages =
                    matches!(tls.read(&mut [], &mut self.buffer), Ok(Plaintext::Receive));
                if !only_messages || tls.has_received() {
                    return true;
                }
            }
            if !self.socket.is_stale() {
                return false;
            }
            // There is something: this receive does not wait.
            let mut cx = Cx::asynchronous(Waker::noop());
            if !matches!(
                receive(&mut self.socket, tls, &mut cx),
                Poll::Ready(Ok(1..))
            ) {
                return true;
            }
        }
        true
    }

    /// Waits on this thread until bytes can be read, for at most `limit`; returns whether they can.
    pub fn wait_readable(&mut self, limit: Duration) -> bool {
        !self.buffer.is_empty()
            || self.tls.as_ref().is_some_and(|tls| tls.has_received())
            || self.socket.wait_readable(limit)
    }

    /// Gives back the memory of all buffers, as far as nothing is unread. For a connection that goes into the pool.
    pub fn release_memory(&mut self) {
        self.buffer.release_memory();
        if let Some(tls) = &mut self.tls {
            tls.release_memory();
        }
    }

    /// [`Conn::release_memory`] of the buffers that hold nothing: cheap, for a connection that waits and may wait for long.
    pub fn release_empty_buffers(&mut self) {
        if self.buffer.is_empty() {
            self.buffer.release_memory();
        }
        if let Some(tls) = &mut self.tls {
            tls.release_empty_buffers();
        }
    }

    /// Ends the sending side as well as it goes without waiting: close_notify with TLS, then FIN.
    pub fn shutdown(&mut self) {
        if let Some(tls) = &mut self.tls
            && !self.stuck
        {
            tls.close(&mut self.buffer);
            // Not as the connection's user waits: a send buffer that is just full must not hold the caller up.
            let mut cx = Cx::asynchronous(Waker::noop());
            let _ = send(&mut self.socket, tls, &mut cx, &mut self.stuck);
        }
        self.socket.shutdown_write();
    }

    /// Plaintext to `out`, and to the buffer what does not fit. `None`: the end.
    fn poll_decrypt(&mut self, cx: &mut Cx<'_>, out: &mut [u8]) -> Poll<io::Result<Option<usize>>> {
        let Some(tls) = &mut self.tls else {
            return Poll::Ready(Ok(None));
        };
        loop {
            match tls.read(out, &mut self.buffer) {
                Ok(Plaintext::Data(count)) => return Poll::Ready(Ok(Some(count))),
                Ok(Plaintext::End) => return Poll::Ready(Ok(None)),
                Err(error) => {
                    let _ = send(&mut self.socket, tls, cx, &mut self.stuck);
                    return Poll::Ready(Err(tls_failure(error)));
                }
                Ok(Plaintext::Receive) => {
                    // An answer to the server's post-handshake message. Its failure shows at the next write.
                    let _ = send(&mut self.socket, tls, cx, &mut self.stuck);
                    if ready!(receive(&mut self.socket, tls, cx))? == 0 {
                        return Poll::Ready(match tls.has_received() {
                            true => Err(io::ErrorKind::UnexpectedEof.into()),
                            false => Ok(None),
                        });
                    }
                }
            }
        }
    }
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conn")
            .field("local", &self.local)
            .field("peer", &self.peer)
            .field("tls", &self.tls.is_some())
            .field("buffered", &self.buffer.len())
            .finish_non_exhaustive()
    }
}

/// Sends everything unsent.
fn send(
    socket: &mut Socket,
    tls: &mut Records,
    cx: &mut Cx<'_>,
    stuck: &mut bool,
) -> Poll<io::Result<()>> {
    while !tls.unsent().is_empty() {
        *stuck = true;
        match ready!(socket.poll_write_vectored(cx, &[IoSlice::new(tls.unsent())]))? {
            0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            count => tls.sent(count),
        }
    }
    *stuck = false;
    Poll::Ready(Ok(()))
}

/// One receive of ciphertext.
fn receive(socket: &mut Socket, tls: &mut Records, cx: &mut Cx<'_>) -> Poll<io::Result<usize>> {
    let count = ready!(socket.poll_read(cx, tls.room()))?;
    tls.arrived(count);
    Poll::Ready(Ok(count))
}

fn tls_failure(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
