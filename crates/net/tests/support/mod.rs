//! Runs operations of this crate the asynchronous way, and makes connections over loopback.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Wake, Waker};
use std::time::Duration;

use net::cx::Cx;
use net::timer::Timer;
use net::workers::{self, Job};

/// Longer than anything here takes when it works.
pub const LONG: Duration = Duration::from_secs(60);

type Step = Box<dyn FnMut(&mut Cx<'_>) -> Poll<()> + Send>;

/// An operation as the callers of this crate run it: polled on a worker after each wake-up.
pub struct Task {
    state: Mutex<Option<(Step, Timer)>>,
}

impl Task {
    /// Polls once on this thread, the rest on workers.
    pub fn start<T: Send + 'static>(
        mut poll: impl FnMut(&mut Cx<'_>) -> Poll<T> + Send + 'static,
    ) -> (Arc<Self>, Receiver<T>) {
        let (sender, receiver): (Sender<T>, Receiver<T>) = channel();
        let step: Step = Box::new(move |cx| {
            poll(cx).map(|value| {
                let _ = sender.send(value);
            })
        });
        let task = Arc::new(Self {
            state: Mutex::new(Some((step, Timer::new()))),
        });
        Arc::clone(&task).run();
        (task, receiver)
    }

    /// Gives the operation up: drops all that it owns.
    pub fn abandon(&self) {
        let state = self.state.lock().unwrap().take();
        drop(state);
    }
}

impl Job for Task {
    fn run(self: Arc<Self>) {
        let waker = Waker::from(Arc::clone(&self));
        let mut state = self.state.lock().unwrap();
        let Some((step, timer)) = &mut *state else {
            return;
        };
        let mut cx = Cx::asynchronous(&waker);
        match step(&mut cx) {
            Poll::Ready(()) => *state = None,
            Poll::Pending => match cx.deadline() {
                Some(at) => timer.set(at, &waker),
                None => timer.clear(),
            },
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        workers::spawn(self);
    }
}

/// Runs an operation asynchronously and waits for its end.
pub fn run_async<T: Send + 'static>(
    poll: impl FnMut(&mut Cx<'_>) -> Poll<T> + Send + 'static,
) -> T {
    let (_task, receiver) = Task::start(poll);
    receiver.recv_timeout(LONG).expect("the operation ends")
}

/// A job made of a closure.
pub struct Closure<F>(Mutex<Option<F>>);

impl<F: FnOnce() + Send + 'static> Closure<F> {
    pub fn spawn(closure: F) {
        workers::spawn(Arc::new(Self(Mutex::new(Some(closure)))));
    }
}

impl<F: FnOnce() + Send + 'static> Job for Closure<F> {
    fn run(self: Arc<Self>) {
        let closure = self.0.lock().unwrap().take();
        closure.expect("a job runs once")();
    }
}

/// Two ends of a connection.
pub fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    (client, server)
}

/// A loopback port that answers nothing: its listener's queue is full and nobody accepts.
pub struct Blackhole {
    pub address: SocketAddr,
    _listener: socket2::Socket,
    _fillers: Vec<socket2::Socket>,
}

impl Blackhole {
    pub fn new() -> Self {
        let listener =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        let any_port: SocketAddr = "127.0.0.1:0".parse().unwrap();
        listener.bind(&any_port.into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let mut fillers = Vec::new();
        // Linux takes one more than the length of the queue, other systems round it up; the rest is told nothing.
        loop {
            let filler =
                socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
            let answered = filler.connect_timeout(&address.into(), Duration::from_millis(100));
            fillers.push(filler);
            if answered.is_err() {
                break;
            }
        }
        Self {
            address,
            _listener: listener,
            _fillers: fillers,
        }
    }
}
