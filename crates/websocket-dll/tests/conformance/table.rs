//! The list of statements, and the table that says which of them hold.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::Trial;

/// How many statements section 6 has.
const STATEMENTS: u32 = 128;

/// A heading of section 6 and the tests under it.
#[derive(Clone, Copy)]
pub(crate) struct Section {
    pub(crate) heading: &'static str,
    /// Name, `sNNN_what_it_says`, and body.
    pub(crate) tests: &'static [(&'static str, fn())],
}

/// Declares the `SECTION` of a module: its heading, then the names of its test functions in order.
macro_rules! section {
    ($heading:literal: $($test:ident,)*) => {
        pub(crate) const SECTION: crate::table::Section = crate::table::Section {
            heading: $heading,
            tests: &[$((stringify!($test), $test)),*],
        };
    };
}
pub(crate) use section;

struct Row {
    section: &'static str,
    name: &'static str,
    body: fn(),
}

impl Row {
    fn title(&self) -> String {
        self.name[5..].replace('_', " ")
    }
}

/// All statements that have a test, by number, and how their tests ended.
pub(crate) struct Table {
    rows: BTreeMap<u32, Row>,
    held: Arc<Mutex<BTreeMap<u32, bool>>>,
}

impl Table {
    /// # Panics
    /// If a name is not `sNNN_…` with a number from 1 to 128, or a number occurs twice or out of order.
    pub(crate) fn new(sections: &[Section]) -> Self {
        let mut rows = BTreeMap::new();
        for section in sections {
            for &(name, body) in section.tests {
                let number = number(name);
                assert!(
                    rows.keys().all(|&earlier| earlier < number),
                    "{name} repeats a number or is out of order"
                );
                rows.insert(
                    number,
                    Row {
                        section: section.heading,
                        name,
                        body,
                    },
                );
            }
        }
        Self {
            rows,
            held: Arc::default(),
        }
    }

    /// The tests, each noting its outcome.
    pub(crate) fn trials(&self) -> Vec<Trial> {
        self.rows
            .iter()
            .map(|(&number, row)| {
                let (body, held) = (row.body, Arc::clone(&self.held));
                Trial::test(row.name, move || {
                    let outcome = catch_unwind(AssertUnwindSafe(body));
                    held.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(number, outcome.is_ok());
                    outcome.map_err(|panic| resume_unwind(panic))
                })
            })
            .collect()
    }

    fn outcome(&self, number: u32) -> Option<bool> {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&number)
            .copied()
    }

    /// Whether each statement has a test that ran and passed.
    pub(crate) fn all_hold(&self) -> bool {
        (1..=STATEMENTS).all(|number| self.outcome(number) == Some(true))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut section = "";
        for number in 1..=STATEMENTS {
            let row = self.rows.get(&number);
            let heading = row.map_or(section, |row| row.section);
            if heading != section {
                writeln!(out, "\n{heading}")?;
                section = heading;
            }
            let outcome = match self.outcome(number) {
                Some(true) => "holds",
                Some(false) => "FAILS",
                None => "no test",
            };
            let title = row.map_or_else(String::new, Row::title);
            writeln!(out, "  {number:>3}  {outcome:<7}  {title}")?;
        }
        let hold = (1..=STATEMENTS)
            .filter(|&number| self.outcome(number) == Some(true))
            .count();
        writeln!(out, "\nwebsocket.h statements: {hold} of {STATEMENTS} hold")
    }
}

fn number(name: &str) -> u32 {
    let digits = name
        .strip_prefix('s')
        .and_then(|rest| rest.split_once('_'))
        .map(|(digits, _)| digits)
        .filter(|digits| digits.len() == 3)
        .and_then(|digits| digits.parse().ok());
    match digits {
        Some(number @ 1..=STATEMENTS) => number,
        _ => panic!("{name} does not start with sNNN_ and a number from 1 to {STATEMENTS}"),
    }
}
