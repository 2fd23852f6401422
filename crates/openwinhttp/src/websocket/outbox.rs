//! The sending end of a WebSocket's connection, and the frames that wait for it.
//!
//! Whoever sends has the write half and gives it back when its last frame is out. Control frames of ours (pongs, a Close about
//! a protocol error) are queued here; whoever takes the write half sends them first, or before giving it back, and if nobody has
//! it, whoever queued them ([`Outbox::flush`]). That never keeps the half: what the system does not take at once stays here and
//! goes before the next frame.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::{Mutex, MutexGuard};
use std::task::{Poll, Waker, ready};
use std::time::Duration;

use net::conn::{Canceller, WriteHalf};
use net::cx::Cx;
use ws_proto::{FrameHeader, OpCode, encode_frame};

use super::scratch::Scratch;
use crate::session::lock;

/// Pongs that wait while another frame is being sent; of more, the oldest goes unanswered (RFC 6455 section 5.5.3).
const MAX_QUEUED: usize = 64;

pub(super) struct Outbox {
    state: Mutex<State>,
    canceller: Canceller,
}

struct State {
    half: Half,
    queue: VecDeque<Vec<u8>>,
    /// What is left of control frames of which a part was sent.
    rest: Vec<u8>,
    /// The half has taken bytes that are not with the system.
    unflushed: bool,
    /// Our Close is on its way: nothing may follow it (RFC 6455 section 5.5.1).
    closed: bool,
    /// When everything is out the connection is given up.
    doomed: bool,
    waiting: [Option<Waker>; 2],
}

enum Half {
    Here(WriteHalf),
    /// Somebody is sending.
    Lent,
    /// A send failed, or the connection was given up.
    Broken,
}

/// Who waits for the write half: each lane has at most one.
#[derive(Clone, Copy)]
pub(super) enum Lane {
    Sending = 0,
    Receiving = 1,
}

impl Outbox {
    pub(super) fn new(half: WriteHalf) -> Self {
        Self {
            canceller: half.canceller(),
            state: Mutex::new(State {
                half: Half::Here(half),
                queue: VecDeque::new(),
                rest: Vec::new(),
                unflushed: false,
                closed: false,
                doomed: false,
                waiting: [None, None],
            }),
        }
    }

    /// Queues a control frame; not after our Close.
    pub(super) fn queue(&self, opcode: OpCode, payload: &[u8]) {
        let frame = control_frame(opcode, payload);
        let mut state = lock(&self.state);
        if state.closed {
            return;
        }
        if state.queue.len() >= MAX_QUEUED {
            state.queue.pop_front();
        }
        state.queue.push_back(frame);
    }

    /// The half, and in `before` what must go out before anything else. `closing`: the caller's frame is our Close.
    fn poll_take(
        &self,
        cx: &mut Cx<'_>,
        lane: Lane,
        closing: bool,
        before: &mut Vec<u8>,
    ) -> Poll<io::Result<WriteHalf>> {
        let mut state = lock(&self.state);
        match std::mem::replace(&mut state.half, Half::Lent) {
            Half::Here(mut half) => {
                state.take_queued(before);
                state.closed |= closing;
                drop(state);
                half.forget_waits();
                Poll::Ready(Ok(half))
            }
            Half::Lent => {
                state.waiting[lane as usize] = Some(cx.waker().clone());
                Poll::Pending
            }
            Half::Broken => {
                state.half = Half::Broken;
                Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
            }
        }
    }

    /// The next frame that waits, or the half goes back.
    fn next_or_give_back(&self, half: WriteHalf) -> Option<(WriteHalf, Vec<u8>)> {
        let mut state = lock(&self.state);
        if let Some(frame) = state.queue.pop_front() {
            return Some((half, frame));
        }
        state.unflushed = false;
        self.give_back(state, half);
        None
    }

    fn give_back(&self, state: MutexGuard<'_, State>, half: WriteHalf) {
        let doomed = state.doomed;
        self.set(state, Half::Here(half));
        if doomed {
            self.give_up();
        }
    }

    /// Sends a Close with this status as the last frame, unless one was sent, and gives the connection up. Who is sending a
    /// frame now, finishes it first.
    pub(super) fn fail(&self, status: u16, cx: &mut Cx<'_>) {
        let mut state = lock(&self.state);
        if !state.closed {
            let close = control_frame(OpCode::CLOSE, &status.to_be_bytes());
            state.queue.push_back(close);
            state.closed = true;
        }
        state.doomed = true;
        if state.is_drained() && matches!(state.half, Half::Here(_)) {
            drop(state);
            return self.give_up();
        }
        drop(state);
        self.flush(cx);
    }

    /// The connection is of no use any more: nothing more is sent.
    pub(super) fn give_up(&self) {
        self.canceller.cancel();
        self.set(lock(&self.state), Half::Broken);
    }

    fn set(&self, mut state: MutexGuard<'_, State>, half: Half) {
        let before = std::mem::replace(&mut state.half, half);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        drop(before);
        for waker in waiting.into_iter().flatten() {
            waker.wake();
        }
    }

    /// Sends what is queued, if nobody has the half. Never waits in asynchronous sessions: if the system does not take
    /// everything, `cx` is woken when it may take more; that goes with the next call, or before the next frame.
    pub(super) fn flush(&self, cx: &mut Cx<'_>) {
        let mut bytes = Vec::new();
        let mut state = lock(&self.state);
        if state.is_drained() {
            return;
        }
        let mut half = match std::mem::replace(&mut state.half, Half::Lent) {
            Half::Here(half) => half,
            other => {
                state.half = other;
                return;
            }
        };
        loop {
            // What is left of the last frames by itself, so that it does not grow while nothing can be sent.
            bytes.append(&mut state.rest);
            if bytes.is_empty() {
                state.take_queued(&mut bytes);
            }
            drop(state);
            let mut written = 0;
            let sent = poll_all(&mut half, cx, &bytes, &mut written);
            state = lock(&self.state);
            match sent {
                Poll::Ready(Ok(())) if state.queue.is_empty() => {
                    state.unflushed = false;
                    return self.give_back(state, half);
                }
                Poll::Ready(Ok(())) => bytes.clear(),
                Poll::Pending => {
                    bytes.drain(..written);
                    state.rest = bytes;
                    state.unflushed = true;
                    return self.give_back(state, half);
                }
                Poll::Ready(Err(_)) => {
                    drop(state);
                    return self.give_up();
                }
            }
        }
    }
}

impl State {
    fn is_drained(&self) -> bool {
        self.queue.is_empty() && self.rest.is_empty() && !self.unflushed
    }

    fn take_queued(&mut self, bytes: &mut Vec<u8>) {
        bytes.append(&mut self.rest);
        for frame in self.queue.drain(..) {
            bytes.extend_from_slice(&frame);
        }
    }
}

/// Sends `bytes` from `written` on, until they are with the system.
fn poll_all(
    half: &mut WriteHalf,
    cx: &mut Cx<'_>,
    bytes: &[u8],
    written: &mut usize,
) -> Poll<io::Result<()>> {
    while *written < bytes.len() {
        match ready!(half.poll_write(cx, &[IoSlice::new(&bytes[*written..])]))? {
            0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            count => *written += count,
        }
    }
    half.poll_flush(cx)
}

/// Bytes on their way out. Dropping it in the middle of a frame breaks the connection for all that follows, so it is dropped
/// with the connection only.
#[derive(Default)]
pub(super) struct Outgoing {
    bytes: Scratch,
    written: usize,
    half: Option<WriteHalf>,
    /// Limits each send of the socket.
    timeout: Option<Duration>,
    /// They are our Close.
    closing: bool,
}

impl Outgoing {
    /// Whether everything is out and the half given back.
    pub(super) fn is_idle(&self) -> bool {
        self.half.is_none() && self.bytes.as_slice().is_empty()
    }

    /// For a data frame.
    pub(super) fn new(timeout: Option<Duration>) -> Self {
        Self {
            timeout,
            ..Self::default()
        }
    }

    /// Our Close frame.
    pub(super) fn of_close(payload: &[u8], timeout: Option<Duration>) -> Self {
        let mut outgoing = Self {
            closing: true,
            timeout,
            ..Self::default()
        };
        outgoing.append(&control_frame(OpCode::CLOSE, payload));
        outgoing
    }

    /// What was to go out is out: other bytes follow.
    pub(super) fn begin(&mut self) {
        self.written = 0;
        self.bytes.clear();
    }

    /// Memory for so many further bytes, to be overwritten.
    pub(super) fn room(&mut self, length: usize) -> &mut [u8] {
        self.bytes.room(length)
    }

    fn append(&mut self, bytes: &[u8]) {
        self.bytes.room(bytes.len()).copy_from_slice(bytes);
    }

    /// Sends the bytes but keeps the half: more of the same frame follows.
    pub(super) fn poll_part(
        &mut self,
        outbox: &Outbox,
        cx: &mut Cx<'_>,
        lane: Lane,
    ) -> Poll<io::Result<()>> {
        let half = match &mut self.half {
            Some(half) => half,
            slot => {
                let mut before = Vec::new();
                let mut half = ready!(outbox.poll_take(cx, lane, self.closing, &mut before))?;
                half.set_timeout(self.timeout);
                if !before.is_empty() {
                    // Nothing of the bytes was sent yet.
                    before.extend_from_slice(self.bytes.as_slice());
                    self.bytes.clear();
                    self.bytes.room(before.len()).copy_from_slice(&before);
                }
                slot.insert(half)
            }
        };
        let sent = ready!(poll_all(half, cx, self.bytes.as_slice(), &mut self.written));
        Poll::Ready(sent.map_err(|error| self.fail(outbox, error)))
    }

    /// Sends the bytes and what waits behind them, and gives the half back.
    pub(super) fn poll(
        &mut self,
        outbox: &Outbox,
        cx: &mut Cx<'_>,
        lane: Lane,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_part(outbox, cx, lane))?;
            self.begin();
            let Some(half) = self.half.take() else {
                return Poll::Ready(Ok(()));
            };
            let Some((half, frame)) = outbox.next_or_give_back(half) else {
                return Poll::Ready(Ok(()));
            };
            self.half = Some(half);
            self.append(&frame);
        }
    }

    fn fail(&mut self, outbox: &Outbox, error: io::Error) -> io::Error {
        self.half = None;
        self.begin();
        outbox.give_up();
        error
    }
}

/// A masking key: fresh and unpredictable for each frame (RFC 6455 section 5.3).
pub(super) fn masking_key() -> [u8; 4] {
    rand::random()
}

/// A whole control frame; `payload` is at most 125 bytes.
pub(super) fn control_frame(opcode: OpCode, payload: &[u8]) -> Vec<u8> {
    let header = FrameHeader {
        fin: true,
        rsv: 0,
        opcode,
        mask: Some(masking_key()),
        payload_len: payload.len() as u64,
    };
    let mut frame = vec![0; header.encoded_len() + payload.len()];
    encode_frame(&mut frame, &header, payload);
    frame
}
