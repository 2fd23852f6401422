//! Connecting to one of several addresses: Happy Eyeballs (RFC 8305).

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::conn::Conn;
use crate::cx::Cx;
use crate::socket::Connecting;
pub use crate::socket::KeepAlive;

/// How to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectOptions {
    /// How long each address may take; `None`: as long as the system lets it.
    pub attempt_timeout: Option<Duration>,
    /// How many addresses are tried at most. At least one is.
    pub max_addresses: usize,
    /// TCP keep-alive probes on the connection.
    pub keepalive: Option<KeepAlive>,
    /// Whether the next address is also tried when the attempts so far have neither failed nor succeeded for 250 ms
    /// (RFC 8305 section 5), and families take turns (section 4). Else one address after the other, as they come.
    pub fast_fallback: bool,
}

impl Default for ConnectOptions {
    /// 60 s for each of at most 5 addresses, fast fallback, no keep-alive probes.
    fn default() -> Self {
        Self {
            attempt_timeout: Some(Duration::from_secs(60)),
            max_addresses: 5,
            keepalive: None,
            fast_fallback: true,
        }
    }
}

/// What happened on the way to a connection.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "made once per connection, and taken apart at once"
)]
pub enum ConnectEvent {
    /// The address is about to be tried, by the next poll.
    Connecting(SocketAddr),
    /// This is the connection. Other attempts are given up.
    Connected(Conn),
}

/// "Connection Attempt Delay" (RFC 8305 section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Connects to the first of several addresses that answers. Dropping it gives up.
#[derive(Debug)]
pub struct Connector {
    options: ConnectOptions,
    waiting: VecDeque<SocketAddr>,
    /// Told to the caller, to be started by the next poll.
    announced: Option<SocketAddr>,
    attempts: Vec<Attempt>,
    /// When the next address is to be tried even though attempts are under way.
    next_at: Option<Instant>,
    /// Why the attempt that ended last failed.
    error: Option<io::Error>,
}

#[derive(Debug)]
struct Attempt {
    connecting: Connecting,
    timeout_at: Option<Instant>,
}

impl Connector {
    /// Connects to one of `addresses`, which are in the order of preference. Nothing happens before the first poll.
    #[must_use]
    pub fn new(addresses: Vec<SocketAddr>, options: ConnectOptions) -> Self {
        let mut waiting = if options.fast_fallback {
            interleave(addresses)
        } else {
            addresses.into()
        };
        waiting.truncate(options.max_addresses.max(1));
        Self {
            options,
            waiting,
            announced: None,
            attempts: Vec::new(),
            next_at: None,
            error: None,
        }
    }

    /// Goes on. To be called until it gives the connection or an error; each attempt gives one [`ConnectEvent::Connecting`]
    /// before it starts.
    ///
    /// # Errors
    ///
    /// When all addresses have failed, why the last one did: `TimedOut`, `ConnectionRefused`, `NetworkUnreachable`, …
    /// `AddrNotAvailable` when there was no address.
    pub fn poll(&mut self, cx: &mut Cx<'_>) -> Poll<io::Result<ConnectEvent>> {
        if let Some(address) = self.announced.take() {
            self.start(address);
        }
        if let Some(conn) = self.poll_attempts(cx) {
            self.attempts.clear();
            self.waiting.clear();
            return Poll::Ready(Ok(ConnectEvent::Connected(conn)));
        }
        let is_due =
            self.attempts.is_empty() || self.next_at.is_some_and(|at| at <= Instant::now());
        if is_due && let Some(address) = self.waiting.pop_front() {
            self.announced = Some(address);
            return Poll::Ready(Ok(ConnectEvent::Connecting(address)));
        }
        if self.attempts.is_empty() {
            let error = self.error.take();
            return Poll::Ready(Err(
                error.unwrap_or_else(|| ErrorKind::AddrNotAvailable.into())
            ));
        }
        if !self.waiting.is_empty()
            && let Some(at) = self.next_at
        {
            cx.wake_at(at);
        }
        Poll::Pending
    }

    fn start(&mut self, address: SocketAddr) {
        let now = Instant::now();
        match Connecting::start(address, self.options.keepalive) {
            Ok(connecting) => {
                let limit = self.options.attempt_timeout;
                self.attempts.push(Attempt {
                    connecting,
                    timeout_at: limit.and_then(|limit| now.checked_add(limit)),
                });
                self.next_at = self.options.fast_fallback.then(|| now + ATTEMPT_DELAY);
            }
            Err(error) => self.fail(error),
        }
    }

    /// The connection, if an attempt has succeeded. Failed attempts are removed.
    fn poll_attempts(&mut self, cx: &mut Cx<'_>) -> Option<Conn> {
        let mut index = 0;
        while index < self.attempts.len() {
            let attempt = &mut self.attempts[index];
            let error = match attempt.connecting.poll(cx) {
                Poll::Ready(Ok(())) => {
                    let attempt = self.attempts.swap_remove(index);
                    return Some(Conn::new(attempt.connecting.into_socket()));
                }
                Poll::Ready(Err(error)) => error,
                Poll::Pending => match attempt.timeout_at {
                    Some(at) if at <= Instant::now() => ErrorKind::TimedOut.into(),
                    at => {
                        if let Some(at) = at {
                            cx.wake_at(at);
                        }
                        index += 1;
                        continue;
                    }
                },
            };
            self.attempts.remove(index);
            self.fail(error);
        }
        None
    }

    /// A failure makes the next address due at once.
    fn fail(&mut self, error: io::Error) {
        self.error = Some(error);
        self.next_at = Some(Instant::now());
    }
}

/// Lets the families take turns, beginning with the first address's (RFC 8305 section 4, "First Address Family Count" 1).
/// Within a family the order stays.
fn interleave(addresses: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let starts_with_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<_>, VecDeque<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == starts_with_v6);
    let mut merged = VecDeque::with_capacity(first.len() + second.len());
    while !first.is_empty() || !second.is_empty() {
        merged.extend(first.pop_front());
        merged.extend(second.pop_front());
    }
    merged
}
