//! The two directions of a socket, each for a user of its own.
//!
//! The halves share the stream and, for asynchronous users, one registration at the process's reactor which lasts as long as the
//! halves do. Everything else belongs to one direction, so the halves have no lock in common but the one inside of [`Readiness`].

use std::io::{self, ErrorKind, IoSlice, Read as _};
use std::net::Shutdown;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use socket2::SockRef;

use super::{
    Canceller, Mode, Shared, Socket, Wait, at_least_1_ms, block, flags, send as send_once,
};
use crate::cx::Cx;
use crate::reactor::{Readiness, Registration, Side};
use crate::workers;

/// One direction of a socket; errors are those of [`Socket`].
///
/// In blocking mode every caller blocks in the system call. In the other mode any caller may poll, also one of
/// [`crate::cx::block_on`]: the process's reactor wakes it.
#[derive(Debug)]
pub(crate) struct Half {
    line: Arc<Line>,
    side: Side,
    /// Not looked at since the registration, which may have forgotten that there is something.
    untried: bool,
    wait: Wait,
    timeout: Option<Duration>,
    /// What the system has been told, for blocking mode.
    applied: Option<Duration>,
}

/// What the halves share.
#[derive(Debug)]
struct Line {
    /// `None` in blocking mode. Dropped before the stream.
    registration: Option<Registration>,
    shared: Arc<Shared>,
    readiness: Arc<Readiness>,
}

impl Socket {
    /// The receiving and the sending half, both in the mode of `cx` for good.
    pub(crate) fn split(mut self, cx: &Cx<'_>) -> io::Result<(Half, Half)> {
        self.attach(cx)?;
        let mut untried = false;
        if self.mode == Mode::NonBlocking {
            let driver = workers::driver()?;
            untried = !self
                .registration
                .as_ref()
                .is_some_and(|registration| registration.is_at(&driver));
            self.register(&driver, Side::Read)?;
        }
        let line = Arc::new(Line {
            registration: self.registration,
            shared: self.shared,
            readiness: self.readiness,
        });
        let half = |side, timeout, applied, untried| Half {
            line: Arc::clone(&line),
            side,
            untried,
            wait: Wait::default(),
            timeout,
            applied,
        };
        let (timeouts, applied) = (self.timeouts, self.applied);
        Ok((
            half(Side::Read, timeouts.receive, applied.receive, untried),
            half(Side::Write, timeouts.send, applied.send, false),
        ))
    }
}

impl Half {
    /// Receives once. 0: the peer has ended its side (or `out` is empty). For the receiving half.
    pub(crate) fn poll_read(&mut self, cx: &mut Cx<'_>, out: &mut [u8]) -> Poll<io::Result<usize>> {
        debug_assert_eq!(self.side, Side::Read);
        let limit = out.len();
        self.poll_io(cx, limit, |shared| (&*shared.stream).read(out))
    }

    /// Sends once, as much as the system takes of `bufs`. For the sending half.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Cx<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        debug_assert_eq!(self.side, Side::Write);
        let limit = bufs.iter().map(|buf| buf.len()).sum();
        self.poll_io(cx, limit, |shared| send_once(&shared.stream, bufs))
    }

    /// Sends what the system takes at once, if anything; for nobody in particular, so nobody is woken when it could take more.
    /// (On Windows, in blocking mode, this may wait.)
    pub(crate) fn send_now(&self, bytes: &[u8]) -> io::Result<usize> {
        let flags = flags::NO_SIGNAL | flags::DONT_WAIT.unwrap_or(0);
        let stream = SockRef::from(&*self.line.shared.stream);
        block_never(|| stream.send_with_flags(bytes, flags))
    }

    /// Limits each receive or send from now on.
    pub(crate) fn set_timeout(&mut self, limit: Option<Duration>) {
        self.timeout = limit;
    }

    /// Forgets when the operation in progress began to wait, and whom to wake.
    pub(crate) fn forget_wait(&mut self) {
        self.wait.stop(&self.line.readiness, self.side);
    }

    pub(crate) fn canceller(&self) -> Canceller {
        Canceller {
            shared: Arc::downgrade(&self.line.shared),
        }
    }

    /// Ends the sending side, as [`Socket::shutdown_write`] does.
    pub(crate) fn shutdown_write(&self) {
        let _ = self.line.shared.stream.shutdown(Shutdown::Write);
    }

    fn poll_io(
        &mut self,
        cx: &mut Cx<'_>,
        limit: usize,
        mut call: impl FnMut(&Shared) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let line = &*self.line;
        let Some(registration) = &line.registration else {
            if self.applied != self.timeout {
                let limit = self.timeout.map(at_least_1_ms);
                match self.side {
                    Side::Read => line.shared.stream.set_read_timeout(limit)?,
                    Side::Write => line.shared.stream.set_write_timeout(limit)?,
                }
                self.applied = self.timeout;
            }
            let result = block(|| call(&line.shared));
            return Poll::Ready(line.shared.unless_cancelled(result));
        };
        loop {
            let tick = line.readiness.may_try(self.side);
            if tick.is_some() || std::mem::take(&mut self.untried) {
                // Without a tick it counts as exhausted already; the first edge is still to come.
                let exhausted = || {
                    if let Some(tick) = tick {
                        line.readiness.exhausted(self.side, tick);
                    }
                };
                match block_never(|| call(&line.shared)) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => exhausted(),
                    result => {
                        let is_short = |count: &usize| 0 < *count && *count < limit;
                        if result.as_ref().is_ok_and(is_short) {
                            exhausted();
                        }
                        self.wait.stop(&line.readiness, self.side);
                        return Poll::Ready(line.shared.unless_cancelled(result));
                    }
                }
            }
            if self.wait.is_over(cx, self.timeout) {
                self.wait.stop(&line.readiness, self.side);
                return Poll::Ready(Err(ErrorKind::TimedOut.into()));
            }
            registration.rearm()?;
            self.wait.parked = true;
            if line.readiness.park(self.side, cx.waker()) {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        self.forget_wait();
    }
}

/// One call that does not block, free of interruptions.
fn block_never(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
