//! A server on loopback that does exactly what a test's script says.
//!
//! Each accepted connection runs one script, a function of a [`Peer`], on a thread of its own. All waiting has a time
//! limit ([`PATIENCE`]), so that a bug fails a test instead of hanging it. What goes wrong in a script (bytes that do not
//! come, a connection too many) fails the test when the server is [finished](Server::finish) or dropped.

mod peer;
pub mod web_socket;
mod wire;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

pub use peer::{Peer, Request, response};

use crate::gate::{PATIENCE, panic_text};
use wire::Wire;

/// What one connection does.
pub type Script = Box<dyn FnOnce(&mut Peer) + Send>;

/// Boxes a script: `Server::scripts(vec![script(|peer| …), script(|peer| …)])`.
pub fn script(run: impl FnOnce(&mut Peer) + Send + 'static) -> Script {
    Box::new(run)
}

/// A server on a free port of 127.0.0.1.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// One connection, one script. A second connection is a failure.
    pub fn once(run: impl FnOnce(&mut Peer) + Send + 'static) -> Self {
        Self::scripts(vec![script(run)])
    }

    /// The first connection runs the first script, the second the second… One more connection is a failure.
    pub fn scripts(scripts: Vec<Script>) -> Self {
        Self::builder().scripts(scripts)
    }

    /// Any number of connections run the same script; it is given the connection's number, from 0.
    pub fn every(run: impl Fn(usize, &mut Peer) + Send + Sync + 'static) -> Self {
        Self::builder().every(run)
    }

    /// Any number of connections, each kept alive; each request gets the same response, unchanged.
    pub fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::every(move |_, peer| peer.answer_all(&bytes))
    }

    /// For servers with TLS or on another address.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The port it listens at.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `127.0.0.1:port`, as in a Host header.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }

    /// All requests whose heads were read so far, in the order of reading.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.clone()
    }

    /// The `number`-th request, from 0; waits until its head was read.
    ///
    /// # Panics
    /// If that takes longer than [`PATIENCE`].
    #[track_caller]
    pub fn request(&self, number: usize) -> Request {
        self.wait(|state| state.requests.get(number).cloned())
            .unwrap_or_else(|| panic!("request {number} did not come within {PATIENCE:?}"))
    }

    /// How many TLS handshakes failed so far, with rustls' words for each.
    pub fn handshake_failures(&self) -> Vec<String> {
        self.shared.state().handshake_failures.clone()
    }

    /// Waits until every script has run and ended.
    ///
    /// # Panics
    /// If that takes longer than [`PATIENCE`], or something went wrong in a script.
    #[track_caller]
    pub fn finish(mut self) {
        let ended = self.wait(|state| (state.running == 0 && state.expected == 0).then_some(()));
        self.stop();
        let failures = std::mem::take(&mut self.shared.state().failures);
        assert!(failures.is_empty(), "the server: {}", failures.join("; "));
        let missing = self.shared.state().expected;
        assert_eq!(missing, 0, "so many connections were never made");
        assert!(
            ended.is_some(),
            "a server's script did not end within {PATIENCE:?}"
        );
    }

    fn wait<T>(&self, mut ready: impl FnMut(&mut State) -> Option<T>) -> Option<T> {
        let end = Instant::now() + PATIENCE;
        let mut state = self.shared.state();
        loop {
            if let Some(value) = ready(&mut state) {
                return Some(value);
            }
            let left = end.checked_duration_since(Instant::now())?;
            state = self
                .shared
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn stop(&mut self) {
        let Some(accepting) = self.accepting.take() else {
            return;
        };
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes `accept`.
        drop(TcpStream::connect(self.address));
        drop(accepting.join());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        let failures = std::mem::take(&mut self.shared.state().failures);
        if !failures.is_empty() {
            let text = format!("the server: {}", failures.join("; "));
            if std::thread::panicking() {
                eprintln!("{text}");
            } else {
                panic!("{text}");
            }
        }
    }
}

/// A server to be.
#[derive(Default)]
pub struct Builder {
    tls: Option<Arc<rustls::ServerConfig>>,
    piece: Option<usize>,
    address: Option<SocketAddr>,
}

impl Builder {
    /// Speaks TLS: the handshake is made before the script runs. A connection whose handshake fails runs no script but
    /// counts; see [`Server::handshake_failures`].
    #[must_use]
    pub fn tls(mut self, config: Arc<rustls::ServerConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// Every write to the socket, below TLS, goes out in pieces of so many bytes, each in a packet of its own.
    #[must_use]
    pub fn in_pieces_of(mut self, bytes: usize) -> Self {
        self.piece = Some(bytes);
        self
    }

    /// Listens there instead of 127.0.0.1; port 0 is a free one.
    #[must_use]
    pub fn at(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// As [`Server::once`].
    pub fn once(self, run: impl FnOnce(&mut Peer) + Send + 'static) -> Server {
        self.scripts(vec![script(run)])
    }

    /// As [`Server::scripts`].
    pub fn scripts(self, scripts: Vec<Script>) -> Server {
        let expected = scripts.len();
        let mut scripts = scripts.into_iter();
        self.start(expected, move |_| scripts.next())
    }

    /// As [`Server::every`].
    pub fn every(self, run: impl Fn(usize, &mut Peer) + Send + Sync + 'static) -> Server {
        let run = Arc::new(run);
        self.start(0, move |number| {
            let run = Arc::clone(&run);
            Some(script(move |peer| run(number, peer)))
        })
    }

    fn start(
        self,
        expected: usize,
        mut next: impl FnMut(usize) -> Option<Script> + Send + 'static,
    ) -> Server {
        let at = self
            .address
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        let listener = TcpListener::bind(at).expect("a port is free");
        let address = listener.local_addr().expect("bound");
        let shared = Arc::new(Shared::default());
        shared.state().expected = expected;
        let accepting = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                loop {
                    let Ok((socket, _)) = listener.accept() else {
                        continue;
                    };
                    if shared.stopping.load(Ordering::SeqCst) {
                        return;
                    }
                    let (number, running) = Running::new(&shared);
                    match next(number) {
                        Some(script) => self.serve(socket, number, script, running),
                        None => shared.fail(format!("connection {number} is one too many")),
                    }
                }
            }
        });
        Server {
            address,
            shared,
            accepting: Some(accepting),
        }
    }

    fn serve(&self, socket: TcpStream, number: usize, script: Script, running: Running) {
        let wire = Wire::new(socket, self.piece);
        let tls = self.tls.clone();
        std::thread::spawn(move || {
            let shared = Arc::clone(&running.0);
            let Some(mut peer) = Peer::new(wire, tls, number, Arc::clone(&shared)) else {
                return;
            };
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                script(&mut peer);
                peer.end();
            }));
            if let Err(panic) = outcome {
                shared.fail(format!("connection {number}: {}", panic_text(&*panic)));
            }
            drop(running);
        });
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    stopping: AtomicBool,
}

#[derive(Default)]
struct State {
    connections: usize,
    /// Scripts without a connection yet.
    expected: usize,
    running: usize,
    requests: Vec<Request>,
    handshake_failures: Vec<String>,
    failures: Vec<String>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, request: Request) {
        self.state().requests.push(request);
        self.changed.notify_all();
    }

    /// Body bytes that a script read after the head of request `index`.
    fn record_body(&self, index: usize, bytes: &[u8]) {
        if let Some(request) = self.state().requests.get_mut(index) {
            request.body.extend_from_slice(bytes);
        }
        self.changed.notify_all();
    }

    fn fail(&self, text: String) {
        self.state().failures.push(text);
        self.changed.notify_all();
    }
}

/// A connection whose script has not ended.
struct Running(Arc<Shared>);

impl Running {
    /// Counts one more; its number.
    fn new(shared: &Arc<Shared>) -> (usize, Self) {
        let mut state = shared.state();
        let number = state.connections;
        state.connections += 1;
        state.running += 1;
        state.expected = state.expected.saturating_sub(1);
        drop(state);
        shared.changed.notify_all();
        (number, Self(Arc::clone(shared)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running -= 1;
        drop(state);
        self.0.changed.notify_all();
    }
}
