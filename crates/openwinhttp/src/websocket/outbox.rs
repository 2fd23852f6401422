//! The sending end of a WebSocket's connection, and the frames that wait for it.
//!
//! Whoever sends has the write half and gives it back when its last frame is out. Control frames of ours (pongs, a Close about
//! a protocol error) are queued here; whoever has the write half sends them before giving it back, and if nobody has it,
//! whoever queued them.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::Mutex;
use std::task::{Poll, Waker, ready};
use std::time::Duration;

use net::conn::{Canceller, WriteHalf};
use net::cx::Cx;
use ws_proto::{FrameHeader, OpCode, encode_frame};

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
                waiting: [None, None],
            }),
        }
    }

    /// Queues a control frame.
    pub(super) fn queue(&self, opcode: OpCode, payload: &[u8]) {
        let frame = control_frame(opcode, payload);
        let mut state = lock(&self.state);
        if state.queue.len() >= MAX_QUEUED {
            state.queue.pop_front();
        }
        state.queue.push_back(frame);
    }

    /// Whether control frames wait and nobody is there to send them.
    fn is_stuck(&self) -> bool {
        let state = lock(&self.state);
        !state.queue.is_empty() && matches!(state.half, Half::Here(_))
    }

    fn poll_take(&self, cx: &mut Cx<'_>, lane: Lane) -> Poll<io::Result<WriteHalf>> {
        let mut state = lock(&self.state);
        match std::mem::replace(&mut state.half, Half::Lent) {
            Half::Here(mut half) => {
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
        self.set(state, Half::Here(half));
        None
    }

    /// The connection is of no use any more: nothing more is sent.
    pub(super) fn give_up(&self) {
        self.canceller.cancel();
        self.set(lock(&self.state), Half::Broken);
    }

    fn set(&self, mut state: std::sync::MutexGuard<'_, State>, half: Half) {
        let before = std::mem::replace(&mut state.half, half);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        drop(before);
        for waker in waiting.into_iter().flatten() {
            waker.wake();
        }
    }

    /// Goes on sending queued frames, if nobody else does. Never waits: what the socket does not take now is sent by the next
    /// call, or with the next frame.
    pub(super) fn flush(&self, outgoing: &mut Outgoing, cx: &mut Cx<'_>) {
        if outgoing.half.is_none() && !self.is_stuck() {
            return;
        }
        let _ = outgoing.poll(self, cx, Lane::Receiving);
    }
}

/// Bytes on their way out. Dropping it in the middle of a frame breaks the connection for all that follows, so it is dropped
/// with the connection only.
#[derive(Default)]
pub(super) struct Outgoing {
    bytes: Vec<u8>,
    written: usize,
    half: Option<WriteHalf>,
}

impl Outgoing {
    /// Whether everything is out and the half given back.
    pub(super) fn is_idle(&self) -> bool {
        self.half.is_none() && self.bytes.is_empty()
    }

    /// The next bytes as they are now.
    pub(super) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// The memory for the next bytes: empty.
    pub(super) fn begin(&mut self) -> &mut Vec<u8> {
        self.written = 0;
        self.bytes.clear();
        &mut self.bytes
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
            slot => slot.insert(ready!(outbox.poll_take(cx, lane))?),
        };
        while self.written < self.bytes.len() {
            match ready!(half.poll_write(cx, &[IoSlice::new(&self.bytes[self.written..])])) {
                Ok(0) => {
                    return Poll::Ready(Err(self.fail(outbox, io::ErrorKind::WriteZero.into())));
                }
                Ok(count) => self.written += count,
                Err(error) => return Poll::Ready(Err(self.fail(outbox, error))),
            }
        }
        if let Err(error) = ready!(half.poll_flush(cx)) {
            return Poll::Ready(Err(self.fail(outbox, error)));
        }
        Poll::Ready(Ok(()))
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
            self.bytes.extend_from_slice(&frame);
        }
    }

    fn fail(&mut self, outbox: &Outbox, error: io::Error) -> io::Error {
        self.half = None;
        self.begin();
        outbox.give_up();
        error
    }

    /// Limits each send.
    pub(super) fn set_timeout(&mut self, timeout: Option<Duration>) {
        if let Some(half) = &mut self.half {
            half.set_timeout(timeout);
        }
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
