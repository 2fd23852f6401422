//! The keep-alive of a WebSocket: an unsolicited, empty Pong every now and then (RFC 6455 section 5.5.3).
//!
//! A worker sends it, in synchronous sessions too: there is no call in which it could be sent.

use std::sync::{Arc, Mutex, Weak};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use net::cx::Cx;
use net::timer::Timer;
use net::workers::{self, Job};
use ws_proto::OpCode;

use super::Shared;
use crate::session::lock;

pub(super) struct KeepAlive {
    shared: Weak<Shared>,
    state: Mutex<State>,
}

struct State {
    timer: Timer,
    /// None: no keep-alive.
    interval: Option<Duration>,
    due: Instant,
}

impl KeepAlive {
    pub(super) fn new(shared: &Arc<Shared>, interval: Option<Duration>) -> Arc<Self> {
        let keepalive = Arc::new(Self {
            shared: Arc::downgrade(shared),
            state: Mutex::new(State {
                timer: Timer::new(),
                interval: None,
                due: Instant::now(),
            }),
        });
        keepalive.set_interval(interval);
        keepalive
    }

    /// From now on, a Pong every `interval`.
    pub(super) fn set_interval(self: &Arc<Self>, interval: Option<Duration>) {
        let mut state = lock(&self.state);
        state.interval = interval;
        self.arm(&mut state);
    }

    /// No Pong any more.
    pub(super) fn stop(&self) {
        let mut state = lock(&self.state);
        state.interval = None;
        state.timer.clear();
    }

    fn arm(self: &Arc<Self>, state: &mut State) {
        match state.interval {
            Some(interval) => {
                state.due = Instant::now() + interval;
                state.timer.set(state.due, &Waker::from(Arc::clone(self)));
            }
            None => state.timer.clear(),
        }
    }
}

impl Wake for KeepAlive {
    fn wake(self: Arc<Self>) {
        workers::spawn(self);
    }
}

impl Job for KeepAlive {
    fn run(self: Arc<Self>) {
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        let mut state = lock(&self.state);
        if state.interval.is_none() {
            return;
        }
        if Instant::now() < state.due {
            // Timers may be early.
            let due = state.due;
            state.timer.set(due, &Waker::from(Arc::clone(&self)));
            return;
        }
        if shared.has_sent_close() {
            return;
        }
        // Not under the lock: in synchronous sessions sending may block, and `stop` must not.
        drop(state);
        shared.outbox.queue(OpCode::PONG, &[]);
        let mut cx = Cx::asynchronous(Waker::noop());
        shared.outbox.flush(&mut cx);
        self.arm(&mut lock(&self.state));
    }
}
