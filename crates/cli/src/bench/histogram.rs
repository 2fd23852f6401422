//! How long round trips took: counts in classes whose width is below 2 % of their value.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Classes for each power of two.
const STEPS: u64 = 64;
/// Nanoseconds below this have a class each.
const EXACT: u64 = 2 * STEPS;
/// 2^41 ns, half an hour, and all above share the last class.
const LAST_POWER: u64 = 41;
const CLASSES: u64 = EXACT + (LAST_POWER - 7) * STEPS + 1;

/// Filled from any thread.
pub(super) struct Histogram {
    /// Times are kept as nanoseconds since this.
    start: Instant,
    classes: Vec<AtomicU64>,
    max: AtomicU64,
    last: AtomicU64,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            classes: (0..CLASSES).map(|_| AtomicU64::new(0)).collect(),
            max: AtomicU64::new(0),
            last: AtomicU64::new(0),
        }
    }

    /// One more, over now. All accesses are relaxed: numbers are read for show, or when everybody is done.
    pub(super) fn record(&self, time: Duration) {
        let value = nanoseconds(time);
        if let Some(class) = self.classes.get(class(value) as usize) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        self.max.fetch_max(value, Ordering::Relaxed);
        self.last
            .fetch_max(nanoseconds(self.start.elapsed()), Ordering::Relaxed);
    }

    pub(super) fn count(&self) -> u64 {
        let counts = self.classes.iter();
        counts.map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// The longest.
    pub(super) fn max(&self) -> Duration {
        Duration::from_nanos(self.max.load(Ordering::Relaxed))
    }

    /// When the last one was recorded.
    pub(super) fn last(&self) -> Instant {
        self.start + Duration::from_nanos(self.last.load(Ordering::Relaxed))
    }

    /// That part (0 to 1) took no longer; 0 if there is nothing.
    pub(super) fn quantile(&self, part: f64) -> Duration {
        let count = self.count();
        let wanted = ((count as f64 * part).ceil() as u64).clamp(1, count.max(1));
        let mut seen = 0;
        for (class, here) in self.classes.iter().enumerate() {
            seen += here.load(Ordering::Relaxed);
            if seen >= wanted {
                return Duration::from_nanos(upper_end(class as u64)).min(self.max());
            }
        }
        Duration::ZERO
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The class of a value.
fn class(value: u64) -> u64 {
    if value < EXACT {
        return value;
    }
    let power = u64::from(value.ilog2());
    let step = (value >> (power - 6)) - STEPS;
    (EXACT + (power - 7) * STEPS + step).min(CLASSES - 1)
}

/// The largest value of a class.
fn upper_end(class: u64) -> u64 {
    if class < EXACT {
        return class;
    }
    let (power, step) = ((class - EXACT) / STEPS + 7, (class - EXACT) % STEPS);
    ((STEPS + step + 1) << (power - 6)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_each_other_and_are_narrow() {
        for at in 0..CLASSES - 1 {
            let end = upper_end(at);
            assert_eq!((class(end), class(end + 1)), (at, at + 1));
            let width = if at == 0 { 1 } else { end - upper_end(at - 1) };
            assert!(end < EXACT || width * 50 < end, "{at}");
        }
        assert_eq!(class(u64::MAX), CLASSES - 1);
    }

    #[test]
    fn quantiles_are_what_they_should_be() {
        let histogram = Histogram::new();
        assert_eq!(
            (histogram.quantile(0.5), histogram.count()),
            (Duration::ZERO, 0)
        );
        for value in 1..=1000 {
            histogram.record(Duration::from_micros(value));
        }
        for (part, expected) in [(0.0, 1.0), (0.5, 500.0), (0.9, 900.0), (0.99, 990.0)] {
            let micros = histogram.quantile(part).as_nanos() as f64 / 1000.0;
            assert!((micros / expected - 1.0).abs() < 0.02, "{part}: {micros}");
        }
        assert_eq!(histogram.quantile(1.0), Duration::from_micros(1000));
        assert_eq!(histogram.max(), Duration::from_micros(1000));
        assert_eq!(histogram.count(), 1000);
    }
}
