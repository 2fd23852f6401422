//! The bar that shows how far a download is.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Between two drawings.
const INTERVAL: Duration = Duration::from_millis(100);
/// The rate is that of this last time.
const WINDOW: Duration = Duration::from_secs(3);
/// Characters between the brackets.
const BAR: usize = 16;

/// A progress bar on a terminal.
pub(crate) struct Progress<W> {
    out: W,
    expected: Option<u64>,
    start: Instant,
    /// When how much was there: the drawings of the last [`WINDOW`].
    marks: VecDeque<(Instant, u64)>,
}

impl<W: Write> Progress<W> {
    pub(crate) fn new(out: W, expected: Option<u64>, now: Instant) -> Self {
        Self {
            out,
            expected,
            start: now,
            marks: VecDeque::from([(now, 0)]),
        }
    }

    /// So many bytes are there. Draws now and then.
    pub(crate) fn reached(&mut self, received: u64, now: Instant) {
        let due = self
            .marks
            .back()
            .is_none_or(|(last, _)| now.duration_since(*last) >= INTERVAL);
        if !due {
            return;
        }
        while self.marks.len() > 1 && now.duration_since(self.marks[0].0) > WINDOW {
            self.marks.pop_front();
        }
        let rate = self.marks.front().map_or(0.0, |(since, before)| {
            rate(received - before, now.duration_since(*since))
        });
        self.marks.push_back((now, received));
        let line = line(
            received,
            self.expected,
            rate,
            now.duration_since(self.start),
        );
        self.draw(&line);
    }

    /// Replaces the bar by a last line.
    pub(crate) fn end(&mut self, received: u64, now: Instant) {
        let time = now.duration_since(self.start);
        let text = format!(
            "{} in {} ({}/s)",
            size(received as f64),
            clock(time),
            size(rate(received, time))
        );
        self.draw(&text);
        let _ = self.out.write_all(b"\n");
    }

    /// Nobody is there to tell if this fails.
    fn draw(&mut self, text: &str) {
        let _: io::Result<()> = write!(self.out, "\r{text:<79.79}").and_then(|()| self.out.flush());
    }
}

/// Bytes per second.
fn rate(bytes: u64, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64().max(0.001)
}

fn line(received: u64, expected: Option<u64>, rate: f64, time: Duration) -> String {
    let speed = size(rate);
    let Some(expected) = expected.filter(|expected| *expected > 0) else {
        return format!("{}  {speed}/s  {}", size(received as f64), clock(time));
    };
    let part = (received as f64 / expected as f64).min(1.0);
    let filled = (part * BAR as f64) as usize;
    let bar = "=".repeat(filled) + if filled < BAR { ">" } else { "" };
    let left = expected.saturating_sub(received) as f64;
    let seconds = left / rate.max(0.001);
    // Beyond four days nobody believes it.
    let eta = if seconds < 360_000.0 {
        clock(Duration::from_secs_f64(seconds))
    } else {
        String::from("--:--")
    };
    format!(
        "{:3}% [{bar:<BAR$}] {} of {}  {speed}/s  ETA {eta}",
        (part * 100.0) as u32,
        size(received as f64),
        size(expected as f64),
    )
}

/// `12.3 MiB`
pub(crate) fn size(bytes: f64) -> String {
    let mut value = bytes;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1023.95 {
            let digits = usize::from(unit != "B");
            return format!("{value:.digits$} {unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}

/// `1:02` or `3:04:05`
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn lines_say_how_far_and_how_fast() {
        let second = Duration::from_secs(1);
        for (received, expected, rate, text) in [
            (
                0,
                Some(4 * MIB),
                0.0,
                "  0% [>               ] 0 B of 4.0 MiB  0 B/s  ETA --:--",
            ),
            (
                MIB,
                Some(4 * MIB),
                MIB as f64,
                " 25% [====>           ] 1.0 MiB of 4.0 MiB  1.0 MiB/s  ETA 0:03",
            ),
            (
                4 * MIB,
                Some(4 * MIB),
                1e10,
                "100% [================] 4.0 MiB of 4.0 MiB  9.3 GiB/s  ETA 0:00",
            ),
            (1536, None, 1536.0, "1.5 KiB  1.5 KiB/s  0:01"),
            (5, Some(0), 5.0, "5 B  5 B/s  0:01"),
        ] {
            assert_eq!(line(received, expected, rate, second), text);
        }
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let widest = line(
            1023 << 30,
            Some(1023 << 30),
            1023.9 * MIB as f64,
            Duration::from_secs(1),
        );
        assert!(widest.len() <= 79, "{widest}");
        let slow = line(1 << 30, Some(1023 << 30), 9.0, Duration::from_secs(1));
        assert!(slow.ends_with("ETA --:--"), "{slow}");
    }

    #[test]
    fn it_draws_now_and_then_and_ends_with_a_line() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut out = Vec::new();
        let mut progress = Progress::new(&mut out, Some(1000), start);
        progress.reached(1, at(50));
        progress.reached(500, at(1000));
        progress.reached(600, at(1099));
        progress.end(1000, at(2000));
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.split('\r').map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "",
                " 50% [========>       ] 500 B of 1000 B  500 B/s  ETA 0:01",
                "1000 B in 0:02 (500 B/s)"
            ]
        );
        assert!(text.ends_with('\n'));
    }

    #[test]
    fn times_have_hours_when_they_need_them() {
        assert_eq!(clock(Duration::from_secs(59)), "0:59");
        assert_eq!(clock(Duration::from_secs(3605)), "1:00:05");
    }
}
