//! Things that threads wait for: they are signalled or not, and a wait may take the signal away.
//!
//! A wait for several looks at all of them at one moment, their locks taken in the order of their addresses; so a wait
//! for all takes all signals or none. Who finds nothing leaves a [`Waiter`] with each before letting the locks go, and
//! who signals wakes every waiter that is there: no wake-up can be lost, and threads that come too late wait again.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Something to wait for.
#[derive(Debug)]
pub(super) struct Waitable {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    signalled: bool,
    /// Whether a wait that ends takes the signal away.
    automatic: bool,
    waiters: Vec<Arc<Waiter>>,
}

/// A thread that waits.
#[derive(Debug, Default)]
struct Waiter {
    woken: Mutex<bool>,
    wake: Condvar,
}

/// Nothing panics while one of these locks is held.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Waitable {
    /// `automatic`: the end of a wait takes the signal away.
    pub(super) fn new(automatic: bool, signalled: bool) -> Self {
        Self {
            state: Mutex::new(State {
                signalled,
                automatic,
                waiters: Vec::new(),
            }),
        }
    }

    /// Signals: wakes all that wait.
    pub(super) fn set(&self) {
        let mut state = locked(&self.state);
        state.signalled = true;
        for waiter in &state.waiters {
            waiter.wake();
        }
    }

    /// Takes the signal away.
    pub(super) fn reset(&self) {
        locked(&self.state).signalled = false;
    }
}

impl State {
    fn take(&mut self) {
        self.signalled &= !self.automatic;
    }

    fn forget(&mut self, waiter: &Arc<Waiter>) {
        self.waiters.retain(|other| !Arc::ptr_eq(other, waiter));
    }
}

impl Waiter {
    fn wake(&self) {
        *locked(&self.woken) = true;
        self.wake.notify_one();
    }

    /// Returns when woken since the last time, or at the deadline.
    fn sleep(&self, deadline: Option<Instant>) {
        let mut woken = locked(&self.woken);
        while !*woken {
            woken = match deadline {
                None => self
                    .wake
                    .wait(woken)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    self.wake
                        .wait_timeout(woken, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
            };
        }
        *woken = false;
    }
}

/// Waits until one of `objects` is signalled, or all of them at the same moment; takes the signals that ended the wait.
/// The result is the place of the (first) one that ended it, `None` at the deadline. A deadline that has passed makes
/// this a look. The same object may be there several times.
pub(super) fn wait(objects: &[&Waitable], all: bool, deadline: Option<Instant>) -> Option<usize> {
    let mut places: Vec<usize> = (0..objects.len()).collect();
    places.sort_unstable_by_key(|&place| (std::ptr::from_ref(objects[place]), place));
    places.dedup_by_key(|place| std::ptr::from_ref(objects[*place]));
    let mut waiter: Option<Arc<Waiter>> = None;
    loop {
        // In the order of their addresses, so that threads cannot wait for each other's locks.
        let mut states: Vec<_> = places
            .iter()
            .map(|&place| locked(&objects[place].state))
            .collect();
        let ended_by = signalled(&mut states, &places, all);
        let is_over = ended_by.is_some()
            || deadline.is_some_and(|deadline| deadline <= Instant::now())
            || objects.is_empty();
        match &waiter {
            Some(waiter) if is_over => states.iter_mut().for_each(|state| state.forget(waiter)),
            None if !is_over => {
                let new = Arc::new(Waiter::default());
                states
                    .iter_mut()
                    .for_each(|state| state.waiters.push(new.clone()));
                waiter = Some(new);
            }
            _ => {}
        }
        drop(states);
        if is_over {
            return ended_by;
        }
        if let Some(waiter) = &waiter {
            waiter.sleep(deadline);
        }
    }
}

/// The place of the object that ends the wait, whose signal is then taken; the first if all of them do.
fn signalled(states: &mut [MutexGuard<'_, State>], places: &[usize], all: bool) -> Option<usize> {
    if all {
        if states.iter().any(|state| !state.signalled) {
            return None;
        }
        states.iter_mut().for_each(|state| state.take());
        return places.iter().copied().min();
    }
    let signalled = (0..states.len()).filter(|&index| states[index].signalled);
    let first = signalled.min_by_key(|&index| places[index])?;
    states[first].take();
    Some(places[first])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    fn now() -> Option<Instant> {
        Some(Instant::now())
    }

    #[test]
    fn an_automatic_one_lets_one_wait_through_a_manual_one_all() {
        let (automatic, manual) = (Waitable::new(true, true), Waitable::new(false, true));
        assert_eq!(wait(&[&automatic], false, now()), Some(0));
        assert_eq!(wait(&[&automatic], false, now()), None);
        assert_eq!(wait(&[&manual], false, now()), Some(0));
        assert_eq!(wait(&[&manual], true, now()), Some(0));
        manual.reset();
        assert_eq!(wait(&[&manual], false, now()), None);
    }

    #[test]
    fn any_takes_the_first_only_and_all_takes_all_or_none() {
        let events: Vec<_> = (0..3).map(|_| Waitable::new(true, true)).collect();
        // Whatever the order of addresses, the place counts.
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            events.iter().for_each(Waitable::set);
            let list = order.map(|index| &events[index]);
            assert_eq!(wait(&list, false, now()), Some(0));
            assert_eq!(wait(&[&events[order[0]]], false, now()), None);
            assert_eq!(wait(&list, true, now()), None, "one is missing");
            assert_eq!(wait(&list[1..], true, now()), Some(0));
            assert_eq!(wait(&list, false, now()), None);
        }
        events[1].set();
        assert_eq!(
            wait(&[&events[0], &events[1], &events[1]], false, now()),
            Some(1)
        );
        assert_eq!(wait(&[], true, None), None);
    }

    #[test]
    fn a_deadline_ends_a_wait() {
        let event = Waitable::new(true, false);
        let started = Instant::now();
        let limit = Duration::from_millis(20);
        assert_eq!(wait(&[&event, &event], true, Some(started + limit)), None);
        assert!(started.elapsed() >= limit);
        assert!(locked(&event.state).waiters.is_empty());
    }

    #[test]
    fn every_signal_of_an_automatic_one_is_taken_once() {
        const ROUNDS: usize = 2_000;
        let (work, done) = (Waitable::new(true, false), Waitable::new(true, false));
        let taken = AtomicUsize::new(0);
        let stop = Waitable::new(false, false);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while wait(&[&work, &stop], false, None) == Some(0) {
                        taken.fetch_add(1, Ordering::Relaxed);
                        done.set();
                    }
                });
            }
            for _ in 0..ROUNDS {
                work.set();
                assert_eq!(wait(&[&done], false, None), Some(0));
            }
            stop.set();
        });
        assert_eq!(taken.into_inner(), ROUNDS);
        assert!(locked(&work.state).waiters.is_empty());
        assert!(locked(&stop.state).waiters.is_empty());
    }

    /// Two that need both signals and two that need one each: whoever takes, nobody sleeps over a signal.
    #[test]
    fn waits_for_one_and_for_all_compete() {
        const ROUNDS: usize = 1_000;
        let (a, b) = (Waitable::new(true, false), Waitable::new(true, false));
        let done = Waitable::new(true, false);
        let stop = Waitable::new(false, false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while wait(&[&stop, &a], false, None) == Some(1) {
                    b.set();
                }
            });
            scope.spawn(|| {
                while wait(&[&b, &stop], false, None) == Some(0) {
                    done.set();
                }
            });
            for _ in 0..ROUNDS {
                a.set();
                assert_eq!(wait(&[&done], true, None), Some(0));
            }
            stop.set();
        });
        let both = thread::scope(|scope| {
            let both = scope.spawn(|| wait(&[&a, &b], true, None));
            a.set();
            b.set();
            both.join().unwrap()
        });
        assert_eq!(both, Some(0));
        assert_eq!(wait(&[&a, &b], false, now()), None);
    }
}
