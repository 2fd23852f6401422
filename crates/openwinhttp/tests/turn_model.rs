//! The turn (`src/turn.rs`, compiled into this test) under shuttle, which tries other orders of its threads' steps each time.
//!
//! Checked: an accepted operation is completed exactly once; the end is told once, last, and always comes after a close; no two
//! threads notify at once; what is woken is polled (else the model hangs, which shuttle reports); memory that was lent for a call
//! is not used after the call; a synchronous call that waits returns when the object is closed.
//!
//! ```text
//! cargo test -p openwinhttp --test turn_model
//! OPENWINHTTP_MODEL_SCHEDULES=200000 cargo test --release -p openwinhttp --test turn_model
//! ```
//!
//! A failure prints the schedule; `SHUTTLE_…` in shuttle's documentation tells how to replay it.

#[path = "turn_model/sync.rs"]
mod sync;
#[path = "../src/turn.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the crate uses all of it, in other modules"
)]
mod turn;
#[path = "turn_model/world.rs"]
mod world;

use openwinhttp::{Api, Error, Notification, Observer, Result};
use shuttle::thread;
use turn::Start;
use world::{Object, Plan, World};

/// Runs a model under many schedules: random ones, and such with few changes of thread (PCT).
fn check(model: impl Fn() + Send + Sync + Copy + 'static) {
    let schedules = std::env::var("OPENWINHTTP_MODEL_SCHEDULES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(500);
    let run = move || {
        sync::reset();
        model();
    };
    shuttle::check_random(run, schedules);
    shuttle::check_pct(run, schedules, 3);
}

/// Statements: facts 20.13; behaviour 18.6
#[test]
fn a_close_meets_a_chain_of_operations() {
    check(|| {
        let world = World::new(Plan {
            chain: 3,
            pendings: 1,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        let other = object.clone();
        let closer = thread::spawn(move || other.close());
        object.start(Start::InCall);
        closer.join().expect("no panic");
        world.finish(&object);
    });
}

#[test]
fn an_operation_on_a_worker_is_followed_by_another_and_closed() {
    check(|| {
        let world = World::new(Plan {
            followed: true,
            pendings: 2,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        object.start(Start::OnWorker);
        let other = object.clone();
        let closer = thread::spawn(move || other.close());
        closer.join().expect("no panic");
        world.finish(&object);
    });
}

/// All of it is completed without a close: no wake-up is lost.
#[test]
fn every_operation_ends_by_itself() {
    check(|| {
        let world = World::new(Plan {
            chain: 3,
            pendings: 2,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        object.start(Start::OnWorker);
        world.wait_until_idle();
        object.close();
        world.finish(&object);
    });
}

/// Statements: facts 20.9
#[test]
fn deep_chains_continue_on_another_thread() {
    check(|| {
        let world = World::new(Plan {
            chain: 8,
            pendings: 0,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        let other = object.clone();
        object.start(Start::InCall);
        let closer = thread::spawn(move || other.close());
        closer.join().expect("no panic");
        world.finish(&object);
    });
}

#[test]
fn completions_keep_their_order_when_a_deep_chain_is_closed() {
    check(|| {
        let world = World::new(Plan {
            chain: 5,
            followed: true,
            pendings: 1,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        let other = object.clone();
        let closer = thread::spawn(move || other.close());
        object.start(Start::InCall);
        closer.join().expect("no panic");
        world.finish(&object);
    });
}

#[test]
fn what_is_held_is_not_interrupted() {
    check(|| {
        let world = World::new(Plan::default());
        let object = Object::asynchronous(&world);
        let other = object.clone();
        object.announce(move || {
            let closer = thread::spawn(move || other.close());
            thread::yield_now();
            closer
        });
        world.finish(&object);
    });
}

#[test]
fn deep_chains_end_by_themselves() {
    check(|| {
        let world = World::new(Plan {
            chain: 8,
            pendings: 0,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        object.start(Start::InCall);
        world.wait_until_idle();
        object.close();
        world.finish(&object);
    });
}

#[test]
fn two_threads_start_while_callbacks_start_more() {
    check(|| {
        let world = World::new(Plan {
            chain: 2,
            pendings: 1,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        let other = object.clone();
        let second = thread::spawn(move || other.start(Start::InCall));
        object.start(Start::InCall);
        second.join().expect("no panic");
        world.wait_until_idle();
        object.close();
        world.finish(&object);
    });
}

#[test]
fn who_waits_for_the_end_of_all_does_not_hold_it_up() {
    check(|| {
        let world = World::new(Plan {
            chain: 1,
            pendings: 2,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        let other = object.clone();
        object.start(Start::OnWorker);
        let waiter = thread::spawn(move || other.wait_free());
        world.wait_until_idle();
        waiter.join().expect("no panic");
        object.close();
        world.finish(&object);
    });
}

#[test]
fn one_operation_takes_the_place_of_another() {
    check(|| {
        let world = World::new(Plan {
            chain: 1,
            pendings: 1,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        let other = object.clone();
        object.start(Start::OnWorker);
        let second = thread::spawn(move || other.start_instead());
        object.start_instead();
        second.join().expect("no panic");
        world.wait_until_idle();
        object.close();
        world.finish(&object);
    });
}

#[test]
fn an_operation_that_takes_the_place_of_another_is_closed() {
    check(|| {
        let world = World::new(Plan {
            pendings: 1,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        let other = object.clone();
        object.start(Start::InCall);
        let closer = thread::spawn(move || other.close());
        object.start_instead();
        closer.join().expect("no panic");
        world.finish(&object);
    });
}

#[test]
fn a_callback_closes() {
    check(|| {
        let world = World::new(Plan {
            chain: 4,
            pendings: 1,
            close_in: Some(2),
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        object.start(Start::InCall);
        let other = object.clone();
        let second = thread::spawn(move || other.start(Start::InCall));
        second.join().expect("no panic");
        world.wait_until_ended();
        world.finish(&object);
    });
}

#[test]
fn two_closes_are_one() {
    check(|| {
        let world = World::new(Plan {
            chain: 2,
            pendings: 1,
            ..Plan::default()
        });
        let object = Object::asynchronous(&world);
        object.start(Start::OnWorker);
        let closers: Vec<_> = (0..2)
            .map(|_| {
                let other = object.clone();
                thread::spawn(move || other.close())
            })
            .collect();
        let closed = closers
            .into_iter()
            .map(|closer| u32::from(closer.join().expect("no panic")))
            .sum::<u32>();
        assert_eq!(closed, 1, "closes that succeeded");
        world.finish(&object);
    });
}

#[test]
fn a_synchronous_call_returns_when_it_is_closed() {
    check(|| {
        let world = World::new(Plan {
            pendings: u32::MAX,
            ..Plan::default()
        });
        let object = Object::synchronous(&world);
        let other = object.clone();
        let closer = thread::spawn(move || other.close());
        let result = object.run();
        assert!(
            matches!(
                result,
                Err(Error::OperationCancelled | Error::InvalidHandle)
            ),
            "{result:?}"
        );
        closer.join().expect("no panic");
        world.finish(&object);
    });
}

#[test]
fn synchronous_calls_of_two_threads_exclude_each_other() {
    check(|| {
        let world = World::new(Plan {
            pendings: 1,
            ..Plan::default()
        });
        let object = Object::synchronous(&world);
        let other = object.clone();
        let second = thread::spawn(move || other.run());
        let first = object.run();
        let second = second.join().expect("no panic");
        assert!(first.is_ok() || second.is_ok());
        object.close();
        world.finish(&object);
    });
}
