//! The status callback that writes everything down.

use std::cell::Cell;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use win32_abi::winhttp::{
    HINTERNET, WINHTTP_ASYNC_RESULT, WINHTTP_STATUS_CALLBACK, WINHTTP_WEB_SOCKET_ASYNC_RESULT,
};

use crate::code::Code;
use crate::gate::{PATIENCE, panic_text};
use crate::sequence::assert_sequence;
use crate::status::status_name;
use crate::text::text_at;

/// One call of the status callback.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The handle given to the callback.
    pub handle: usize,
    /// The context given to the callback.
    pub context: usize,
    /// The status number.
    pub status: u32,
    /// On which thread.
    pub thread: ThreadId,
    /// What the information pointer led to, while the callback ran.
    pub info: Info,
    /// The information pointer itself.
    pub address: usize,
    /// The length given with it.
    pub length: u32,
    /// How many callbacks were running on this thread, this one included.
    pub depth: usize,
}

impl Event {
    /// The status' name, without prefix.
    pub fn name(&self) -> &'static str {
        status_name(self.status)
    }

    /// The number of an event that brings a `DWORD`.
    ///
    /// # Panics
    /// If it brings something else.
    #[track_caller]
    pub fn number(&self) -> u32 {
        match self.info {
            Info::Number(number) => number,
            _ => panic!("{self:?} brings no number"),
        }
    }

    /// The text of an event that brings one.
    ///
    /// # Panics
    /// If it brings something else.
    #[track_caller]
    pub fn text(&self) -> &str {
        match &self.info {
            Info::Text(text) => text,
            _ => panic!("{self:?} brings no text"),
        }
    }

    /// API number and error of a REQUEST_ERROR.
    ///
    /// # Panics
    /// If it is another status.
    #[track_caller]
    pub fn error(&self) -> (usize, Code) {
        match self.info {
            Info::Error { api, error } => (api, Code(error)),
            _ => panic!("{self:?} is no error"),
        }
    }
}

/// What came with a notification, by its status.
#[derive(Clone, Debug, PartialEq)]
pub enum Info {
    /// The pointer was NULL.
    None,
    /// Names, addresses and URLs.
    Text(String),
    /// A `DWORD`.
    Number(u32),
    /// A handle.
    Handle(usize),
    /// `WINHTTP_ASYNC_RESULT`.
    Error {
        /// `dwResult`
        api: usize,
        /// `dwError`
        error: u32,
    },
    /// `WINHTTP_WEB_SOCKET_ASYNC_RESULT`.
    SocketError {
        /// `AsyncResult.dwResult`
        result: usize,
        /// `AsyncResult.dwError`
        error: u32,
        /// `Operation`
        operation: i32,
    },
    /// Bytes of a READ_COMPLETE; for WebSockets `WINHTTP_WEB_SOCKET_STATUS`, for a WRITE_COMPLETE too.
    Data(Vec<u8>),
    /// Something else.
    Other,
}

type Action = Arc<dyn Fn(&Event) + Send + Sync>;

/// Records all calls of one status callback.
///
/// Each recorder has a callback function of its own ([`callback`](Self::callback)), so that it needs neither the handle nor
/// the context to know what is its own.
pub struct Recorder {
    inner: Arc<Inner>,
    slot: usize,
}

struct Inner {
    main: ThreadId,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    events: Vec<Event>,
    /// Where the next [`Recorder::take`] starts.
    taken: usize,
    actions: Vec<(u32, Action)>,
    /// Panics of actions; they must not unwind into the library.
    failures: Vec<String>,
}

impl Recorder {
    /// A recorder whose main thread (mark `M`) is the present one.
    ///
    /// # Panics
    /// If there are more than 128 recorders at once.
    pub fn new() -> Self {
        let inner = Arc::new(Inner {
            main: std::thread::current().id(),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        // Slots are taken in turn, so that a late callback of a recorder that is gone finds an empty slot.
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        for _ in 0..SLOTS {
            let slot = NEXT.fetch_add(1, Ordering::Relaxed) % SLOTS;
            let mut place = TABLE[slot].write().unwrap_or_else(PoisonError::into_inner);
            if place.is_none() {
                *place = Some(Arc::clone(&inner));
                drop(place);
                return Self { inner, slot };
            }
        }
        panic!("more than {SLOTS} recorders");
    }

    /// The function to give to WinHttpSetStatusCallback.
    pub fn callback(&self) -> WINHTTP_STATUS_CALLBACK {
        CALLBACKS[self.slot]
    }

    /// The thread that counts as the application's.
    pub fn main(&self) -> ThreadId {
        self.inner.main
    }

    /// Runs `action` inside the callback for each notification of this status, after it was written down.
    pub fn on(&self, status: u32, action: impl Fn(&Event) + Send + Sync + 'static) {
        self.inner.state().actions.push((status, Arc::new(action)));
    }

    /// Everything so far.
    pub fn events(&self) -> Vec<Event> {
        self.inner.state().events.clone()
    }

    /// The names of everything so far.
    pub fn names(&self) -> Vec<&'static str> {
        self.events().iter().map(Event::name).collect()
    }

    /// What came since the last call of this.
    pub fn take(&self) -> Vec<Event> {
        let mut state = self.inner.state();
        let events = state.events[state.taken..].to_vec();
        state.taken = state.events.len();
        events
    }

    /// Compares what came since the last [`take`](Self::take) with a pattern, see [`assert_sequence`].
    #[track_caller]
    pub fn assert_next(&self, pattern: &str) {
        assert_sequence(&self.take(), self.main(), pattern);
    }

    /// How many events there are; a place to start looking at later.
    pub fn mark(&self) -> usize {
        self.inner.state().events.len()
    }

    /// All events of a status so far.
    pub fn of(&self, status: u32) -> Vec<Event> {
        let mut events = self.events();
        events.retain(|event| event.status == status);
        events
    }

    /// How many events of a status there were so far.
    pub fn count(&self, status: u32) -> usize {
        self.of(status).len()
    }

    /// Waits for the first event of this status.
    #[track_caller]
    pub fn wait(&self, status: u32) -> Event {
        self.wait_from(0, |event| event.status == status)
    }

    /// Waits until there are so many events of this status; the last of them.
    #[track_caller]
    pub fn wait_count(&self, status: u32, count: usize) -> Event {
        let seen = Cell::new(0);
        self.find_from(0, PATIENCE, |event| {
            seen.set(seen.get() + usize::from(event.status == status));
            seen.get() == count
        })
        .unwrap_or_else(|| self.give_up(&format!("{count} times {}", status_name(status))))
    }

    /// Waits for the first event from `mark` on that fits.
    ///
    /// # Panics
    /// If none comes within [`PATIENCE`].
    #[track_caller]
    pub fn wait_from(&self, mark: usize, fits: impl Fn(&Event) -> bool) -> Event {
        self.find_from(mark, PATIENCE, fits)
            .unwrap_or_else(|| self.give_up("the event waited for"))
    }

    /// As [`wait_from`](Self::wait_from), with another time limit and without a panic.
    pub fn find_from(
        &self,
        mark: usize,
        limit: Duration,
        fits: impl Fn(&Event) -> bool,
    ) -> Option<Event> {
        let end = Instant::now() + limit;
        let mut state = self.inner.state();
        let mut at = mark;
        loop {
            assert!(
                state.failures.is_empty(),
                "an action inside a callback failed: {:?}",
                state.failures
            );
            while let Some(event) = state.events.get(at) {
                at += 1;
                if fits(event) {
                    return Some(event.clone());
                }
            }
            let left = end.checked_duration_since(Instant::now())?;
            state = self
                .inner
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Waits for the HANDLE_CLOSING of this handle.
    #[track_caller]
    pub fn wait_closed(&self, handle: HINTERNET) -> Event {
        self.wait_from(0, |event| {
            event.status == HANDLE_CLOSING && event.handle == handle as usize
        })
    }

    #[track_caller]
    fn give_up(&self, what: &str) -> ! {
        panic!(
            "{what} did not come within {PATIENCE:?}; there were: {}",
            self.names().join(" ")
        )
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        *TABLE[self.slot]
            .write()
            .unwrap_or_else(PoisonError::into_inner) = None;
        let failures = std::mem::take(&mut self.inner.state().failures);
        if !failures.is_empty() && !std::thread::panicking() {
            panic!("an action inside a callback failed: {failures:?}");
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self, event: Event) {
        let actions: Vec<Action> = {
            let mut state = self.state();
            state.events.push(event.clone());
            state
                .actions
                .iter()
                .filter(|(status, _)| *status == event.status)
                .map(|(_, action)| Arc::clone(action))
                .collect()
        };
        self.changed.notify_all();
        for action in actions {
            let outcome = catch_unwind(AssertUnwindSafe(|| action(&event)));
            if let Err(panic) = outcome {
                self.state().failures.push(panic_text(&*panic).to_owned());
                self.changed.notify_all();
            }
        }
    }
}

const HANDLE_CREATED: u32 = 0x400;
const HANDLE_CLOSING: u32 = 0x800;

/// How many recorders a process can have at once.
const SLOTS: usize = 128;

static TABLE: [RwLock<Option<Arc<Inner>>>; SLOTS] = [const { RwLock::new(None) }; SLOTS];

static CALLBACKS: [WINHTTP_STATUS_CALLBACK; SLOTS] = {
    let mut callbacks: [WINHTTP_STATUS_CALLBACK; SLOTS] = [None; SLOTS];
    macro_rules! fill {
        ($($high:literal)*) => { $(fill!(@ $high 0 1 2 3 4 5 6 7);)* };
        (@ $high:literal $($low:literal)*) => {
            $(callbacks[$high * 8 + $low] = Some(callback::<{ $high * 8 + $low }>);)*
        };
    }
    fill!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    callbacks
};

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// The callback of one slot.
unsafe extern "system" fn callback<const SLOT: usize>(
    handle: HINTERNET,
    context: usize,
    status: u32,
    information: *mut c_void,
    length: u32,
) {
    let inner = TABLE[SLOT]
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let Some(inner) = inner else {
        return;
    };
    DEPTH.set(DEPTH.get() + 1);
    inner.call(Event {
        handle: handle as usize,
        context,
        status,
        thread: std::thread::current().id(),
        // SAFETY: what WinHTTP promises for this status.
        info: unsafe { info(status, information, length) },
        address: information as usize,
        length,
        depth: DEPTH.get(),
    });
    DEPTH.set(DEPTH.get() - 1);
}

/// # Safety
/// The pointer and length are those of a notification of this status.
unsafe fn info(status: u32, information: *const c_void, length: u32) -> Info {
    if information.is_null() {
        return Info::None;
    }
    match status {
        0x1 | 0x2 | 0x4 | 0x8 | 0x4000 => {
            // SAFETY: these statuses bring a NUL-terminated text.
            Info::Text(unsafe { text_at(information.cast()) }.expect("not NULL"))
        }
        HANDLE_CREATED | HANDLE_CLOSING => {
            // SAFETY: these bring a pointer to a handle.
            Info::Handle(unsafe { information.cast::<usize>().read_unaligned() })
        }
        0x20 | 0x80 | 0x8000 | 0x1_0000 | 0x4_0000 | 0x10_0000 if length == 4 => {
            // SAFETY: these bring a DWORD; the length was looked at because WebSocket handles bring something longer.
            Info::Number(unsafe { information.cast::<u32>().read_unaligned() })
        }
        0x20_0000 if length as usize == size_of::<WINHTTP_WEB_SOCKET_ASYNC_RESULT>() => {
            // SAFETY: WebSockets bring this, which is longer than what requests bring.
            let result = unsafe {
                information
                    .cast::<WINHTTP_WEB_SOCKET_ASYNC_RESULT>()
                    .read_unaligned()
            };
            Info::SocketError {
                result: result.AsyncResult.dwResult,
                error: result.AsyncResult.dwError,
                operation: result.Operation,
            }
        }
        0x20_0000 => {
            // SAFETY: this brings a WINHTTP_ASYNC_RESULT, or a structure that starts with one.
            let result = unsafe { information.cast::<WINHTTP_ASYNC_RESULT>().read_unaligned() };
            Info::Error {
                api: result.dwResult,
                error: result.dwError,
            }
        }
        0x8_0000 | 0x10_0000 => {
            // SAFETY: this brings the caller's buffer with so many bytes in it, or a structure of that size.
            Info::Data(unsafe {
                std::slice::from_raw_parts(information.cast(), length as usize).to_vec()
            })
        }
        _ => Info::Other,
    }
}
