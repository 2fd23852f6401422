//! Building masked frames as a client, each with a fresh random key.

mod common;

use benchmarks::{Content, Report, SIZES, Times, name_of_size, payload, take_turns, verdict};
use common::{COMPONENT, ENGINE, ours, peers};

fn main() {
    let mut report = Report::new("sending");
    report.say(
        "Nanoseconds a message, written to a sink that takes everything. websocket-sans-io is not here: it leaves the \
         keys to its user. Our keys come from ChaCha12, seeded by the system; tungstenite and fastwebsockets use `rand`'s; \
         tokio-websockets and sockudo-ws use `fastrand`, whose keys can be foreseen (RFC 6455 section 10.3 wants them \
         not to be). The last contender builds sockudo-ws's frames with our keys.",
    );
    let mut head = vec!["size".to_owned()];
    let mut rows = Vec::new();
    for size in SIZES {
        let times = measure(size);
        if rows.is_empty() {
            head.extend(times.names().map(str::to_owned));
            head.extend(
                [
                    "best peer / engine",
                    "best peer / Rust API",
                    "engine ahead of every peer",
                    "of those whose keys cannot be foreseen",
                ]
                .map(str::to_owned),
            );
        }
        let best = times.best_but(&[ENGINE, COMPONENT]);
        let mut row = vec![name_of_size(size)];
        row.extend(times.names().map(|name| format!("{:.1}", times.ns(name))));
        row.push(format!("{:.2}", times.ratio(best, ENGINE)));
        row.push(format!("{:.2}", times.ratio(best, COMPONENT)));
        row.push(verdict(times.ratio(best, ENGINE)));
        let best = times.best_but(&[
            ENGINE,
            COMPONENT,
            "tokio-websockets",
            "sockudo-ws",
            peers::OUR_KEYS,
        ]);
        row.push(verdict(times.ratio(best, ENGINE)));
        rows.push(row);
        let bars = times
            .names()
            .map(|name| (name.to_owned(), times.ratio(name, ENGINE)));
        report.bars(name_of_size(size), bars.collect());
    }
    report.table(&head, &rows);
    report.finish("Building masked frames: time relative to our engine (shorter is quicker)");
}

fn measure(size: usize) -> Times {
    let payload: &'static [u8] = payload(Content::Binary, size).leak();
    let mut contenders = vec![
        ours::engine_sending(payload),
        ours::component_sending(payload),
    ];
    contenders.extend(peers::sending(payload));
    take_turns(contenders)
}
