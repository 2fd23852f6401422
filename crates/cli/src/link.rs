//! The driver: one component on one TCP connection, for one thread per lane.
//!
//! [`Link::send`] runs the send lane and [`Link::receive`] the receive lane: ask for the next action, do it, report it.
//! The component is locked for each call of it only, never while bytes are written or read. So one lane does not hold up the
//! other, but for a pong, which waits until the frame that is being written is out.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use websocket_component::{
    Action, ActionId, BufferType, Component, Error, Indication, Message, Owned, Queue,
};
use ws_proto::{MessageKind, ProtocolError};

use crate::http::is_timeout;

/// A component whose operations are numbered in the order in which they were queued; the context is the number.
pub(crate) type Handle = Component<Owned<u64>>;

/// Bytes of a payload that a note shows.
const NOTED: usize = 128;

/// Buffers that are written at once.
const MAX_BUFFERS: usize = 2;

/// What a receive operation brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// A piece of a message.
    Data {
        kind: MessageKind,
        /// Whether the message ends with it.
        last: bool,
        bytes: Vec<u8>,
    },
    /// Close; without a code if the frame was empty.
    Close { code: Option<u16>, reason: String },
    /// The answer to a ping.
    Pong,
}

/// Why a link failed. Nothing more can be done with it then, but after [`Self::Protocol`] a Close may be sent.
#[derive(Debug)]
pub(crate) enum LinkError {
    /// The peer broke the protocol.
    Protocol(ProtocolError),
    /// The connection ended without a Close.
    Ended,
    /// The connection failed.
    Io(io::Error),
    /// The peer was silent too long.
    Silent,
    /// The component refused a call; what was to be sent is not allowed, most often because Close was sent before.
    Refused(Error),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol(error) => write!(f, "the peer broke the protocol: {error}"),
            Self::Ended => f.write_str("the connection ended without a Close"),
            Self::Io(error) => write!(f, "the connection failed: {error}"),
            Self::Silent => f.write_str("the peer was silent too long"),
            Self::Refused(error) => error.fmt(f),
        }
    }
}

impl From<Error> for LinkError {
    fn from(error: Error) -> Self {
        match error {
            Error::Protocol(error) => Self::Protocol(error),
            error => Self::Refused(error),
        }
    }
}

/// Something that a link did, for whoever wants to see it.
#[derive(Debug)]
pub(crate) enum Note<'a> {
    /// A message of `len` payload bytes was queued.
    Queued {
        operation: u64,
        kind: BufferType,
        len: usize,
        /// The first of the payload's bytes, [`NOTED`] at most.
        start: &'a [u8],
    },
    /// A frame was written; in the receive lane (`operation` is `None`) the pong that answers a ping.
    Wrote {
        operation: Option<u64>,
        frame: &'a [u8],
    },
    /// A send operation is finished.
    SendComplete { operation: u64, kind: BufferType },
    /// Bytes came from the network; 0 is its end.
    Read { bytes: usize },
    /// A receive operation is finished.
    Received(&'a Received),
}

/// Is told what a link does.
pub(crate) trait Observer {
    /// Called by the thread that did it, right afterwards. The link's locks may be held.
    fn note(&self, note: Note<'_>);
}

impl Observer for () {
    fn note(&self, _: Note<'_>) {}
}

impl<O: Observer> Observer for Option<O> {
    fn note(&self, note: Note<'_>) {
        if let Some(observer) = self {
            observer.note(note);
        }
    }
}

/// How long a peer may be silent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// For ever.
    Endless,
    /// That long.
    Limited(Duration),
    /// That long; then it is sent a ping and may be silent as long again.
    Ping(Duration),
}

impl Patience {
    const fn timeout(self) -> Option<Duration> {
        match self {
            Self::Endless => None,
            Self::Limited(time) | Self::Ping(time) => Some(time),
        }
    }
}

/// Times that a link keeps to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// For reading.
    pub(crate) patience: Patience,
    /// How long one write may take.
    pub(crate) write: Duration,
}

/// An open WebSocket connection.
pub(crate) struct Link<O> {
    state: Mutex<State>,
    /// Told when a send operation is finished.
    finished: Condvar,
    writer: Mutex<Vec<u8>>,
    reader: Mutex<Reader>,
    stream: TcpStream,
    patience: Patience,
    observer: O,
}

struct State {
    component: Handle,
    /// Send operations queued so far.
    queued: u64,
    /// Send operations finished so far, in the order of their queue.
    finished: u64,
    /// Why writing failed, if it did: for all that were waiting for it.
    write_error: Option<(io::ErrorKind, String)>,
}

struct Reader {
    /// Came in with the handshake; to be read before anything from the socket.
    early: Vec<u8>,
    buffer: Vec<u8>,
}

impl<O: Observer> Link<O> {
    /// Takes an open component, its connection, and the bytes that came behind the handshake.
    ///
    /// # Errors
    /// If the socket cannot be set up.
    pub(crate) fn new(
        component: Handle,
        stream: TcpStream,
        early: Vec<u8>,
        limits: Limits,
        observer: O,
    ) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(limits.patience.timeout())?;
        stream.set_write_timeout(Some(limits.write))?;
        Ok(Self {
            state: Mutex::new(State {
                component,
                queued: 0,
                finished: 0,
                write_error: None,
            }),
            finished: Condvar::new(),
            writer: Mutex::new(Vec::new()),
            reader: Mutex::new(Reader {
                early,
                buffer: Vec::new(),
            }),
            stream,
            patience: limits.patience,
            observer,
        })
    }

    /// Sends a message and waits until it is written. Any thread may.
    ///
    /// # Errors
    /// [`LinkError::Refused`] if it may not be sent, [`LinkError::Io`].
    pub(crate) fn send(&self, message: Message<Vec<u8>>) -> Result<(), LinkError> {
        let operation = {
            let mut state = lock(&self.state);
            let operation = state.queued + 1;
            let kind = message.buffer_type();
            let payload = payload_of(&message);
            let len = payload.len();
            let start = payload[..len.min(NOTED)].to_vec();
            state.component.send(message, operation)?;
            state.queued = operation;
            self.observer.note(Note::Queued {
                operation,
                kind,
                len,
                start: &start,
            });
            operation
        };
        self.pump_sends()?;
        // A pong that is being written holds back the frames behind it; its thread goes on with them.
        let mut state = lock(&self.state);
        while state.finished < operation && state.write_error.is_none() {
            state = wait(&self.finished, state);
        }
        match &state.write_error {
            Some((kind, text)) => Err(LinkError::Io(io::Error::new(*kind, text.clone()))),
            None => Ok(()),
        }
    }

    /// Waits for the next piece of a message, a Close or a Pong; answers pings meanwhile. One thread at a time.
    ///
    /// # Errors
    /// As [`LinkError`] says. After an error there is nothing more to receive.
    pub(crate) fn receive(&self) -> Result<Received, LinkError> {
        let mut reader = lock(&self.reader);
        lock(&self.state).component.receive(None, 0)?;
        loop {
            match self.next_receive_step()? {
                Step::Read { id, space } => self.read(&mut reader, id, space)?,
                Step::Pong { id, frame } => self.write_pong(id, &frame)?,
                Step::Indicate(received) => {
                    let received = received.ok_or(LinkError::Ended)?;
                    self.observer.note(Note::Received(&received));
                    return Ok(received);
                }
            }
        }
    }

    /// Lets the other threads finish sending what they have queued, then [`linger`]s; each takes at most `time`.
    pub(crate) fn linger(&self, time: Duration) {
        let is_sending =
            |state: &mut State| state.finished < state.queued && state.write_error.is_none();
        // Whether they finish in time or not, this is the end.
        drop(
            self.finished
                .wait_timeout_while(lock(&self.state), time, is_sending),
        );
        linger(&self.stream, time);
    }

    /// Ends both halves; wakes a thread that is reading or writing.
    pub(crate) fn cut(&self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    fn next_receive_step(&self) -> Result<Step, LinkError> {
        let mut state = lock(&self.state);
        let (id, received) = match state.component.next_action(Queue::Receive, MAX_BUFFERS)? {
            Action::ReceiveFromNetwork { id, space, .. } => {
                let space = space.len();
                return Ok(Step::Read { id, space });
            }
            Action::SendToNetwork { id, buffers, .. } => {
                let frame = buffers.iter().flatten().copied().collect();
                return Ok(Step::Pong { id, frame });
            }
            Action::IndicateReceiveComplete { id, indication, .. } => (id, received(indication)),
            Action::None | Action::IndicateSendComplete { .. } => {
                unreachable!("an operation is queued, and none of its actions is outstanding")
            }
        };
        state.component.complete_action(id, 0);
        Ok(Step::Indicate(received))
    }

    fn read(&self, reader: &mut Reader, id: ActionId, space: usize) -> Result<(), LinkError> {
        if reader.buffer.len() < space {
            reader.buffer.resize(space, 0);
        }
        let result = if reader.early.is_empty() {
            self.read_socket(&mut reader.buffer[..space])
        } else {
            let len = space.min(reader.early.len());
            for (to, from) in reader.buffer.iter_mut().zip(reader.early.drain(..len)) {
                *to = from;
            }
            Ok(len)
        };
        let len = *result.as_ref().unwrap_or(&0);
        self.observer.note(Note::Read { bytes: len });
        let mut state = lock(&self.state);
        if let Some(space) = state.component.receive_space(id) {
            space[..len].copy_from_slice(&reader.buffer[..len]);
        }
        // 0 bytes cancel the operation: the next action says so.
        state.component.complete_action(id, len);
        result.map(|_| ())
    }

    fn read_socket(&self, buffer: &mut [u8]) -> Result<usize, LinkError> {
        let mut was_pinged = false;
        loop {
            match (&self.stream).read(buffer) {
                Ok(len) => return Ok(len),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => match self.patience {
                    Patience::Ping(_) if !was_pinged => {
                        was_pinged = true;
                        self.send(Message::Ping)?;
                    }
                    _ => return Err(LinkError::Silent),
                },
                Err(error) => return Err(LinkError::Io(error)),
            }
        }
    }

    fn write_pong(&self, id: ActionId, frame: &[u8]) -> Result<(), LinkError> {
        let written = {
            let _turn = lock(&self.writer);
            (&self.stream).write_all(frame)
        };
        {
            let mut state = lock(&self.state);
            let bytes = if written.is_ok() { frame.len() } else { 0 };
            state.component.complete_action(id, bytes);
            if let Err(error) = written {
                return Err(self.writing_failed(&mut state, error));
            }
        }
        self.observer.note(Note::Wrote {
            operation: None,
            frame,
        });
        self.pump_sends()
    }

    /// Does the actions of the send lane until there are none. The writer's lock keeps frames whole on the wire; it is always
    /// taken before the state's, and given up after each frame, for a pong may be waiting.
    fn pump_sends(&self) -> Result<(), LinkError> {
        loop {
            let mut scratch = lock(&self.writer);
            let mut state = lock(&self.state);
            if state.write_error.is_some() {
                // Part of a frame may be on the wire: nothing can follow it.
                return Ok(());
            }
            let action = match state.component.next_action(Queue::Send, MAX_BUFFERS) {
                Ok(action) => action,
                Err(error) => {
                    // Without random bytes, for instance. No other sender gets any further either.
                    let failure = io::Error::other(error.to_string());
                    return Err(self.writing_failed(&mut state, failure));
                }
            };
            let (id, operation) = match action {
                Action::SendToNetwork {
                    id,
                    context,
                    buffers,
                    ..
                } => {
                    scratch.clear();
                    buffers
                        .iter()
                        .for_each(|part| scratch.extend_from_slice(part));
                    (id, context.copied())
                }
                Action::IndicateSendComplete { id, kind, context } => {
                    let operation = *context;
                    state.component.complete_action(id, 0);
                    state.finished = operation;
                    self.observer.note(Note::SendComplete { operation, kind });
                    self.finished.notify_all();
                    continue;
                }
                _ => return Ok(()),
            };
            drop(state);
            let result = (&self.stream).write_all(&scratch);
            let mut state = lock(&self.state);
            let bytes = if result.is_ok() { scratch.len() } else { 0 };
            state.component.complete_action(id, bytes);
            if let Err(error) = result {
                return Err(self.writing_failed(&mut state, error));
            }
            self.observer.note(Note::Wrote {
                operation,
                frame: &scratch,
            });
        }
    }

    /// Tells all senders.
    fn writing_failed(&self, state: &mut State, error: io::Error) -> LinkError {
        state.write_error = Some((error.kind(), error.to_string()));
        self.finished.notify_all();
        LinkError::Io(error)
    }
}

/// Ends our half of the connection and waits, at most that long, for the peer to end its own. Closing a socket with unread
/// bytes instead could destroy what we have written before the peer has read it.
pub(crate) fn linger(mut stream: &TcpStream, time: Duration) {
    let deadline = Instant::now() + time;
    let mut buffer = [0; 4096];
    // Errors mean that the connection is gone, which is what we are waiting for.
    let _ = stream.shutdown(Shutdown::Write);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return;
        }
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// What the receive lane asks for, borrowed from nothing.
enum Step {
    Read {
        id: ActionId,
        space: usize,
    },
    Pong {
        id: ActionId,
        frame: Vec<u8>,
    },
    /// `None`: the connection has ended.
    Indicate(Option<Received>),
}

fn received(indication: Indication<'_>) -> Option<Received> {
    match indication {
        Indication::Data { kind, bytes } => {
            let (kind, last) = data_kind(kind)?;
            Some(Received::Data {
                kind,
                last,
                bytes: bytes.unwrap_or_default().to_vec(),
            })
        }
        Indication::Close { status, reason } => Some(Received::Close {
            code: Some(status).filter(|&status| status != ws_proto::close::NO_STATUS),
            reason: String::from_utf8_lossy(reason.unwrap_or_default()).into_owned(),
        }),
        Indication::Pong => Some(Received::Pong),
        Indication::Cancelled => None,
    }
}

/// The kind of a data type and whether it ends its message; `None` for other types.
pub(crate) const fn data_kind(kind: BufferType) -> Option<(MessageKind, bool)> {
    match kind {
        BufferType::TextMessage => Some((MessageKind::Text, true)),
        BufferType::TextFragment => Some((MessageKind::Text, false)),
        BufferType::BinaryMessage => Some((MessageKind::Binary, true)),
        BufferType::BinaryFragment => Some((MessageKind::Binary, false)),
        _ => None,
    }
}

fn payload_of(message: &Message<Vec<u8>>) -> &[u8] {
    let payload = match message {
        Message::Data { payload, .. } | Message::Extension { payload, .. } => payload.as_deref(),
        Message::Close(status) => status.as_ref().and_then(|status| status.reason.as_deref()),
        Message::Ping | Message::UnsolicitedPong => None,
    };
    payload.unwrap_or_default()
}

/// A thread that panicked inside left nothing half done that matters: each call of the component is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condvar.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
