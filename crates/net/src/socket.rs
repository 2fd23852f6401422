//! One connected TCP stream, for a blocking or a polling user.
//!
//! - For a synchronous caller ([`Cx::is_blocking`]) the socket is in blocking mode with `SO_RCVTIMEO` and `SO_SNDTIMEO`:
//!   reading is one system call.
//! - For an asynchronous caller it is non-blocking. The first operation that has to wait registers it at the process's reactor;
//!   connections whose answers come within the call ([`Socket::wait_readable`]) never get there.
//!
//! [`Socket::attach`] changes between the two, which takes system calls only when the kind of caller changes.

mod halves;

use std::io::{self, ErrorKind, IoSlice, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockRef, TcpKeepalive, Type};

use crate::cx::{self, Cx};
use crate::reactor::{Driver, Readiness, Registration, Side};
pub(crate) use halves::Half;

/// A TCP stream. `TCP_NODELAY` is on. One operation per direction at a time.
///
/// Poll functions return these errors: `TimedOut` when a send or receive took longer than [`Socket::set_timeouts`] allows,
/// `ConnectionAborted` after [`Canceller::cancel`], else what the system says (`ConnectionReset`, `BrokenPipe`, …).
#[derive(Debug)]
pub struct Socket {
    /// Dropped before the stream, so that the reactor forgets the descriptor while it is open.
    registration: Option<Registration>,
    shared: Arc<Shared>,
    readiness: Arc<Readiness>,
    mode: Mode,
    timeouts: Timeouts,
    /// What the system has been told, for blocking mode.
    applied: Timeouts,
    waits: [Wait; 2],
    local: SocketAddr,
    peer: SocketAddr,
}

#[derive(Debug)]
struct Shared {
    stream: Arc<TcpStream>,
    cancelled: AtomicBool,
}

impl Shared {
    /// After a cancellation neither the end of the stream nor an error of the system means what it says.
    fn unless_cancelled(&self, result: io::Result<usize>) -> io::Result<usize> {
        match result {
            Ok(count) if count > 0 => Ok(count),
            result if self.cancelled.load(Ordering::Acquire) => {
                drop(result);
                Err(ErrorKind::ConnectionAborted.into())
            }
            result => result,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Blocking,
    NonBlocking,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Timeouts {
    send: Option<Duration>,
    receive: Option<Duration>,
}

/// What one direction of an asynchronous user waits for.
#[derive(Clone, Copy, Debug, Default)]
struct Wait {
    /// When the send or receive in progress was first found to have to wait.
    since: Option<Instant>,
    /// Whether a waker may be stored.
    parked: bool,
}

impl Wait {
    /// Whether this wait has taken longer than `limit`. Begins it if need be and asks to be polled at its end.
    fn is_over(&mut self, cx: &mut Cx<'_>, limit: Option<Duration>) -> bool {
        let Some(limit) = limit else {
            return false;
        };
        let now = Instant::now();
        let since = *self.since.get_or_insert(now);
        match since.checked_add(at_least_1_ms(limit)) {
            Some(end) if end <= now => true,
            Some(end) => {
                cx.wake_at(end);
                false
            }
            None => false,
        }
    }

    fn stop(&mut self, readiness: &Readiness, side: Side) {
        self.since = None;
        if std::mem::take(&mut self.parked) {
            readiness.unpark(side);
        }
    }
}

/// TCP keep-alive probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    /// How long the connection is idle before the first probe. The system counts whole seconds; what it does not accept
    /// becomes the nearest that it does.
    pub idle: Duration,
    /// The time between probes. As above.
    pub interval: Duration,
}

impl KeepAlive {
    /// From one second to the most that Linux accepts.
    fn accepted(time: Duration) -> Duration {
        time.clamp(Duration::from_secs(1), Duration::from_secs(32_767))
    }
}

impl Socket {
    /// Takes over a connected stream.
    ///
    /// # Errors
    ///
    /// What the system says, for instance when the stream is no longer connected.
    pub fn from_std(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
        Ok(Self::new(stream, local, peer))
    }

    fn new(stream: TcpStream, local: SocketAddr, peer: SocketAddr) -> Self {
        Self {
            registration: None,
            shared: Arc::new(Shared {
                stream: Arc::new(stream),
                cancelled: AtomicBool::new(false),
            }),
            readiness: Arc::default(),
            mode: Mode::NonBlocking,
            timeouts: Timeouts::default(),
            applied: Timeouts::default(),
            waits: [Wait::default(); 2],
            local,
            peer,
        }
    }

    /// Prepares the socket for an operation of this caller: puts it into the mode of the caller, and forgets the waits of an
    /// earlier operation. No system call when the kind of caller is the same as before.
    ///
    /// # Errors
    ///
    /// What the system says when the mode cannot be changed.
    pub fn attach(&mut self, cx: &Cx<'_>) -> io::Result<()> {
        self.stop_waiting(Side::Read);
        self.stop_waiting(Side::Write);
        self.enter(if cx.is_blocking() {
            Mode::Blocking
        } else {
            Mode::NonBlocking
        })
    }

    /// Limits each send and each receive from now on; `None`: no limit. Times under a millisecond count as one.
    pub fn set_timeouts(&mut self, send: Option<Duration>, receive: Option<Duration>) {
        self.timeouts = Timeouts { send, receive };
    }

    /// Receives once. 0: the peer has ended its side (or `out` is empty).
    pub fn poll_read(&mut self, cx: &mut Cx<'_>, out: &mut [u8]) -> Poll<io::Result<usize>> {
        let limit = out.len();
        self.poll_io(cx, Side::Read, limit, |mut stream| stream.read(out))
    }

    /// Sends once, as much as the system takes of `bufs`.
    pub fn poll_write_vectored(
        &mut self,
        cx: &mut Cx<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let limit = bufs.iter().map(|buf| buf.len()).sum();
        self.poll_io(cx, Side::Write, limit, |stream| send(stream, bufs))
    }

    /// Waits on this thread, for an asynchronous caller too, until there is something to receive (or the end), for at most
    /// `limit`. Returns whether there is; also true when it was cancelled.
    ///
    /// The reactor does not hear of what comes meanwhile, so nobody else is woken by it; for that it has to come before a poll that
    /// is pending. [`Cx::wait_in_call`] has it done at the right time.
    pub fn wait_readable(&mut self, limit: Duration) -> bool {
        if self.mode == Mode::Blocking && self.enter(Mode::NonBlocking).is_err() {
            return false;
        }
        self.registration = None;
        let deadline = Instant::now() + limit;
        let mut has_looked = false;
        let is_ready = cx::block_on(|cx| {
            let parked = cx.driver().and_then(|driver| {
                self.register(&driver, Side::Read)?;
                Ok(self.readiness.park(Side::Read, cx.waker()))
            });
            match parked {
                // Once even if there is no time: what has come already is told by the first look at the poll.
                Ok(true)
                    if !std::mem::replace(&mut has_looked, true) || Instant::now() < deadline =>
                {
                    cx.wake_at(deadline);
                    Poll::Pending
                }
                Ok(is_parked) => Poll::Ready(!is_parked),
                Err(_) => Poll::Ready(false),
            }
        });
        self.registration = None;
        self.readiness.unpark(Side::Read);
        is_ready
    }

    /// A means to end all use of this socket from another thread.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        Canceller {
            shared: Arc::downgrade(&self.shared),
        }
    }

    /// For a connection that is idle between two uses: whether it is of no use any more, because the peer has closed it or has
    /// sent what nobody asked for, or it was cancelled. One system call.
    pub fn is_stale(&mut self) -> bool {
        if self.shared.cancelled.load(Ordering::Acquire) {
            return true;
        }
        match self.peek_now() {
            Ok(_) => true,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }

    /// Ends the sending side: the peer sees the end of the stream after what was sent. Best effort.
    pub fn shutdown_write(&self) {
        let _ = self.stream().shutdown(Shutdown::Write);
    }

    /// The address of this end.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// The address of the other end.
    #[must_use]
    pub fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    fn stream(&self) -> &TcpStream {
        &self.shared.stream
    }

    fn poll_io(
        &mut self,
        cx: &mut Cx<'_>,
        side: Side,
        limit: usize,
        mut call: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        if cx.is_blocking() {
            Poll::Ready(self.block_io(call))
        } else {
            self.enter(Mode::NonBlocking)?;
            loop {
                let tick = match &self.registration {
                    None => Some(0),
                    Some(_) => self.readiness.may_try(side),
                };
                if let Some(tick) = tick {
                    match call(self.stream()) {
                        Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                        Err(error) if error.kind() == ErrorKind::WouldBlock => {
                            self.readiness.exhausted(side, tick)
                        }
                        result => {
                            if result
                                .as_ref()
                                .is_ok_and(|&count| 0 < count && count < limit)
                            {
                                self.readiness.exhausted(side, tick);
                            }
                            self.stop_waiting(side);
                            return Poll::Ready(self.shared.unless_cancelled(result));
                        }
                    }
                }
                if self.has_timed_out(cx, side) {
                    self.stop_waiting(side);
                    return Poll::Ready(Err(ErrorKind::TimedOut.into()));
                }
                if side == Side::Read && self.wait_in_call(cx) {
                    continue;
                }
                if self.park(cx, side)? {
                    return Poll::Pending;
                }
            }
        }
    }

    /// Waits inside the poll, if `cx` allows it. Whether there is something to receive now.
    fn wait_in_call(&mut self, cx: &mut Cx<'_>) -> bool {
        let limit = cx.take_in_call();
        if limit.is_zero() {
            return false;
        }
        let start = Instant::now();
        let is_readable = self.wait_readable(limit);
        if is_readable {
            cx.wait_in_call(limit.saturating_sub(start.elapsed()));
        }
        is_readable
    }

    fn block_io(
        &mut self,
        mut call: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        self.enter(Mode::Blocking)?;
        self.apply_timeouts()?;
        self.shared.unless_cancelled(block(|| call(self.stream())))
    }

    fn enter(&mut self, mode: Mode) -> io::Result<()> {
        if self.mode != mode {
            if mode == Mode::Blocking {
                // Or the reactor would be woken by everything that comes.
                self.registration = None;
            }
            self.stream().set_nonblocking(mode == Mode::NonBlocking)?;
            self.mode = mode;
        }
        Ok(())
    }

    fn apply_timeouts(&mut self) -> io::Result<()> {
        if self.applied.receive != self.timeouts.receive {
            let limit = self.timeouts.receive.map(at_least_1_ms);
            self.stream().set_read_timeout(limit)?;
            self.applied.receive = self.timeouts.receive;
        }
        if self.applied.send != self.timeouts.send {
            let limit = self.timeouts.send.map(at_least_1_ms);
            self.stream().set_write_timeout(limit)?;
            self.applied.send = self.timeouts.send;
        }
        Ok(())
    }

    /// Whether the wait of this side is over its limit. Begins the wait if need be and asks to be polled at its end.
    fn has_timed_out(&mut self, cx: &mut Cx<'_>, side: Side) -> bool {
        let limit = match side {
            Side::Read => self.timeouts.receive,
            Side::Write => self.timeouts.send,
        };
        self.waits[side as usize].is_over(cx, limit)
    }

    /// Arranges for the waker to be woken when the socket is ready. False: it may be ready already.
    fn park(&mut self, cx: &Cx<'_>, side: Side) -> io::Result<bool> {
        let driver = cx.driver()?;
        self.register(&driver, side)?;
        if let Some(registration) = &self.registration {
            registration.rearm()?;
        }
        self.waits[side as usize].parked = true;
        Ok(self.readiness.park(side, cx.waker()))
    }

    /// Registers at `driver`, unless it is. `side` was just found exhausted.
    fn register(&mut self, driver: &Arc<Driver>, side: Side) -> io::Result<()> {
        if self
            .registration
            .as_ref()
            .is_some_and(|registration| registration.is_at(driver))
        {
            return Ok(());
        }
        self.registration = None;
        self.readiness.begin(side);
        self.registration = Some(driver.register(&self.shared.stream, &self.readiness)?);
        Ok(())
    }

    fn stop_waiting(&mut self, side: Side) {
        self.waits[side as usize].stop(&self.readiness, side);
    }

    fn peek_now(&mut self) -> io::Result<usize> {
        let mut byte = [MaybeUninit::<u8>::uninit()];
        if flags::DONT_WAIT.is_none() {
            self.enter(Mode::NonBlocking)?;
        }
        let flags = flags::PEEK | flags::DONT_WAIT.unwrap_or(0);
        loop {
            match SockRef::from(self.stream()).recv_with_flags(&mut byte, flags) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

/// One blocking call, free of interruptions; what an expired `SO_RCVTIMEO` or `SO_SNDTIMEO` gives is `TimedOut` on every system.
fn block(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(ErrorKind::TimedOut.into());
            }
            result => return result,
        }
    }
}

fn send(mut stream: &TcpStream, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
    match bufs {
        // Both are free of SIGPIPE; `writev`, which `write_vectored` is, is not.
        [buf] => stream.write(buf),
        _ => SockRef::from(stream).send_vectored_with_flags(bufs, flags::NO_SIGNAL),
    }
}

/// The system takes a limit of zero for none.
fn at_least_1_ms(limit: Duration) -> Duration {
    limit.max(Duration::from_millis(1))
}

/// Ends all use of a socket from another thread. It does not keep the socket open.
#[derive(Clone, Debug, Default)]
pub struct Canceller {
    shared: Weak<Shared>,
}

impl Canceller {
    /// Shuts the connection down in both directions: a blocked call returns, a parked operation is woken, and whatever is tried
    /// from now on fails with `ConnectionAborted`. Nothing happens when the socket is gone.
    pub fn cancel(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.cancelled.store(true, Ordering::Release);
            let _ = shared.stream.shutdown(Shutdown::Both);
        }
    }
}

/// A socket that is being connected; used by [`crate::connect`].
#[derive(Debug)]
pub(crate) struct Connecting {
    socket: Socket,
    is_connected: bool,
}

impl Connecting {
    /// Starts to connect to `peer`.
    pub(crate) fn start(peer: SocketAddr, keep_alive: Option<KeepAlive>) -> io::Result<Self> {
        let socket =
            socket2::Socket::new(Domain::for_address(peer), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        if let Some(keep_alive) = keep_alive {
            let settings = TcpKeepalive::new()
                .with_time(KeepAlive::accepted(keep_alive.idle))
                .with_interval(KeepAlive::accepted(keep_alive.interval));
            socket.set_tcp_keepalive(&settings)?;
        }
        let is_connected = match socket.connect(&peer.into()) {
            Ok(()) => true,
            Err(error) if flags::is_in_progress(&error) => false,
            Err(error) => return Err(error),
        };
        Ok(Self {
            socket: Socket::new(socket.into(), peer, peer),
            is_connected,
        })
    }

    /// Whether the connection stands. After an error or success it must not be called again.
    pub(crate) fn poll(&mut self, cx: &Cx<'_>) -> Poll<io::Result<()>> {
        while !self.is_connected {
            if self.socket.registration.is_some()
                && self.socket.readiness.may_try(Side::Write).is_some()
            {
                let tick = self
                    .socket
                    .readiness
                    .may_try(Side::Write)
                    .unwrap_or_default();
                if let Some(error) = self.socket.stream().take_error()? {
                    return Poll::Ready(Err(error));
                }
                match self.socket.stream().peer_addr() {
                    Ok(_) => {
                        self.is_connected = true;
                        break;
                    }
                    Err(error) if error.kind() == ErrorKind::NotConnected => {
                        self.socket.readiness.exhausted(Side::Write, tick);
                    }
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
            if self.socket.park(cx, Side::Write)? {
                return Poll::Pending;
            }
        }
        self.socket.stop_waiting(Side::Write);
        self.socket.local = self.socket.stream().local_addr()?;
        if self.socket.local == self.socket.peer {
            // TCP's simultaneous open with itself: nobody listens on a port from which connections are made.
            return Poll::Ready(Err(ErrorKind::ConnectionRefused.into()));
        }
        Poll::Ready(Ok(()))
    }

    /// The socket, once it is connected.
    pub(crate) fn into_socket(self) -> Socket {
        self.socket
    }
}

mod flags {
    //! Numbers of the systems' `sys/socket.h` and of `winsock2.h`.

    use std::ffi::c_int;
    use std::io;

    pub(super) const PEEK: c_int = 2;

    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) const DONT_WAIT: Option<c_int> = Some(0x40);
    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    pub(super) const DONT_WAIT: Option<c_int> = Some(0x80);
    #[cfg(windows)]
    pub(super) const DONT_WAIT: Option<c_int> = None;

    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) const NO_SIGNAL: c_int = 0x4000;
    /// Elsewhere the socket option `SO_NOSIGPIPE`, which socket2 and std set, or the system, sees to it.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(super) const NO_SIGNAL: c_int = 0;

    #[cfg(any(target_os = "linux", target_os = "android"))]
    const IN_PROGRESS: c_int = 115;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const IN_PROGRESS: c_int = 36;

    /// What a non-blocking connect says when it goes on: `EINPROGRESS` or `WSAEWOULDBLOCK`.
    pub(super) fn is_in_progress(error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::WouldBlock
            || (cfg!(unix) && error.raw_os_error() == Some(IN_PROGRESS))
    }
}
