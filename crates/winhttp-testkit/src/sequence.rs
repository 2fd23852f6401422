//! Comparing whole sequences of notifications.
//!
//! A pattern is the statuses in order, without `WINHTTP_CALLBACK_STATUS_`, separated by spaces:
//! `SENDING_REQUEST REQUEST_SENT SENDREQUEST_COMPLETE:T`. What stands in parentheses may or may not come, each word on its
//! own: `(RESOLVING_NAME NAME_RESOLVED) SENDING_REQUEST`. A mark says on which thread: `:M` on the one that made the call,
//! `:T` on another. (The notation of section 19 of the facts.)

use std::thread::ThreadId;

use crate::recorder::Event;
use crate::status::status_number;

/// Fails if the events are not what the pattern says. `main` is the thread of the marks.
///
/// # Panics
/// If they are not, printing both, or if a name in the pattern is unknown.
#[track_caller]
pub fn assert_sequence(events: &[Event], main: ThreadId, pattern: &str) {
    let wanted = parse(pattern);
    if !matches(&wanted, events, main) {
        let got: Vec<String> = events
            .iter()
            .map(|event| {
                let thread = if event.thread == main { "M" } else { "T" };
                format!("{}:{thread}", event.name())
            })
            .collect();
        panic!(
            "notifications differ\n  wanted: {pattern}\n  got:    {}",
            got.join(" ")
        );
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Wanted {
    status: u32,
    optional: bool,
    /// `Some(true)`: on the calling thread; `Some(false)`: on another one.
    on_main: Option<bool>,
}

fn parse(pattern: &str) -> Vec<Wanted> {
    let mut optional = false;
    let mut wanted = Vec::new();
    for word in pattern.split_whitespace() {
        let inner = word.trim_start_matches('(');
        optional |= inner.len() < word.len();
        let name = inner.trim_end_matches(')');
        let (name, mark) = match name.split_once(':') {
            Some((name, mark)) => (name, Some(mark == "M")),
            None => (name, None),
        };
        let status = status_number(name).unwrap_or_else(|| panic!("{name} is not a status"));
        wanted.push(Wanted {
            status,
            optional,
            on_main: mark,
        });
        if word.ends_with(')') {
            optional = false;
        }
    }
    wanted
}

/// Whether the events are one of the sequences that the pattern allows. `reachable` holds how many events the part of the
/// pattern looked at so far can have taken.
fn matches(wanted: &[Wanted], events: &[Event], main: ThreadId) -> bool {
    let mut reachable = vec![false; events.len() + 1];
    reachable[0] = true;
    for word in wanted {
        let mut next = vec![false; events.len() + 1];
        for (at, _) in reachable.iter().enumerate().filter(|(_, can)| **can) {
            if word.optional {
                next[at] = true;
            }
            if events.get(at).is_some_and(|event| {
                event.status == word.status
                    && word
                        .on_main
                        .is_none_or(|on_main| (event.thread == main) == on_main)
            }) {
                next[at + 1] = true;
            }
        }
        reachable = next;
    }
    reachable[events.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::Info;

    fn event(status: u32) -> Event {
        Event {
            handle: 0,
            context: 0,
            status,
            thread: std::thread::current().id(),
            info: Info::None,
            address: 0,
            length: 0,
            depth: 1,
        }
    }

    fn check(pattern: &str, statuses: &[u32]) -> bool {
        let events: Vec<Event> = statuses.iter().map(|&status| event(status)).collect();
        matches(&parse(pattern), &events, std::thread::current().id())
    }

    #[test]
    fn patterns_match_whole_sequences_only() {
        assert!(check("SENDING_REQUEST REQUEST_SENT", &[0x10, 0x20]));
        assert!(!check("SENDING_REQUEST REQUEST_SENT", &[0x10]));
        assert!(!check("SENDING_REQUEST", &[0x10, 0x20]));
        assert!(check("", &[]));
        assert!(!check("", &[1]));
    }

    #[test]
    fn words_in_parentheses_are_optional_one_by_one() {
        let pattern = "(RESOLVING_NAME NAME_RESOLVED) SENDING_REQUEST (REQUEST_SENT)";
        assert!(check(pattern, &[1, 2, 0x10, 0x20]));
        assert!(check(pattern, &[2, 0x10]));
        assert!(check(pattern, &[0x10]));
        assert!(!check(pattern, &[2, 1, 0x10]));
        assert!(check("(SENDING_REQUEST) SENDING_REQUEST", &[0x10]));
    }

    #[test]
    fn marks_say_on_which_thread() {
        assert!(check("SENDING_REQUEST:M", &[0x10]));
        assert!(!check("SENDING_REQUEST:T", &[0x10]));
    }
}
