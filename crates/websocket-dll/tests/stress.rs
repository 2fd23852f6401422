//! Two threads, one per lane, and an abort from a third at any moment (issue 2, "Done when"): nothing is lost, nothing comes
//! twice, nothing crashes. Written to run under ThreadSanitizer too, see `ci/tsan.sh`.
//!
//! `OPENWINHTTP_STRESS_ROUNDS` is the number of handles that are worn out so (default 10,000). With
//! `OPENWINHTTP_STRESS_RACE=1` the threads also race on purpose, to see that the tool in use would notice.

#[path = "model/rng.rs"]
#[allow(dead_code, reason = "the model test needs more of it")]
mod rng;

use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use rng::Rng;
use websocket_testkit::abi::*;
use websocket_testkit::hresult::{E_INVALID_PROTOCOL_OPERATION, S_OK};
use websocket_testkit::{Action, Endpoint, Property, Role, data, wire};

const ROUNDS: u64 = 10_000;
const RECEIVE_BUFFER: u32 = 256;
const SEND_BUFFER: u32 = 80;

/// The handle of the current round, and where all threads meet before and after it.
struct Stage {
    endpoint: Mutex<Option<Arc<Endpoint>>>,
    barrier: Barrier,
    over: AtomicBool,
    /// Set when a thread gave up, so that the others do not wait for it for ever.
    failed: AtomicBool,
}

impl Stage {
    fn current(&self) -> Arc<Endpoint> {
        let endpoint = self.endpoint.lock().expect("nobody panics with it");
        endpoint.clone().expect("a round's handle")
    }
}

/// What two threads did to one lane each.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    operations: u64,
    /// Operations that were still waiting when the abort came.
    drained: u64,
    frames: u64,
    pongs: u64,
    reads: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.operations += other.operations;
        self.drained += other.drained;
        self.frames += other.frames;
        self.pongs += other.pongs;
        self.reads += other.reads;
    }
}

/// A payload that one thread sends while another writes to it, when told to: a race in the test, and one between the test and
/// the library, which shows that the library is watched too.
struct Unguarded(UnsafeCell<[u8; 256]>);
// SAFETY: it is not; that is the point. Nothing depends on the bytes.
unsafe impl Sync for Unguarded {}
static UNGUARDED: Unguarded = Unguarded(UnsafeCell::new([0; 256]));

fn race_on_purpose(wanted: bool) {
    if wanted {
        // SAFETY: a data race on plain bytes, asked for by the person who runs the test to prove the race detector.
        unsafe { (&mut *UNGUARDED.0.get())[10] ^= 1 };
    }
}

#[test]
fn two_lanes_and_an_abort() {
    let rounds = rng::from_env("OPENWINHTTP_STRESS_ROUNDS").unwrap_or(ROUNDS);
    let race = rng::from_env("OPENWINHTTP_STRESS_RACE") == Some(1);
    let stage = Stage {
        endpoint: Mutex::new(None),
        barrier: Barrier::new(4),
        over: AtomicBool::new(false),
        failed: AtomicBool::new(false),
    };
    let mut quiet = true;
    let (mut sent, mut received) = (Counts::default(), Counts::default());
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| each_round(&stage, 1, race, send_lane));
        let receiver = scope.spawn(|| each_round(&stage, 2, race, receive_lane));
        let aborter = scope.spawn(|| each_round(&stage, 3, false, abort));
        for round in 0..rounds {
            let role = Role::BOTH[(round % 2) as usize];
            let endpoint = Endpoint::open_with(
                role,
                &[
                    Property::ReceiveBuffer(RECEIVE_BUFFER),
                    Property::SendBuffer(SEND_BUFFER),
                ],
            );
            let endpoint = Arc::new(endpoint);
            *stage.endpoint.lock().unwrap() = Some(Arc::clone(&endpoint));
            stage.barrier.wait();
            stage.barrier.wait();
            // Everything was indicated: the handle has nothing more to say, whoever asks.
            quiet &= endpoint
                .get_action(WEB_SOCKET_ALL_ACTION_QUEUE)
                .is_nothing();
            if !quiet || stage.failed.load(Ordering::Relaxed) {
                break;
            }
        }
        stage.over.store(true, Ordering::Relaxed);
        stage.barrier.wait();
        sent.add(sender.join().expect("the send thread"));
        received.add(receiver.join().expect("the receive thread"));
        aborter.join().expect("the aborting thread");
    });
    assert!(quiet, "an action after everything was indicated");
    println!("send lane: {sent:?}\nreceive lane: {received:?}");
    if rounds >= 1000 {
        assert!(
            sent.frames > rounds && received.reads > rounds,
            "the lanes did work"
        );
        assert!(
            sent.drained > 0 && received.drained > 0,
            "aborts met waiting operations"
        );
        assert!(received.pongs > 0, "pings were answered");
    }
}

/// Runs `work` on the handle of each round.
fn each_round(
    stage: &Stage,
    seed: u64,
    race: bool,
    work: fn(&Endpoint, &mut Rng, bool) -> Counts,
) -> Counts {
    let mut rng = Rng::new(seed);
    let mut sum = Counts::default();
    loop {
        stage.barrier.wait();
        if stage.over.load(Ordering::Relaxed) {
            return sum;
        }
        let endpoint = stage.current();
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            work(&endpoint, &mut rng, race)
        }));
        match done {
            Ok(counts) => sum.add(counts),
            Err(panic) => {
                // Frees the others, which wait for an abort, and then stops everything.
                endpoint.abort();
                stage.failed.store(true, Ordering::Relaxed);
                stage.barrier.wait();
                stage.barrier.wait();
                std::panic::resume_unwind(panic);
            }
        }
        drop(endpoint);
        stage.barrier.wait();
    }
}

fn abort(endpoint: &Endpoint, rng: &mut Rng, _: bool) -> Counts {
    let spins = match rng.below(4) {
        0 => 0,
        1 => rng.below(100),
        2 => rng.below(1000),
        _ => rng.below(10_000),
    };
    for _ in 0..spins {
        std::hint::spin_loop();
    }
    endpoint.abort();
    Counts::default()
}

/// Keeps the send lane busy until the handle is aborted, then empties it.
fn send_lane(endpoint: &Endpoint, rng: &mut Rng, race: bool) -> Counts {
    let mut counts = Counts::default();
    let mut queued: VecDeque<(usize, Box<[u8]>)> = VecDeque::new();
    let mut aborted = false;
    loop {
        while !aborted && queued.len() < 3 {
            let length = rng.below(300);
            let mut payload: Box<[u8]> = vec![b'x'; length].into();
            let buffer = match race {
                true => data(UNGUARDED.0.get().cast(), 256),
                false => data(payload.as_mut_ptr(), payload.len() as u32),
            };
            let context = counts.operations as usize + 1;
            // SAFETY: the payload stays in `queued` until its operation was indicated; the other one is static.
            let result = unsafe {
                endpoint.send_raw(WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, &buffer, context)
            };
            if result == S_OK {
                counts.operations += 1;
                queued.push_back((context, payload));
            } else {
                assert_eq!(result, E_INVALID_PROTOCOL_OPERATION, "Send");
                aborted = true;
            }
        }
        let action = endpoint.get_action(WEB_SOCKET_SEND_ACTION_QUEUE);
        assert_eq!(action.result, S_OK, "GetAction");
        race_on_purpose(race);
        match action.action {
            WEB_SOCKET_NO_ACTION => {
                // A pong is being written; or everything was indicated.
                if aborted {
                    assert!(queued.is_empty(), "{} sends were lost", queued.len());
                    return counts;
                }
                std::hint::spin_loop();
            }
            WEB_SOCKET_SEND_TO_NETWORK_ACTION => {
                assert!(!aborted, "a frame after the abort");
                counts.frames += 1;
                touch(&action);
                endpoint.complete(action.context, action.total());
            }
            WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION => {
                let (context, _payload) = queued.pop_front().expect("a queued send");
                assert_eq!(action.application, context, "sends are indicated in order");
                counts.drained += u64::from(aborted);
                endpoint.complete(action.context, 0);
            }
            other => panic!("action {other} on the send lane"),
        }
    }
}

/// Keeps the receive lane busy until the handle is aborted, then empties it.
fn receive_lane(endpoint: &Endpoint, rng: &mut Rng, race: bool) -> Counts {
    let input = input(endpoint.role());
    let mut rest = input.iter().copied().cycle();
    let mut counts = Counts::default();
    let mut queued: VecDeque<(usize, Option<Box<[u8]>>)> = VecDeque::new();
    let mut aborted = false;
    loop {
        while !aborted && queued.len() < 3 {
            let mut room: Option<Box<[u8]>> =
                rng.percent(50).then(|| vec![0; rng.range(1, 300)].into());
            let buffer = room
                .as_mut()
                .map(|room| data(room.as_mut_ptr(), room.len() as u32));
            let context = counts.operations as usize + 1;
            let buffer = buffer.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
            // SAFETY: the room stays in `queued` until its operation was indicated.
            let result = unsafe { endpoint.receive_raw(buffer, context) };
            if result == S_OK {
                counts.operations += 1;
                queued.push_back((context, room));
            } else {
                assert_eq!(result, E_INVALID_PROTOCOL_OPERATION, "Receive");
                aborted = true;
            }
        }
        let action = endpoint.get_action_with(WEB_SOCKET_RECEIVE_ACTION_QUEUE, 1, 0);
        assert_eq!(action.result, S_OK, "GetAction");
        race_on_purpose(race);
        match action.action {
            WEB_SOCKET_NO_ACTION => {
                assert!(aborted, "NO_ACTION while a receive is queued");
                assert!(queued.is_empty(), "{} receives were lost", queued.len());
                return counts;
            }
            WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION => {
                assert!(!aborted, "a read after the abort");
                counts.reads += 1;
                let most = action.data(0).1 as usize;
                let bytes: Vec<u8> = rest.by_ref().take(rng.range(1, most)).collect();
                endpoint.fill(&action, &bytes);
            }
            WEB_SOCKET_SEND_TO_NETWORK_ACTION => {
                assert!(!aborted, "a pong after the abort");
                counts.pongs += 1;
                touch(&action);
                endpoint.complete(action.context, action.total());
            }
            WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION => {
                let (context, _room) = queued.pop_front().expect("a queued receive");
                assert_eq!(
                    action.application, context,
                    "receives are indicated in order"
                );
                counts.drained += u64::from(aborted);
                touch(&action);
                endpoint.complete(action.context, 0);
            }
            other => panic!("action {other} on the receive lane"),
        }
    }
}

/// Reads every byte that an action refers to, as writing it to a socket would.
fn touch(action: &Action) {
    assert_eq!(action.wire().len(), action.total() as usize);
}

/// What the peer sends over and over: messages with pings and pongs in between.
fn input(role: Role) -> Vec<u8> {
    let key = (role == Role::Server).then_some(wire::KEY);
    [
        wire::frame(wire::FIN | wire::TEXT, "Zoë ".repeat(60).as_bytes(), key),
        wire::frame(wire::FIN | wire::PING, &[7; 125], key),
        wire::frame(wire::BINARY, &[1; 100], key),
        wire::frame(wire::FIN | wire::PONG, &[], key),
        wire::frame(wire::FIN | wire::PING, b"p", key),
        wire::frame(wire::FIN | wire::CONTINUATION, &[2; 400], key),
    ]
    .concat()
}
