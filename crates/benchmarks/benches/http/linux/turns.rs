//! CPU time and latency by turns: the machine's speed varies, so only neighbours in time are compared.

use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

/// A client under measurement.
pub(crate) struct Client<'a> {
    pub(crate) name: &'static str,
    run: Run<'a>,
}

/// Does so many exchanges and notes the time of each.
pub(crate) type Run<'a> = Box<dyn FnMut(u64, &mut Latencies) + 'a>;

/// How long each of the exchanges took, in nanoseconds.
#[derive(Default)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    /// Notes the time of one exchange.
    #[inline]
    pub(crate) fn since(&mut self, start: Instant) {
        self.0
            .push(u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX));
    }
}

impl<'a> Client<'a> {
    /// `run(n, …)` does `n` exchanges and notes the time of each, if it does one after the other.
    pub(crate) fn new(name: &'static str, run: impl FnMut(u64, &mut Latencies) + 'a) -> Self {
        Self {
            name,
            run: Box::new(run),
        }
    }

    /// `once` does one exchange, or as much as counts as one.
    pub(crate) fn one_by_one(name: &'static str, mut once: impl FnMut() + 'a) -> Self {
        Self::new(name, move |count, latencies| {
            for _ in 0..count {
                let start = Instant::now();
                once();
                latencies.since(start);
            }
        })
    }

    /// Does `count` exchanges.
    pub(crate) fn run(&mut self, count: u64) -> Latencies {
        let mut latencies = Latencies::default();
        (self.run)(count, &mut latencies);
        latencies
    }
}

/// What was measured.
pub(crate) struct Measured(Vec<Row>);

struct Row {
    name: &'static str,
    /// Nanoseconds of CPU time of an exchange, in each turn.
    cpu: Vec<f64>,
    /// Nanoseconds on the clock.
    wall: Vec<f64>,
    latencies: Vec<u32>,
}

impl Measured {
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|row| row.name)
    }

    /// Nanoseconds of CPU time of an exchange: the median of the turns.
    pub(crate) fn cpu(&self, name: &str) -> f64 {
        median(self.row(name).cpu.clone())
    }

    /// Nanoseconds of an exchange on the clock: the median of the turns.
    pub(crate) fn wall(&self, name: &str) -> f64 {
        median(self.row(name).wall.clone())
    }

    /// How many times as much CPU time as `other`: the median over the rounds.
    pub(crate) fn cpu_ratio(&self, name: &str, other: &str) -> f64 {
        ratio(&self.row(name).cpu, &self.row(other).cpu)
    }

    /// How many times as long as `other` on the clock: the median over the rounds.
    pub(crate) fn wall_ratio(&self, name: &str, other: &str) -> f64 {
        ratio(&self.row(name).wall, &self.row(other).wall)
    }

    /// Nanoseconds below which `share` of the exchanges were.
    pub(crate) fn percentile(&self, name: &str, share: f64) -> f64 {
        let mut sorted = self.row(name).latencies.clone();
        sorted.sort_unstable();
        let index = (sorted.len() as f64 * share) as usize;
        sorted
            .get(index.min(sorted.len().saturating_sub(1)))
            .copied()
            .map_or(f64::NAN, f64::from)
    }

    fn row(&self, name: &str) -> &Row {
        self.0
            .iter()
            .find(|row| row.name == name)
            .unwrap_or_else(|| panic!("no client {name}"))
    }
}

/// Lets the clients take turns of `count` exchanges each, `rounds` times.
pub(crate) fn take_turns(clients: &mut [Client<'_>], rounds: usize, count: u64) -> Measured {
    let mut rows: Vec<Row> = clients
        .iter_mut()
        .map(|client| {
            client.run(count.div_ceil(4));
            Row {
                name: client.name,
                cpu: Vec::new(),
                wall: Vec::new(),
                latencies: Vec::new(),
            }
        })
        .collect();
    for round in 0..rounds {
        // Each round begins with another one, so that nobody always follows the same predecessor.
        for turn in 0..clients.len() {
            let index = (turn + round) % clients.len();
            let (cpu, start) = (cpu_time(), Instant::now());
            let latencies = clients[index].run(count);
            let wall = start.elapsed().as_nanos() as f64;
            let cpu = cpu_time() - cpu;
            rows[index].cpu.push(cpu / count as f64);
            rows[index].wall.push(wall / count as f64);
            rows[index].latencies.extend(latencies.0);
        }
    }
    Measured(rows)
}

/// Nanoseconds of CPU time that all threads of this process have used.
fn cpu_time() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn ratio(these: &[f64], others: &[f64]) -> f64 {
    median(these.iter().zip(others).map(|(a, b)| a / b).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
