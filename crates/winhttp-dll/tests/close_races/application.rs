//! What the application does with a request: the operations in their order, until something says no.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use winhttp_testkit::abi::{HINTERNET, WINHTTP_ASYNC_RESULT};
use winhttp_testkit::raw;
use winhttp_testkit::text::wide;

use crate::memory::Lot;
use crate::record::{QUERY, READ, RECEIVE, Record, SEND, State, WRITE};
use crate::round::{Plan, Round, last_error};
use crate::server::{answer_byte, request_byte};

/// What memory holds that the library has not written to.
const UNTOUCHED: u8 = 0xA5;

/// What ended last.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Sent,
    Written,
    Headers,
    Available(u32),
    Read(u32),
    Failed,
}

/// Begins the request; a synchronous one is done, or closed, when this returns.
pub(crate) fn begin(round: &Arc<Round>, record: &Arc<Record>) {
    if round.asynchronous {
        send(round, record);
        return;
    }
    let mut step = send(round, record);
    while let Some(last) = step {
        step = next(round, record, last);
    }
}

/// Calls that have nothing to do with the order of things, from another thread.
pub(crate) fn meddle(_round: &Round, record: &Record) {
    let handle = record.handle as HINTERNET;
    let header = wide("X-Meddled: 1");
    for _ in 0..20 {
        let mut value = [0_u32; 2];
        let mut size = 8;
        // SAFETY: memory of that size, texts with NUL; the handle may be any value.
        unsafe {
            raw::WinHttpQueryOption(handle, 45, value.as_mut_ptr().cast(), &mut size);
            size = 4;
            raw::WinHttpQueryHeaders(
                handle,
                19 | 0x2000_0000,
                std::ptr::null(),
                value.as_mut_ptr().cast(),
                &mut size,
                null_mut(),
            );
            raw::WinHttpSetTimeouts(handle, 0, 60_000, 30_000, 30_000);
            raw::WinHttpAddRequestHeaders(handle, header.as_ptr(), u32::MAX, 0xA000_0000);
        }
        std::thread::yield_now();
    }
}

/// A callback.
pub(crate) fn notified(
    round: &Arc<Round>,
    record: &Arc<Record>,
    status: u32,
    information: *mut c_void,
    length: u32,
) {
    let step = completed(round, record, status, information, length);
    let (close, on_threads) = {
        let state = record.state();
        match &state.plan {
            Some(plan) if plan.close_in_event == state.events => {
                (Some(plan.close_target), plan.on_threads)
            }
            plan => (None, plan.as_ref().is_some_and(|plan| plan.on_threads)),
        }
    };
    if status != 0x800
        && let Some(target) = close
    {
        let target = {
            let requests = round
                .requests
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            requests.get(target).cloned()
        };
        if let Some(target) = target {
            round.close(&target);
        }
    }
    let Some(step) = step else {
        return;
    };
    if on_threads {
        let (round, record) = (Arc::clone(round), Arc::clone(record));
        let crew = Arc::clone(&round.crew);
        crew.run(move || {
            next(&round, &record, step);
        });
    } else {
        next(round, record, step);
    }
}

/// Books what was completed and takes its memory back.
fn completed(
    round: &Round,
    record: &Record,
    status: u32,
    information: *mut c_void,
    length: u32,
) -> Option<Step> {
    // SAFETY: these statuses bring a DWORD.
    let number = || unsafe { information.cast::<u32>().read_unaligned() };
    let (api, step) = match status {
        0x40_0000 => (SEND, Step::Sent),
        0x2_0000 => (RECEIVE, Step::Headers),
        0x4_0000 => (QUERY, Step::Available(number())),
        0x8_0000 => (READ, Step::Read(length)),
        0x10_0000 => (WRITE, Step::Written),
        0x20_0000 => {
            // SAFETY: this brings a WINHTTP_ASYNC_RESULT.
            let result = unsafe { information.cast::<WINHTTP_ASYNC_RESULT>().read_unaligned() };
            record
                .state()
                .log
                .push(format!("(error {} of {})", result.dwError, result.dwResult));
            (result.dwResult, Step::Failed)
        }
        0x800 => {
            let mut state = record.state();
            let left = [
                state.optional.take(),
                state.reading.take(),
                state.writing.take(),
            ];
            drop(state);
            left.into_iter().for_each(|lot| round.retire(lot));
            return None;
        }
        _ => return None,
    };
    if !round.asynchronous {
        record.fail("a completion in synchronous mode");
        return None;
    }
    let mut state = record.state();
    let lot = match api {
        READ => state.reading.take(),
        WRITE => state.writing.take(),
        RECEIVE => state.optional.take(),
        SEND if step == Step::Failed => state.optional.take(),
        _ => None,
    };
    let mut wrong = None;
    match (step, lot) {
        (Step::Read(count), Some(mut lot)) => {
            if count > 0 && !std::ptr::eq(information, lot.start().cast()) {
                wrong = Some("READ_COMPLETE with other memory");
            } else if !is_answer(&mut lot, count, &mut state) {
                wrong = Some("READ_COMPLETE with other bytes");
            }
            round.retire(Some(lot));
        }
        (Step::Read(_), None) => wrong = Some("READ_COMPLETE without a read"),
        (Step::Written, lot) => {
            if lot.as_ref().is_none_or(|lot| lot.len() as u32 != number()) {
                wrong = Some("WRITE_COMPLETE with another number");
            }
            state.written += u64::from(number());
            round.retire(lot);
        }
        (_, lot) => round.retire(lot),
    }
    drop(state);
    if let Some(wrong) = wrong {
        record.fail(wrong);
    }
    // Last, as it lets the round end.
    record.complete(api);
    Some(step)
}

/// Whether the memory holds the next bytes of the answer, and nothing else.
fn is_answer(lot: &mut Lot, count: u32, state: &mut State) -> bool {
    let (data, rest) = lot.bytes().split_at(count as usize);
    let from = state.read;
    state.read += u64::from(count);
    data.iter()
        .zip(from..)
        .all(|(byte, at)| *byte == answer_byte(at))
        && rest.iter().all(|byte| *byte == UNTOUCHED)
}

/// Does what follows. In synchronous mode: what came of it.
fn next(round: &Arc<Round>, record: &Arc<Record>, last: Step) -> Option<Step> {
    let mut state = record.state();
    let plan = state.plan.as_mut()?;
    let (choice, size) = (plan.rng.below(8), plan.rng.below(9000) as usize + 1);
    let (body, early, repeats) = (plan.body, plan.early_receive, plan.repeats);
    match last {
        Step::Sent | Step::Written if state.written < body => {
            drop(state);
            write(round, record)
        }
        // It is on its way already.
        Step::Sent if early && round.asynchronous => None,
        Step::Sent | Step::Written => {
            drop(state);
            receive(round, record)
        }
        Step::Available(0) | Step::Read(0) => {
            if repeats > 0
                && let Some(plan) = &mut state.plan
            {
                plan.repeats -= 1;
                state.read = 0;
                state.written = 0;
                drop(state);
                return send(round, record);
            }
            drop(state);
            finish(record)
        }
        Step::Failed => {
            drop(state);
            finish(record)
        }
        Step::Available(count) => {
            drop(state);
            let most = if choice == 0 { count as usize } else { size };
            read(round, record, most, choice < 4)
        }
        Step::Headers | Step::Read(_) => {
            drop(state);
            if choice < 4 {
                query(round, record, choice < 2)
            } else {
                read(round, record, size, choice < 6)
            }
        }
    }
}

fn finish(record: &Record) -> Option<Step> {
    record.state().is_finished = true;
    record.changed();
    None
}

fn send(round: &Arc<Round>, record: &Arc<Record>) -> Option<Step> {
    let mut state = record.state();
    let plan: &Plan = state.plan.as_ref()?;
    let total = plan.optional + plan.body;
    let early = plan.early_receive && round.asynchronous;
    let data: Vec<u8> = (0..plan.optional).map(request_byte).collect();
    let lot = Lot::new(data);
    let (start, length) = (lot.start(), lot.len());
    let old = state.optional.replace(lot);
    drop(state);
    round.retire(old);
    let handle = record.handle as HINTERNET;
    // SAFETY: the memory stays until the response is there.
    let call = || unsafe {
        raw::WinHttpSendRequest(
            handle,
            std::ptr::null(),
            0,
            start.cast(),
            length as u32,
            total as u32,
            0,
        )
    };
    let step = issue(round, record, SEND, Step::Sent, call);
    if early && step.is_none() && record.state().issued[SEND] > 0 {
        // Fine also if the sending is over by now, unless it has failed.
        let state = record.state();
        let is_wanted = state.pending() == Some(SEND) || !state.is_finished;
        drop(state);
        if is_wanted {
            receive(round, record);
        }
    }
    step
}

fn receive(round: &Arc<Round>, record: &Arc<Record>) -> Option<Step> {
    let handle = record.handle as HINTERNET;
    // SAFETY: takes a handle and NULL.
    let call = || unsafe { raw::WinHttpReceiveResponse(handle, null_mut()) };
    let step = issue(round, record, RECEIVE, Step::Headers, call);
    if !round.asynchronous {
        let lot = record.state().optional.take();
        round.retire(lot);
    }
    step
}

fn query(round: &Arc<Round>, record: &Arc<Record>, with_count: bool) -> Option<Step> {
    let handle = record.handle as HINTERNET;
    let mut count = Count::new(with_count || !round.asynchronous);
    // SAFETY: the number's memory stays until the call returns.
    let call = || unsafe { raw::WinHttpQueryDataAvailable(handle, count.pointer()) };
    let step = issue(round, record, QUERY, Step::Available(0), call);
    let available = count.value();
    count.retire(round);
    step.map(|step| match step {
        Step::Available(_) => Step::Available(available),
        other => other,
    })
}

fn read(round: &Arc<Round>, record: &Arc<Record>, size: usize, with_count: bool) -> Option<Step> {
    let lot = Lot::new(vec![UNTOUCHED; size]);
    let (handle, start) = (record.handle as HINTERNET, lot.start());
    record.state().reading = Some(lot);
    let mut count = Count::new(with_count || !round.asynchronous);
    let is_planted = crate::is_planted() && round.asynchronous;
    let call = || {
        let number = count.pointer();
        // SAFETY: the memory stays until the read is completed, the number's until the call returns.
        let result = unsafe { raw::WinHttpReadData(handle, start.cast(), size as u32, number) };
        if is_planted {
            // SAFETY: a data race, asked for by the person who runs the test to prove the race detector.
            unsafe { start.write_volatile(UNTOUCHED) };
        }
        result
    };
    let step = issue(round, record, READ, Step::Read(0), call);
    let read = count.value();
    count.retire(round);
    step?;
    let mut state = record.state();
    let Some(mut lot) = state.reading.take() else {
        // The handle was closed meanwhile.
        return step.filter(|step| *step == Step::Failed);
    };
    let step = if step == Some(Step::Read(0)) {
        if !is_answer(&mut lot, read, &mut state) {
            drop(state);
            record.fail("WinHttpReadData with other bytes");
        }
        Some(Step::Read(read))
    } else {
        step
    };
    round.retire(Some(lot));
    step
}

fn write(round: &Arc<Round>, record: &Arc<Record>) -> Option<Step> {
    let mut state = record.state();
    let from = state.written;
    let plan = state.plan.as_mut()?;
    let rest = plan.body - from;
    let count = if rest > 1 << 20 || plan.rng.once_in(3) {
        rest
    } else {
        1 + plan.rng.below(rest)
    };
    let from = from + plan.optional;
    let lot = Lot::new((from..from + count).map(request_byte).collect());
    let (handle, start) = (record.handle as HINTERNET, lot.start());
    state.writing = Some(lot);
    drop(state);
    let mut written = Count::new(count % 2 == 0 || !round.asynchronous);
    // SAFETY: the memory stays until the write is completed, the number's until the call returns.
    let call =
        || unsafe { raw::WinHttpWriteData(handle, start.cast(), count as u32, written.pointer()) };
    let step = issue(round, record, WRITE, Step::Written, call);
    let number = written.value();
    written.retire(round);
    if step.is_some() {
        let mut state = record.state();
        let lot = state.writing.take();
        state.written += u64::from(number);
        drop(state);
        round.retire(lot);
    }
    step
}

/// Makes a call that begins an operation. In synchronous mode it is its completion too; in asynchronous mode the result is
/// `Some` only for a failure.
fn issue(
    round: &Round,
    record: &Record,
    api: usize,
    done: Step,
    call: impl FnOnce() -> i32,
) -> Option<Step> {
    record.state().issued[api] += 1;
    let result = call();
    let error = last_error();
    let mut state = record.state();
    if result == 0 {
        state.log.push(format!("(call {api} refused with {error})"));
    }
    let is_over = state.is_closing || round.parents_closed.load(Ordering::SeqCst);
    if !round.asynchronous {
        state.completed[api] += 1;
        drop(state);
        record.changed();
        if result != 0 {
            return Some(done);
        }
        if error == 0 {
            record.fail(&format!("call {api} failed without an error"));
        }
        finish(record);
        return failed(round, record, api);
    }
    if result != 0 {
        let known = matches!(error, 0 | 997);
        drop(state);
        if !known {
            record.fail(&format!("call {api} succeeded with {error}"));
        }
        return None;
    }
    state.issued[api] -= 1;
    drop(state);
    if !is_over || !matches!(error, 6 | 12017) {
        record.fail(&format!("call {api} was refused with {error}"));
    }
    finish(record);
    failed(round, record, api)
}

/// A call failed: its memory is free at once.
fn failed(round: &Round, record: &Record, api: usize) -> Option<Step> {
    let mut state = record.state();
    let lot = match api {
        READ => state.reading.take(),
        WRITE => state.writing.take(),
        SEND => state.optional.take(),
        _ => None,
    };
    drop(state);
    round.retire(lot);
    None
}

/// Where a call writes a number, as long as it has not returned.
struct Count(Option<Lot>);

impl Count {
    fn new(wanted: bool) -> Self {
        // Aligned for any number.
        Self(wanted.then(|| Lot::new(vec![0; 8])))
    }

    fn pointer(&self) -> *mut u32 {
        self.0.as_ref().map_or(null_mut(), |lot| lot.start().cast())
    }

    fn value(&mut self) -> u32 {
        let Some(lot) = &mut self.0 else {
            return 0;
        };
        let bytes = lot.bytes();
        u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    /// The call has returned.
    fn retire(self, round: &Round) {
        round.retire(self.0);
    }
}
