//! The driver: one component on one TCP connection, for one thread per lane.
//!
//! [`Link::send`] runs the send lane and [`Link::receive`] the receive lane: ask for the next action, do it, report it.
//! The component is locked for each call of it only, never while bytes are written or read, so one lane does not hold up the
//! other.
//!
//! Pongs are the exception: [`Link::receive`] has to write them, as soon as the frame is written that is being sent.

mod types;

pub(crate) use types::{Limits, LinkError, Note, Observer, Patience, Received};

use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use websocket_component::{
    Action, ActionId, BufferType, Component, Indication, Message, Owned, Queue,
};
use ws_proto::MessageKind;

use crate::http::is_timeout;
use crate::stream::Stream;

/// A component whose operations are numbered in the order in which they were queued; the context is the number.
pub(crate) type Handle = Component<Owned<u64>>;

/// Bytes of a payload that a note shows.
const NOTED: usize = 128;

/// Buffers that are written at once.
const MAX_BUFFERS: usize = 2;

/// Pongs that may wait for the writer. Of more the oldest are dropped, which RFC 6455 section 5.5.3 allows.
const MAX_PONGS: usize = 1024;

/// An open WebSocket connection.
pub(crate) struct Link<O> {
    state: Mutex<State>,
    /// Told when a send operation is finished, and when writing has ended.
    finished: Condvar,
    /// The frame that is being written. Whoever holds the lock writes.
    writer: Mutex<Vec<u8>>,
    reader: Mutex<Reader>,
    stream: Stream,
    patience: Patience,
    observer: O,
}

struct State {
    component: Handle,
    /// Send operations queued so far.
    queued: u64,
    /// Send operations finished so far, in the order of their queue.
    finished: u64,
    /// Frames that answer pings; the component believes them written.
    pongs: VecDeque<Vec<u8>>,
    /// Why nothing more can be written.
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
        stream: Stream,
        early: Vec<u8>,
        limits: Limits,
        observer: O,
    ) -> io::Result<Self> {
        stream.socket().set_nodelay(true)?;
        stream.set_read_timeout(limits.patience.timeout())?;
        stream.socket().set_write_timeout(Some(limits.write))?;
        Ok(Self {
            state: Mutex::new(State {
                component,
                queued: 0,
                finished: 0,
                pongs: VecDeque::new(),
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
        drop(state);
        self.pump()?;
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
                Step::Pong => self.pump()?,
                Step::Indicate(received) => {
                    let received = received.ok_or(LinkError::Ended)?;
                    self.observer.note(Note::Received(&received));
                    return Ok(received);
                }
            }
        }
    }

    /// Lets the other threads finish sending what they have queued, then [`linger`]s; each takes at most `time`. Nothing can be
    /// sent afterwards.
    pub(crate) fn linger(&self, time: Duration) {
        let is_sending =
            |state: &mut State| state.finished < state.queued && state.write_error.is_none();
        let state = lock(&self.state);
        let waited = self.finished.wait_timeout_while(state, time, is_sending);
        // Whether they finished in time or not, this is the end.
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        self.writing_failed(&mut state, io::ErrorKind::NotConnected.into());
        drop(state);
        linger(&self.stream, time);
    }

    /// Ends both halves; wakes a thread that is reading or writing.
    pub(crate) fn cut(&self) {
        self.stream.cut();
        self.writing_failed(&mut lock(&self.state), io::ErrorKind::NotConnected.into());
    }

    fn next_receive_step(&self) -> Result<Step, LinkError> {
        let mut state = lock(&self.state);
        let (id, received) = match state.component.next_action(Queue::Receive, MAX_BUFFERS)? {
            Action::ReceiveFromNetwork { id, space, .. } => {
                let space = space.len();
                return Ok(Step::Read { id, space });
            }
            Action::SendToNetwork { id, buffers, .. } => {
                let frame: Vec<u8> = buffers.iter().flatten().copied().collect();
                state.component.complete_action(id, frame.len());
                if state.pongs.len() == MAX_PONGS {
                    state.pongs.pop_front();
                }
                state.pongs.push_back(frame);
                return Ok(Step::Pong);
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
            match self.stream.read(buffer) {
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

    /// Writes pongs, and does the actions of the send lane, until there are none. The writer's lock keeps frames whole on the
    /// wire; it is always taken before the state's, and given up after each frame.
    fn pump(&self) -> Result<(), LinkError> {
        loop {
            let mut scratch = lock(&self.writer);
            let mut state = lock(&self.state);
            if state.write_error.is_some() {
                // Part of a frame may be on the wire: nothing can follow it.
                return Ok(());
            }
            if let Some(frame) = state.pongs.pop_front() {
                drop(state);
                if let Err(error) = self.stream.write_all(&frame) {
                    return Err(self.writing_failed(&mut lock(&self.state), error));
                }
                self.observer.note(Note::Wrote {
                    operation: None,
                    frame: &frame,
                });
                continue;
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
            let result = self.stream.write_all(&scratch);
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

    /// Tells all senders, and the writer's thread.
    fn writing_failed(&self, state: &mut State, error: io::Error) -> LinkError {
        state.write_error = Some((error.kind(), error.to_string()));
        self.finished.notify_all();
        LinkError::Io(error)
    }
}

/// Ends our half of the connection and waits, at most that long, for the peer to end its own. Closing a socket with unread
/// bytes instead could destroy what we have written before the peer has read it.
pub(crate) fn linger(stream: &Stream, time: Duration) {
    let deadline = Instant::now() + time;
    let mut buffer = [0; 4096];
    // Errors mean that the connection is gone, which is what we are waiting for.
    let _ = stream.end_writing();
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
    /// There is a pong to be written.
    Pong,
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
