//! Receiving masked frames as a server: parsing, unmasking, and UTF-8 for text.

mod common;

use benchmarks::{
    Contender, Content, Report, SIZES, Times, Wire, machine, name_of_size, payload, take_turns,
};
use common::{ENGINE, LIMIT, ours, peers};

fn main() {
    let mut report = Report::new("receiving");
    report.say(&format!(
        "Measured on {}. Nanoseconds a message.",
        machine()
    ));
    for (content, what) in [
        (Content::Binary, "binary"),
        (Content::Ascii, "ASCII text"),
        (Content::Mixed, "text of one to four bytes a letter"),
    ] {
        let mut head = vec![what.to_owned()];
        let mut rows = Vec::new();
        for size in SIZES {
            let times = measure(content, size);
            if rows.is_empty() {
                head.extend(times.names().map(str::to_owned));
                head.extend(["best peer / ours", "ours / limit", "target"].map(str::to_owned));
            }
            let best = times.best_but(&[ENGINE, LIMIT]);
            let (ahead, over) = (times.ratio(best, ENGINE), times.ratio(ENGINE, LIMIT));
            let (met, target) = if size < 1 << 10 {
                (ahead >= 1.5 && over <= 1.6, "≥ 1.5, ≤ 1.6")
            } else {
                (over <= 1.25, "≤ 1.25")
            };
            let mut row = vec![name_of_size(size)];
            row.extend(times.names().map(|name| format!("{:.1}", times.ns(name))));
            row.push(format!("{ahead:.2}"));
            row.push(format!("{over:.2}"));
            row.push(format!(
                "{target}: {}",
                if met { "met" } else { "**missed**" }
            ));
            rows.push(row);
            let bars = times
                .names()
                .map(|name| (name.to_owned(), times.ratio(name, ENGINE)));
            report.bars(format!("{}, {what}", name_of_size(size)), bars.collect());
        }
        report.table(&head, &rows);
    }
    report.finish("Receiving: time relative to ours (shorter is quicker)");
}

fn measure(content: Content, size: usize) -> Times {
    let text = content != Content::Binary;
    let wire = Wire::of_client(if text { 0x81 } else { 0x82 }, &payload(content, size));
    let mut contenders: Vec<Contender<'_>> = vec![
        ours::engine(wire.clone(), wire.burst_len()),
        ours::limit(wire.clone(), text),
    ];
    contenders.extend(peers::receiving(&wire, text));
    take_turns(contenders)
}
