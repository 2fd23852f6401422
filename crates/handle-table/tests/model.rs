//! The table (`src/table.rs` and `src/slot.rs`, compiled into this test) under shuttle, which tries other orders of its
//! threads' steps each time.
//!
//! Checked: a removed handle is never found again, also when its slot has another value; who has a value has it alone; a
//! removal waits for the holder, and gives the value out once; copies are of values that are in the table; nothing leaks and
//! nothing is dropped twice; waiting ends (shuttle reports a deadlock, and a loop of more than a million steps).
//!
//! Not checked: the memory orderings. Shuttle's atomics are all sequentially consistent; the unit tests under Miri look at
//! those.
//!
//! The table of the model is small: four slots in chunks of 1, 2 and 4, and one of them rests before another is used again.
//!
//! ```text
//! cargo test -p handle-table --test model
//! HANDLE_TABLE_MODEL_SCHEDULES=200000 cargo test --release -p handle-table --test model
//! ```
//!
//! A failure prints the schedule; `SHUTTLE_…` in shuttle's documentation tells how to replay it.

// Shuttle switches stacks by hand, which Miri does not know.
#![cfg(not(miri))]

#[path = "model/ledger.rs"]
mod ledger;
#[path = "../src/slot.rs"]
mod slot;
#[path = "model/sync.rs"]
mod sync;
#[path = "../src/table.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the crate and its users use all of it"
)]
mod table;

/// In place of `src/limits.rs`.
mod limits {
    pub(crate) const INDEX_BITS: u32 = 2;
    pub(crate) const MAX_GENERATION: u32 = (1 << 9) - 1;
    pub(crate) const MIN_RESTING: usize = 1;
    pub(crate) const FIRST_CHUNK: u32 = 1;
}

use std::collections::HashSet;
use std::sync::Arc;

use ledger::{Ledger, Value};
use shuttle::thread::{self, JoinHandle};
use table::{Handle, HandleTable, InvalidHandle, TableFull};

type Table = Arc<HandleTable<Value>>;

/// Runs a model under many schedules: random ones, and such with few changes of thread (PCT). At the end of each, what the
/// table still has goes with it.
fn check(model: impl Fn(&Table, &Ledger) + Send + Sync + Copy + 'static) {
    let schedules = std::env::var("HANDLE_TABLE_MODEL_SCHEDULES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1000);
    let run = move || {
        let ledger = Ledger::default();
        let table = Table::default();
        model(&table, &ledger);
        assert_eq!(Arc::strong_count(&table), 1, "all threads have ended");
        drop(table);
        ledger.finish();
    };
    shuttle::check_random(run, schedules);
    shuttle::check_pct(run, schedules, 3);
}

fn start<R: Send + 'static>(
    table: &Table,
    work: impl FnOnce(&Table) -> R + Send + 'static,
) -> JoinHandle<R> {
    let table = Arc::clone(table);
    thread::spawn(move || work(&table))
}

fn end<R>(thread: JoinHandle<R>) -> R {
    thread.join().expect("no panic")
}

/// Locks and uses the value, which must be that one. Returns whether the handle was valid.
fn use_value(table: &Table, handle: Handle, name: u32) -> bool {
    match table.lock(handle) {
        Ok(mut value) => {
            assert_eq!(value.name, name, "another value behind the handle");
            value.use_alone();
            true
        }
        Err(InvalidHandle) => false,
    }
}

/// Removes the value, which must be that one.
fn remove(table: &Table, handle: Handle, name: u32) -> Option<Value> {
    let value = table.remove(handle).ok()?;
    assert_eq!(value.name, name, "another value behind the handle");
    value.was_removed();
    Some(value)
}

fn check_stale(table: &Table, handle: Handle) {
    assert!(table.lock(handle).is_err(), "a stale handle was locked");
    assert!(table.get(handle).is_err(), "a stale handle was copied");
    assert!(table.remove(handle).is_err(), "a stale handle was removed");
}

#[test]
fn a_value_is_used_by_one_thread_at_a_time() {
    check(|table, ledger| {
        let handle = table.insert(ledger.value(1)).expect("room");
        let threads: Vec<_> = (0..3)
            .map(|_| {
                start(table, move |table| {
                    (0..2).filter(|_| use_value(table, handle, 1)).count()
                })
            })
            .collect();
        let uses: usize = threads.into_iter().map(end).sum();
        assert_eq!(uses, 6, "a lock of a valid handle failed");
        let value = remove(table, handle, 1).expect("valid");
        assert_eq!(value.uses(), 6, "uses that overlapped");
    });
}

#[test]
fn a_removal_waits_for_who_has_the_value() {
    check(|table, ledger| {
        let handle = table.insert(ledger.value(1)).expect("room");
        let users: Vec<_> = (0..2)
            .map(|_| start(table, move |table| use_value(table, handle, 1)))
            .collect();
        let value = remove(table, handle, 1).expect("valid");
        let uses = value.uses();
        check_stale(table, handle);
        let used = users.into_iter().map(end).filter(|used| *used).count();
        assert_eq!(uses as usize, used, "a use after the removal");
    });
}

#[test]
fn one_of_several_removals_gets_the_value() {
    check(|table, ledger| {
        let handle = table.insert(ledger.value(1)).expect("room");
        let threads: Vec<_> = (0..3)
            .map(|_| {
                start(table, move |table| {
                    let value = remove(table, handle, 1);
                    check_stale(table, handle);
                    value
                })
            })
            .collect();
        let values: Vec<_> = threads.into_iter().filter_map(end).collect();
        assert_eq!(values.len(), 1, "removals that succeeded");
        assert_eq!(ledger.living(), 1);
    });
}

/// The slot gets another value while a thread looks for the old one.
#[test]
fn a_stale_handle_does_not_find_the_next_value_of_its_slot() {
    check(|table, ledger| {
        let old = table.insert(ledger.value(1)).expect("room");
        let user = start(table, move |table| {
            while use_value(table, old, 1) {
                thread::yield_now();
            }
            check_stale(table, old);
        });
        let remover = start(table, move |table| remove(table, old, 1).is_some());
        let removed = remove(table, old, 1).is_some();
        let new = table.insert(ledger.value(2)).expect("room");
        assert_ne!(old, new);
        check_stale(table, old);
        assert!(use_value(table, new, 2));
        assert_ne!(removed, end(remover), "removals that succeeded");
        end(user);
        assert!(remove(table, new, 2).is_some());
    });
}

/// Each of three threads has its slots change hands.
#[test]
fn slots_are_used_again_by_all_threads() {
    check(|table, ledger| {
        let threads: Vec<_> = (0..3)
            .map(|thread| {
                let ledger = ledger.clone();
                start(table, move |table| {
                    let mut handles = Vec::new();
                    for round in 0..3 {
                        let name = thread * 10 + round;
                        let handle = table.insert(ledger.value(name)).expect("room");
                        assert!(use_value(table, handle, name));
                        assert!(remove(table, handle, name).is_some());
                        handles.push(handle);
                    }
                    handles
                })
            })
            .collect();
        let handles: Vec<_> = threads.into_iter().flat_map(end).collect();
        for handle in &handles {
            check_stale(table, *handle);
        }
        let different: HashSet<_> = handles.iter().collect();
        assert_eq!(different.len(), 9, "handles that recurred");
        assert_eq!(ledger.living(), 0);
    });
}

#[test]
fn copies_are_of_values_in_the_table() {
    check(|table, ledger| {
        let handle = table.insert(ledger.value(1)).expect("room");
        let copier = start(table, move |table| {
            let first = table.get(handle);
            let second = table.get(handle);
            assert!(
                first.is_ok() || second.is_err(),
                "a handle became valid again"
            );
            [first, second]
                .into_iter()
                .flatten()
                .all(|copy| copy.name == 1)
        });
        let user = start(table, move |table| use_value(table, handle, 1));
        let value = remove(table, handle, 1).expect("valid");
        drop(value);
        let next = table.insert(ledger.value(2)).expect("room");
        assert_eq!(table.get(next).map(|copy| copy.name), Ok(2));
        assert!(end(copier), "a copy of another value");
        end(user);
        assert_eq!(ledger.living(), 1, "only what is in the table");
    });
}

/// The first values of a chunk are put in at the same time; others guess handles of slots that are being filled.
#[test]
fn guessed_handles_find_whole_values_or_none() {
    check(|table, ledger| {
        let inserters: Vec<_> = (0..2)
            .map(|name| {
                let ledger = ledger.clone();
                start(table, move |table| {
                    table.insert(ledger.value(name)).expect("room")
                })
            })
            .collect();
        let guesser = start(table, |table| {
            for index in 0..3 {
                for generation in 1..3 {
                    if let Ok(mut value) = table.lock(Handle::new(index, generation)) {
                        assert!(value.name < 2 && generation == 1);
                        value.use_alone();
                    }
                }
            }
        });
        let handles: Vec<_> = inserters.into_iter().map(end).collect();
        assert_ne!(handles[0], handles[1], "two values in one slot");
        end(guesser);
        for (name, handle) in (0..).zip(handles) {
            assert!(use_value(table, handle, name));
        }
    });
}

/// Five threads want the four slots; who finds none has its value dropped.
#[test]
fn a_full_table_takes_no_more_and_has_room_after_a_removal() {
    check(|table, ledger| {
        let threads: Vec<_> = (0..5)
            .map(|name| {
                let ledger = ledger.clone();
                start(table, move |table| {
                    let handle = table.insert(ledger.value(name));
                    handle.map(|handle| (handle, name))
                })
            })
            .collect();
        let results: Vec<_> = threads.into_iter().map(end).collect();
        let refused = results.iter().filter(|result| **result == Err(TableFull));
        assert_eq!(refused.count(), 1, "values that found no room");
        assert_eq!(ledger.living(), 4);
        let Some(&(handle, name)) = results.iter().flatten().next() else {
            panic!("four were taken");
        };
        assert!(remove(table, handle, name).is_some());
        let next = table.insert(ledger.value(9)).expect("room");
        check_stale(table, handle);
        assert!(use_value(table, next, 9));
    });
}

/// One shared value and one of each thread: whatever the order, a handle is good until its removal, and not after it.
#[test]
fn everything_at_once() {
    check(|table, ledger| {
        let shared = table.insert(ledger.value(0)).expect("room");
        let threads: Vec<_> = (1..4)
            .map(|name| {
                let ledger = ledger.clone();
                start(table, move |table| {
                    let own = table.insert(ledger.value(name)).expect("room");
                    use_value(table, shared, 0);
                    let removed = remove(table, shared, 0).is_some();
                    assert!(use_value(table, own, name));
                    assert_eq!(table.get(own).map(|copy| copy.name), Ok(name));
                    check_stale(table, shared);
                    assert!(remove(table, own, name).is_some());
                    removed
                })
            })
            .collect();
        let removed = threads.into_iter().map(end).filter(|removed| *removed);
        assert_eq!(removed.count(), 1, "removals that succeeded");
        assert_eq!(ledger.living(), 0);
    });
}
