//! The safe Rust API.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use openwinhttp::{
    Buffer, BufferKind, Connect, Error, Mode, Notification, Observer, OpenRequest, Request,
    Session, WebSocket,
};

use super::{SAMPLED, Way};
use crate::linux::chain::Chains;
use crate::linux::server::PIECE;
use crate::linux::turns::Latencies;

fn connect(mode: Mode, port: u16) -> Connect {
    let session = Session::new(Some("benchmark"), mode);
    session.connect("127.0.0.1", port).expect("a host")
}

/// A WebSocket of a synchronous session.
fn upgraded(port: u16, secure: bool, path: &str) -> WebSocket {
    let connect = connect(Mode::Synchronous, port);
    let object: Vec<u16> = path.encode_utf16().collect();
    let mut open = OpenRequest::default();
    open.object = &object;
    open.secure = secure;
    let request: Request = connect.open_request(open).expect("a request");
    request.upgrade_to_web_socket(32_768);
    request.send(None, 0).expect("sent");
    request.receive_response().expect("a response");
    request.complete_upgrade(None).expect("101")
}

/// The length of the next message, which goes into `buffer` as a whole.
fn receive(socket: &WebSocket, buffer: &mut [u8]) -> usize {
    let mut total = 0;
    loop {
        let received = socket.receive(&mut buffer[total..]).expect("a message");
        total += received.count;
        match received.kind {
            BufferKind::BinaryFragment | BufferKind::Utf8Fragment => {}
            BufferKind::BinaryMessage | BufferKind::Utf8Message => return total,
            BufferKind::Close => panic!("the server closed the connection"),
        }
    }
}

/// A round trip of a message of this length, and again.
pub(crate) fn echo(port: u16, payload: &'static [u8]) -> impl FnMut() {
    let socket = upgraded(port, false, "/echo");
    let mut buffer = vec![0; payload.len()];
    move || {
        socket
            .send(BufferKind::BinaryMessage, payload)
            .expect("sent");
        assert_eq!(receive(&socket, &mut buffer), payload.len());
    }
}

/// Messages of 64 KiB, and a sign that all have come.
pub(crate) fn one_way(port: u16, secure: bool, way: Way) -> impl FnMut(u64, &mut Latencies) {
    let socket = upgraded(port, secure, way.path());
    let mut buffer = vec![7; PIECE];
    move |count, _| match way {
        Way::Sending => {
            for _ in 0..count {
                let sent = socket.send(BufferKind::BinaryMessage, &buffer);
                sent.expect("sent");
            }
            socket.send(BufferKind::Utf8Message, b"end").expect("sent");
            assert_eq!(receive(&socket, &mut [0; 16]), 3);
        }
        Way::Receiving => {
            let demand = count.to_string();
            let sent = socket.send(BufferKind::Utf8Message, demand.as_bytes());
            sent.expect("sent");
            for _ in 0..count {
                assert_eq!(receive(&socket, &mut buffer), PIECE);
            }
        }
    }
}

/// So many connections, each with one message on its way, driven by notifications. Each has a receive pending all the time.
pub(crate) fn chains(
    port: u16,
    count: usize,
    payload: &'static [u8],
) -> impl FnMut(u64, &mut Latencies) {
    let connect = connect(Mode::Asynchronous, port);
    let shared = Arc::new(Shared {
        payload,
        chains: Chains::default(),
    });
    let open = (0..count).map(|index| Chain::open(&connect, &shared, index));
    let all = Open(open.collect());
    move |count, latencies| {
        shared.chains.announce(count, all.0.len());
        for chain in &all.0 {
            chain.send();
        }
        *latencies = shared.chains.wait();
    }
}

struct Shared {
    payload: &'static [u8],
    chains: Chains,
}

/// Closed when dropped: each lives as long as its WebSocket, which it owns.
struct Open(Vec<Arc<Chain>>);

impl Drop for Open {
    fn drop(&mut self) {
        for chain in &self.0 {
            chain.socket().abort().expect("once");
        }
    }
}

/// What a chain's operations work on.
enum Memory {
    Payload(&'static [u8]),
    Received(Vec<u8>, Arc<Spare>),
}

/// The memory of receives that are over, which the next ones use.
type Spare = Mutex<Vec<Vec<u8>>>;

impl AsRef<[u8]> for Memory {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Payload(payload) => payload,
            Self::Received(bytes, _) => bytes,
        }
    }
}

impl AsMut<[u8]> for Memory {
    fn as_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Payload(_) => &mut [],
            Self::Received(bytes, _) => bytes,
        }
    }
}

impl Buffer for Memory {}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Self::Received(bytes, spare) = self {
            let mut spare = spare.lock().expect("unpoisoned");
            spare.push(std::mem::take(bytes));
        }
    }
}

/// One connection with the exchange that is under way.
struct Chain {
    shared: Arc<Shared>,
    is_sampled: bool,
    socket: OnceLock<WebSocket<Memory>>,
    spare: Arc<Spare>,
    exchange: Mutex<Exchange>,
}

struct Exchange {
    start: Instant,
    received: usize,
    /// Completions still to come: the send's may come after that of the answer.
    missing: u32,
}

impl Chain {
    fn open(connect: &Connect, shared: &Arc<Shared>, index: usize) -> Arc<Self> {
        let chain = Arc::new(Self {
            shared: Arc::clone(shared),
            is_sampled: index.is_multiple_of(SAMPLED),
            socket: OnceLock::new(),
            spare: Arc::default(),
            exchange: Mutex::new(Exchange {
                start: Instant::now(),
                received: 0,
                missing: 0,
            }),
        });
        let observer = Arc::clone(&chain) as Arc<dyn Observer>;
        let socket = upgrade(connect, observer);
        assert!(chain.socket.set(socket).is_ok(), "once");
        chain.receive();
        chain
    }

    fn socket(&self) -> &WebSocket<Memory> {
        self.socket.get().expect("it is open")
    }

    /// Starts an exchange, if there is one left.
    fn send(&self) {
        let Some(start) = self.shared.chains.next() else {
            return;
        };
        let mut exchange = self.exchange.lock().expect("unpoisoned");
        exchange.start = start;
        exchange.missing = 2;
        drop(exchange);
        let payload = Memory::Payload(self.shared.payload);
        let started = self.socket().start_send(BufferKind::BinaryMessage, payload);
        started.expect("started");
    }

    /// One of the two completions of an exchange has come.
    fn step(&self) {
        let mut exchange = self.exchange.lock().expect("unpoisoned");
        exchange.missing -= 1;
        let (missing, start) = (exchange.missing, exchange.start);
        drop(exchange);
        if missing == 0 {
            if self.is_sampled {
                self.shared.chains.since(start);
            }
            self.send();
        }
    }

    fn receive(&self) {
        let used = self.spare.lock().expect("unpoisoned").pop();
        let length = self.shared.payload.len().min(PIECE);
        let memory = Memory::Received(
            used.unwrap_or_else(|| vec![0; length]),
            Arc::clone(&self.spare),
        );
        let started = self.socket().start_receive(memory);
        // Closed when all exchanges have ended, which may be before this receive.
        assert!(
            matches!(started, Ok(_) | Err(Error::InvalidHandle)),
            "{started:?}"
        );
    }
}

impl Observer for Chain {
    fn notify(&self, notification: &Notification<'_>) {
        match notification {
            Notification::WebSocketReceived(bytes, kind) => {
                let mut exchange = self.exchange.lock().expect("unpoisoned");
                exchange.received += bytes.len();
                let is_whole = *kind == BufferKind::BinaryMessage;
                if is_whole {
                    let total = std::mem::take(&mut exchange.received);
                    assert_eq!(total, self.shared.payload.len());
                }
                drop(exchange);
                if is_whole {
                    self.step();
                }
                self.receive();
            }
            Notification::WebSocketSent(..) => self.step(),
            Notification::RequestError(_, Error::OperationCancelled) => {}
            Notification::RequestError(api, error) => panic!("{api:?}: {error:?}"),
            _ => {}
        }
    }
}

/// A WebSocket of an asynchronous session, waited for.
fn upgrade(connect: &Connect, observer: Arc<dyn Observer>) -> WebSocket<Memory> {
    let (done, wait): (Sender<bool>, Receiver<bool>) = channel();
    let object: Vec<u16> = "/echo".encode_utf16().collect();
    let mut open = OpenRequest::default();
    open.object = &object;
    open.observer = Some(Arc::new(move |notification: &Notification<'_>| {
        let went_well = match notification {
            Notification::SendRequestComplete | Notification::HeadersAvailable => true,
            Notification::RequestError(..) => false,
            _ => return,
        };
        let _ = done.send(went_well);
    }));
    let request: Request<Memory> = connect.open_request(open).expect("a request");
    request.upgrade_to_web_socket(32_768);
    request.start_send(None, 0).expect("started");
    assert_eq!(wait.recv(), Ok(true), "sent");
    request.start_receive_response().expect("started");
    assert_eq!(wait.recv(), Ok(true), "a response");
    request.complete_upgrade(Some(observer)).expect("101")
}
