//! One round: a session, one or two connections, a few requests that run at the same time, and closes at any moment.

use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use winhttp_testkit::abi::HINTERNET;
use winhttp_testkit::raw;
use winhttp_testkit::text::wide;

use crate::application;
use crate::lane::Crew;
use crate::memory::Lot;
use crate::record::{HANDLE_CLOSING, HANDLE_CREATED, RECEIVE, Record, SEND};
use crate::rng::Rng;
use crate::server::{Behaviour, Ports};
use crate::{count, give_up, patience, violation};

/// What a request does.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) behaviour: Behaviour,
    /// Length of the answer, of the optional data, and of what is written after them.
    pub(crate) answer: u64,
    pub(crate) optional: u64,
    pub(crate) body: u64,
    /// In this callback of the request, the handle of that index is closed.
    pub(crate) close_in_event: u32,
    pub(crate) close_target: usize,
    /// Another thread closes the request so many microseconds after it began, or when it is finished.
    pub(crate) close_after: u64,
    /// The next operation begins on another thread, not inside the callback.
    pub(crate) on_threads: bool,
    /// Receiving begins while the request is being sent.
    pub(crate) early_receive: bool,
    /// How often it is sent again.
    pub(crate) repeats: u32,
    /// Where its further choices come from.
    pub(crate) rng: Rng,
}

pub(crate) struct Round {
    id: usize,
    pub(crate) asynchronous: bool,
    records: Mutex<HashMap<usize, Arc<Record>>>,
    pub(crate) requests: Mutex<Vec<Arc<Record>>>,
    pub(crate) parents_closed: AtomicBool,
    /// Another thread closes each request as soon as it hears of it.
    close_when_created: AtomicBool,
    pub(crate) crew: Arc<Crew>,
    retired: Mutex<Vec<Lot>>,
}

/// The rounds that run, one per lane: the context of each handle tells which is meant.
static LANES: [RwLock<Option<Arc<Round>>>; 8] = [const { RwLock::new(None) }; 8];

/// Runs one round. The memory that it had lent is returned, to be looked at once more later.
pub(crate) fn run(
    lane: usize,
    number: u64,
    seed: u64,
    ports: &Ports,
    crew: &Arc<Crew>,
) -> Vec<Lot> {
    let mut rng = Rng::new(seed);
    let round = Arc::new(Round {
        id: (number as usize) << 3 | lane,
        asynchronous: !rng.once_in(3),
        records: Mutex::default(),
        requests: Mutex::default(),
        parents_closed: AtomicBool::new(false),
        close_when_created: AtomicBool::new(false),
        crew: Arc::clone(crew),
        retired: Mutex::default(),
    });
    *LANES[lane].write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&round));

    let session = round.open_session(&mut rng);
    let connects: Vec<Connect> = (0..=rng.below(2))
        .map(|_| round.connect(&session, &mut rng, ports))
        .collect();
    let wanted = 1 + rng.below(3);
    let at_once = rng.once_in(20);
    round.close_when_created.store(at_once, Ordering::SeqCst);
    let mut requests = Vec::new();
    for _ in 0..wanted {
        let connect = &connects[rng.below(connects.len() as u64) as usize];
        requests.push(round.open_request(connect, wanted, &mut rng));
    }
    round.requests().clone_from(&requests);
    for request in &requests {
        let (shared, record) = (Arc::clone(&round), Arc::clone(request));
        crew.run(move || application::begin(&shared, &record));
        let (shared, record) = (Arc::clone(&round), Arc::clone(request));
        crew.run(move || shared.close_later(&record));
        if rng.once_in(3) {
            let (shared, record) = (Arc::clone(&round), Arc::clone(request));
            crew.run(move || application::meddle(&shared, &record));
        }
    }
    let parents: Vec<Arc<Record>> = connects
        .iter()
        .map(|connect| Arc::clone(&connect.record))
        .chain([session])
        .collect();
    if rng.once_in(4) {
        // Closing a parent makes its children invalid; what they do goes on or not, but ends.
        let parent = Arc::clone(&parents[rng.below(parents.len() as u64) as usize]);
        let shared = Arc::clone(&round);
        let delay = Duration::from_micros(rng.below(1000));
        crew.run(move || {
            parent.wait(delay, |_| false);
            shared.parents_closed.store(true, Ordering::SeqCst);
            shared.close(&parent);
        });
    }
    round.end(&requests, &parents);

    *LANES[lane].write().unwrap_or_else(PoisonError::into_inner) = None;
    let mut retired = std::mem::take(&mut *lock(&round.retired));
    retired.iter_mut().for_each(Lot::check);
    retired
}

struct Connect {
    record: Arc<Record>,
    secure: bool,
    /// Connecting or the handshake never ends.
    stalls: bool,
}

impl Round {
    fn requests(&self) -> MutexGuard<'_, Vec<Arc<Record>>> {
        lock(&self.requests)
    }

    fn record(&self, handle: usize) -> Arc<Record> {
        let mut records = lock(&self.records);
        let record = records
            .entry(handle)
            .or_insert_with(|| Arc::new(Record::new(handle)));
        Arc::clone(record)
    }

    pub(crate) fn retire(&self, lot: Option<Lot>) {
        if let Some(lot) = lot.and_then(Lot::retire) {
            lock(&self.retired).push(lot);
        }
    }

    fn open_session(&self, rng: &mut Rng) -> Arc<Record> {
        let flags = if self.asynchronous { 0x1000_0000 } else { 0 };
        // SAFETY: takes NULL.
        let session = unsafe { raw::WinHttpOpen(null(), 1, null(), null(), flags) };
        assert!(!session.is_null(), "WinHttpOpen");
        // SAFETY: the callback lives as long as the process.
        unsafe { raw::WinHttpSetStatusCallback(session, Some(callback), u32::MAX, 0) };
        let context = (&raw const self.id).cast();
        // SAFETY: a value of pointer size.
        let set = unsafe { raw::WinHttpSetOption(session, 45, context, size_of::<usize>() as u32) };
        assert_eq!(set, 1, "WINHTTP_OPTION_CONTEXT_VALUE");
        if rng.once_in(4) {
            // Requests wait for each other's connections.
            let limit = 1_u32;
            // SAFETY: a DWORD.
            unsafe { raw::WinHttpSetOption(session, 73, (&raw const limit).cast(), 4) };
        }
        self.record(session as usize)
    }

    fn connect(&self, session: &Record, rng: &mut Rng, ports: &Ports) -> Connect {
        let (port, secure, stalls) = match rng.below(16) {
            0 => (ports.full, false, true),
            1 => (ports.mute, true, true),
            2 | 3 => (ports.tls, true, false),
            _ => (
                ports.plain[rng.below(ports.plain.len() as u64) as usize],
                false,
                false,
            ),
        };
        let name = wide(if secure || rng.once_in(4) {
            "localhost"
        } else {
            "127.0.0.1"
        });
        // SAFETY: a text with NUL.
        let connect =
            unsafe { raw::WinHttpConnect(session.handle as HINTERNET, name.as_ptr(), port, 0) };
        assert!(!connect.is_null(), "WinHttpConnect");
        Connect {
            record: self.record(connect as usize),
            secure,
            stalls,
        }
    }

    fn open_request(&self, connect: &Connect, requests: u64, rng: &mut Rng) -> Arc<Record> {
        let plan = Plan::random(connect.stalls, requests, rng);
        let is_post = plan.optional + plan.body > 0;
        let verb = wide(if is_post { "POST" } else { "GET" });
        let path = wide(&format!("/{}/{}", plan.behaviour as u8, plan.answer));
        // SAFETY: texts with NUL.
        let request = unsafe {
            raw::WinHttpOpenRequest(
                connect.record.handle as HINTERNET,
                verb.as_ptr(),
                path.as_ptr(),
                null(),
                null(),
                null(),
                if connect.secure { 0x0080_0000 } else { 0 },
            )
        };
        assert!(!request.is_null(), "WinHttpOpenRequest");
        let record = self.record(request as usize);
        record.state().plan = Some(plan);
        record
    }

    /// Closes the request when its time has come, if nobody else has.
    fn close_later(self: &Arc<Self>, record: &Arc<Record>) {
        let delay = record
            .state()
            .plan
            .as_ref()
            .map_or(0, |plan| plan.close_after);
        record.wait(Duration::from_micros(delay), |state| state.is_finished);
        self.close(record);
    }

    /// Closes a handle, perhaps at the same time as others.
    pub(crate) fn close(&self, record: &Record) {
        let mut state = record.state();
        state.is_closing = true;
        state.attempts += 1;
        let moment = match (state.is_finished, state.pending()) {
            _ if state.plan.is_none() => "(connection or session)".to_owned(),
            (true, None) => "finished".to_owned(),
            (_, None) => "idle".to_owned(),
            (_, Some(SEND)) => {
                format!(
                    "sending: {}",
                    winhttp_testkit::status_name(state.last_status)
                )
            }
            (_, Some(RECEIVE)) => "receiving the head".to_owned(),
            (_, Some(api)) => ["", "", "query", "read", "write", ""][api].to_owned(),
        };
        drop(state);
        // SAFETY: any value may be given.
        let closed = unsafe { raw::WinHttpCloseHandle(record.handle as HINTERNET) };
        let error = last_error();
        match (closed, error) {
            (1, 0) => {
                record.state().closes += 1;
                let mode = if self.asynchronous { "async" } else { "sync" };
                count(format!("{mode} {moment}"));
                self.expect_invalid(record);
            }
            // Somebody else was faster.
            (0, 6) if record.state().attempts > 1 => {}
            _ => record.fail(&format!("WinHttpCloseHandle: {closed}, last error {error}")),
        }
        record.changed();
    }

    /// The handle is closed: calls with it fail.
    pub(crate) fn expect_invalid(&self, record: &Record) {
        let handle = record.handle as HINTERNET;
        // SAFETY: any value may be given, with NULL.
        let result = unsafe { raw::WinHttpReceiveResponse(handle, null_mut()) };
        let error = last_error();
        if (result, error) != (0, 6) {
            record.fail(&format!(
                "a call after the close: {result}, last error {error}"
            ));
        }
    }

    /// Waits for everything to end, closes what is open, and looks at the results.
    fn end(&self, requests: &[Arc<Record>], parents: &[Arc<Record>]) {
        let is_over = |record: &Record| {
            record.wait(patience(), |state| {
                state.closings > 0 && state.closes > 0 && state.pending().is_none()
            })
        };
        let mut over = requests.iter().all(|record| is_over(record));
        over = over && self.crew.wait(patience());
        if over {
            for parent in parents {
                if !parent.state().is_closing {
                    self.close(parent);
                }
                over = over && is_over(parent);
            }
        }
        if !over {
            let all = lock(&self.records);
            let dumps: Vec<String> = all.values().map(|record| record.dump()).collect();
            give_up(&format!(
                "round {} does not end (asynchronous: {}):\n{}",
                self.id >> 3,
                self.asynchronous,
                dumps.join("\n")
            ));
        }
        for record in lock(&self.records).values() {
            record.check_end();
        }
    }
}

impl Plan {
    fn random(stalls: bool, requests: u64, rng: &mut Rng) -> Self {
        let behaviour = Behaviour::ALL[rng.below(Behaviour::ALL.len() as u64) as usize];
        let behaviour = if rng.once_in(3) {
            Behaviour::Answer
        } else {
            behaviour
        };
        let mut size = |small: u64, large: u64| match rng.below(6) {
            0 => 0,
            1 => rng.below(large),
            _ => rng.below(small),
        };
        let (answer, optional, body) = (size(2000, 100_000), size(200, 50_000), size(2000, 60_000));
        let has_body = rng.once_in(3);
        let body = match behaviour {
            // More than the system takes.
            Behaviour::StallReading if rng.once_in(8) => 6 << 20,
            _ if has_body => body,
            _ => 0,
        };
        let optional = if has_body { optional } else { 0 };
        let closes_itself = rng.once_in(2);
        Self {
            behaviour,
            answer,
            optional,
            body,
            close_in_event: if closes_itself {
                rng.below(20) as u32 + 1
            } else {
                u32::MAX
            },
            close_target: rng.below(requests) as usize,
            close_after: match rng.below(8) {
                0 => 0,
                1..4 => rng.below(300),
                4..6 => rng.below(2000),
                6 if !stalls => 20_000,
                _ => rng.below(5000),
            },
            on_threads: rng.once_in(3),
            early_receive: body == 0 && rng.once_in(4),
            repeats: u32::from(rng.once_in(3)),
            rng: Rng::new(rng.next()),
        }
    }
}

/// The callback of all handles.
unsafe extern "system" fn callback(
    handle: HINTERNET,
    context: usize,
    status: u32,
    information: *mut c_void,
    length: u32,
) {
    let round = LANES[context & 7]
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
        .filter(|round| round.id == context);
    let Some(round) = round else {
        violation(format!(
            "status {status:#x} of handle {:#x} after its round",
            handle as usize
        ));
        return;
    };
    let record = round.record(handle as usize);
    record.enter(status);
    if status == HANDLE_CREATED && round.close_when_created.load(Ordering::SeqCst) {
        let (shared, record) = (Arc::clone(&round), Arc::clone(&record));
        round.crew.run(move || shared.close(&record));
        // So that it may come while this callback runs.
        std::thread::yield_now();
    }
    application::notified(&round, &record, status, information, length);
    if status == HANDLE_CLOSING {
        round.expect_invalid(&record);
    }
    record.leave();
}

pub(crate) fn last_error() -> u32 {
    // SAFETY: takes nothing.
    unsafe { raw::openwinhttp_GetLastError() }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
