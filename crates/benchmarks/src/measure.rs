//! Timing by turns: on a machine whose speed varies, only neighbours in time can be compared.

use std::time::Instant;

/// One turn of one contender lasts about this long.
const TURN_NS: f64 = 120_000.0;

/// Turns of each contender; odd, so that there is a middle one.
const TURNS: usize = 101;

/// A program under measurement: handles as many messages as it is asked to.
pub struct Contender<'a> {
    name: &'static str,
    run: Box<dyn FnMut(u64) + 'a>,
}

impl<'a> Contender<'a> {
    /// `run(n)` handles `n` messages.
    pub fn new(name: &'static str, run: impl FnMut(u64) + 'a) -> Self {
        Self {
            name,
            run: Box::new(run),
        }
    }

    /// What it is called in the tables.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Handles `messages` messages.
    pub fn run(&mut self, messages: u64) {
        (self.run)(messages);
    }
}

/// What was measured.
pub struct Times(Vec<(&'static str, Vec<f64>)>);

impl Times {
    /// Nanoseconds a message of the contender of this name: the median of its turns.
    ///
    /// # Panics
    /// If there is none.
    pub fn ns(&self, name: &str) -> f64 {
        median(self.turns(name).to_vec())
    }

    /// How many times as long as `other` the contender `name` takes: the median over the rounds, in each of which both
    /// had a turn.
    ///
    /// # Panics
    /// If there is none of either name.
    pub fn ratio(&self, name: &str, other: &str) -> f64 {
        let pairs = self.turns(name).iter().zip(self.turns(other));
        median(pairs.map(|(one, other)| one / other).collect())
    }

    /// The quickest but for the names in `without`.
    ///
    /// # Panics
    /// If nothing is left.
    pub fn best_but(&self, without: &[&str]) -> &'static str {
        self.names()
            .filter(|name| !without.contains(name))
            .min_by(|a, b| self.ns(a).total_cmp(&self.ns(b)))
            .expect("a contender")
    }

    /// All contenders, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    fn turns(&self, name: &str) -> &[f64] {
        let (_, turns) = self
            .0
            .iter()
            .find(|(other, _)| *other == name)
            .unwrap_or_else(|| panic!("no contender {name}"));
        turns
    }
}

/// Lets the contenders take turns, in rounds, and times each turn. All get the same number of messages.
pub fn take_turns(mut contenders: Vec<Contender<'_>>) -> Times {
    let messages = messages_of_a_turn(&mut contenders);
    let mut times: Vec<_> = contenders
        .iter()
        .map(|contender| (contender.name, Vec::with_capacity(TURNS)))
        .collect();
    for round in 0..TURNS {
        // Each round begins with another one, so that nobody always follows the same predecessor's caches.
        for turn in 0..contenders.len() {
            let index = (turn + round) % contenders.len();
            let ns = time(&mut contenders[index], messages);
            times[index].1.push(ns / messages as f64);
        }
    }
    Times(times)
}

/// As many messages as the quickest handles in the time of a turn.
fn messages_of_a_turn(contenders: &mut [Contender<'_>]) -> u64 {
    let mut messages = 4;
    loop {
        let quickest = contenders
            .iter_mut()
            .map(|contender| time(contender, messages))
            .fold(f64::INFINITY, f64::min);
        if quickest >= TURN_NS {
            return messages;
        }
        messages *= 2;
    }
}

fn time(contender: &mut Contender<'_>, messages: u64) -> f64 {
    let start = Instant::now();
    contender.run(messages);
    start.elapsed().as_nanos() as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
