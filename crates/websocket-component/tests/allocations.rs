//! What a component allocates: nothing for a message once its queues have their size, and little for itself.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use websocket_component::{
    Action, Buffers, Component, Config, Header, Indication, Memory, Message, Queue, Role,
};
use ws_proto::{Receiver, Sender};

thread_local! {
    /// Calls of this thread that took or moved memory.
    static CALLS: Cell<u64> = const { Cell::new(0) };
    /// Bytes that this thread has taken and not given back.
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

fn took(bytes: usize, gave: usize) {
    CALLS.set(CALLS.get() + u64::from(bytes > 0));
    BYTES.set(BYTES.get() + bytes as isize - gave as isize);
}

struct Counting;

// SAFETY: everything is left to the system's allocator; counting allocates nothing (both cells are constant and need no
// destructor).
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size(), 0);
        // SAFETY: the caller's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        took(layout.size(), 0);
        // SAFETY: the caller's contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        took(size, layout.size());
        // SAFETY: the caller's contract.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        took(0, layout.size());
        // SAFETY: the caller's contract.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Payloads are borrowed and targets are inline, so that nothing but the component can allocate.
struct Lent;

struct Target([u8; 64]);

impl AsRef<[u8]> for Target {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl AsMut<[u8]> for Target {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl Memory for Lent {
    type Block = Box<[u8]>;
    type Payload = &'static [u8];
    type Target = Target;
    type Context = u32;

    fn allocate(len: usize) -> Option<Box<[u8]>> {
        Some(vec![0; len].into_boxed_slice())
    }
}

type Lender = Component<Lent>;

const REQUEST: [(&str, &str); 4] = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

fn headers<'a>(
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> impl Iterator<Item = Header<'a>> {
    pairs.map(|(name, value)| Header {
        name: name.as_bytes(),
        value: value.as_bytes(),
    })
}

fn open_server() -> Lender {
    let mut server = Lender::server(Config::new(Role::Server)).expect("a server");
    server
        .begin_server_handshake(headers(REQUEST.into_iter()), None, &[])
        .expect("a handshake");
    server
}

fn open_client() -> Lender {
    let mut client = Lender::client(Config::new(Role::Client)).expect("a client");
    let request = client.begin_client_handshake(&[], &[]).expect("a request");
    let mut server = Lender::server(Config::new(Role::Server)).expect("a server");
    let request = headers(
        request
            .iter()
            .map(|header| (header.name, header.value.as_ref())),
    );
    let response = server
        .begin_server_handshake(request, None, &[])
        .expect("a response");
    let response = headers(
        response
            .iter()
            .map(|header| (header.name, header.value.as_ref())),
    );
    client
        .end_client_handshake(response)
        .expect("an open client");
    client
}

/// Bytes on their way, in memory that was there before.
struct Pipe {
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Pipe {
    fn new() -> Self {
        Self {
            bytes: vec![0; 64 << 10].into_boxed_slice(),
            start: 0,
            end: 0,
        }
    }

    fn write(&mut self, buffers: Buffers<'_>) -> usize {
        for piece in buffers.iter() {
            self.bytes[self.end..self.end + piece.len()].copy_from_slice(piece);
            self.end += piece.len();
        }
        buffers.total_len()
    }

    fn read(&mut self, space: &mut [u8]) -> usize {
        let now = space.len().min(self.end - self.start);
        space[..now].copy_from_slice(&self.bytes[self.start..self.start + now]);
        self.start += now;
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        now
    }
}

/// Lets `sender` send all that is queued.
fn send_all(sender: &mut Lender, pipe: &mut Pipe) {
    loop {
        let (id, bytes) = match sender.next_action(Queue::Send, 2).expect("no error") {
            Action::SendToNetwork { id, buffers, .. } => (id, pipe.write(buffers)),
            Action::IndicateSendComplete { id, .. } => (id, 0),
            Action::None => return,
            other => panic!("{other:?}"),
        };
        assert!(sender.complete_action(id, bytes));
    }
}

/// Receives all that is in `pipe`, pongs going into `back`; returns how many bytes of data and how many pongs came.
fn receive_all(receiver: &mut Lender, pipe: &mut Pipe, back: &mut Pipe) -> (usize, usize) {
    let (mut data, mut pongs) = (0, 0);
    let mut into_target = false;
    loop {
        into_target = !into_target;
        let target = into_target.then_some(Target([0; 64]));
        receiver.receive(target, 7).expect("an open connection");
        loop {
            let (id, bytes) = match receiver.next_action(Queue::Receive, 1).expect("no error") {
                // Nothing left to read cancels the operation.
                Action::ReceiveFromNetwork { id, space, .. } => (id, pipe.read(space)),
                Action::SendToNetwork { id, buffers, .. } => (id, back.write(buffers)),
                Action::IndicateReceiveComplete { id, indication, .. } => {
                    let over = indication == Indication::Cancelled;
                    match indication {
                        Indication::Data { bytes, .. } => data += bytes.map_or(0, <[u8]>::len),
                        Indication::Pong => pongs += 1,
                        Indication::Cancelled => {}
                        Indication::Close { .. } => panic!("nobody closes"),
                    }
                    assert!(receiver.complete_action(id, 0));
                    if over {
                        return (data, pongs);
                    }
                    break;
                }
                other => panic!("{other:?}"),
            };
            assert!(receiver.complete_action(id, bytes));
        }
    }
}

/// Lets `sender` send messages of several sizes, texts, split ones and a ping to `receiver`, which answers the ping.
fn talk(sender: &mut Lender, receiver: &mut Lender, there: &mut Pipe, back: &mut Pipe) {
    static BYTES: [u8; 10_000] = [b'a'; 10_000];
    let mut sent = 0;
    for len in [0, 1, 16, 125, 126, 4000, 10_000] {
        for message in [Message::binary(&BYTES[..len]), Message::text(&BYTES[..len])] {
            sender.send(message, 1).expect("an open connection");
            sent += len;
        }
    }
    sender.send(Message::Ping, 2).expect("an open connection");
    send_all(sender, there);
    assert_eq!(receive_all(receiver, there, back), (sent, 0));
    assert_eq!(receive_all(sender, back, there), (0, 1));
}

#[test]
fn nothing_is_allocated_for_a_message() {
    let (mut client, mut server) = (open_client(), open_server());
    let (mut there, mut back) = (Pipe::new(), Pipe::new());
    // The queues take the size that the conversation needs, and the keys are seeded.
    talk(&mut client, &mut server, &mut there, &mut back);
    talk(&mut server, &mut client, &mut back, &mut there);
    let before = CALLS.get();
    for _ in 0..if cfg!(miri) { 2 } else { 200 } {
        talk(&mut client, &mut server, &mut there, &mut back);
        talk(&mut server, &mut client, &mut back, &mut there);
    }
    assert_eq!(CALLS.get() - before, 0);
}

/// The test above can fail: the allocator does count.
#[test]
fn allocations_are_counted() {
    let (calls, bytes) = (CALLS.get(), BYTES.get());
    let block = std::hint::black_box(vec![1_u8; 100]);
    assert_eq!((CALLS.get() - calls, BYTES.get() - bytes), (1, 100));
    drop(block);
    assert_eq!((CALLS.get() - calls, BYTES.get() - bytes), (1, 0));
}

#[test]
fn a_component_costs_its_buffers_and_one_kib() {
    for (role, open) in [
        (Role::Client, open_client as fn() -> Lender),
        (Role::Server, open_server),
    ] {
        let config = Config::<Box<[u8]>>::new(role);
        let buffers = config.receive_buffer_size + config.send_buffer_size;
        let before = BYTES.get();
        let mut component = open();
        // One operation each way, so that both queues and the keys are there.
        component
            .send(Message::Ping, 0)
            .expect("an open connection");
        component.receive(None, 0).expect("an open connection");
        let mut pipe = Pipe::new();
        let pipe_bytes = pipe.bytes.len();
        send_all(&mut component, &mut pipe);
        let heap = usize::try_from(BYTES.get() - before).expect("more than before") - pipe_bytes;
        let total = heap + size_of::<Lender>();
        assert!(
            total <= buffers as usize + 1024,
            "{role:?}: {total} bytes, of which {buffers} are buffers"
        );
    }
}

#[test]
fn the_engine_keeps_at_most_128_bytes_per_direction() {
    assert!(size_of::<Receiver>() <= 128, "{}", size_of::<Receiver>());
    assert!(size_of::<Sender>() <= 128, "{}", size_of::<Sender>());
}
