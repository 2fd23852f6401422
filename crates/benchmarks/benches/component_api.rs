//! The whole loop of the Component API, through the exported functions of the built library.

mod common;

use benchmarks::{
    Contender, Content, Report, SIZES, Times, Wire, name_of_size, payload, take_turns, verdict,
};
use common::{ABI, COMPONENT, ENGINE, abi, ours, peers};

fn main() {
    let mut report = Report::new("component-api");
    report.say(
        "Nanoseconds a message. Receiving as a server: WebSocketReceive, WebSocketGetAction and WebSocketCompleteAction for each \
         message, and for each read. Our receive buffers have room for a burst, so that messages are handed out whole, as the \
         peers do; the best message peer is the best but for websocket-sans-io, which knows frames only. Sending as a client: WebSocketSend, then GetAction and \
         CompleteAction for the frame and for its completion.",
    );
    for (what, measure) in [
        ("receiving binary", receiving as fn(usize) -> Times),
        ("sending binary", sending),
    ] {
        let mut head = vec![what.to_owned()];
        let mut rows = Vec::new();
        for size in SIZES {
            let times = measure(size);
            if rows.is_empty() {
                head.extend(times.names().map(str::to_owned));
                head.extend(
                    [
                        "C ABI − engine",
                        "C ABI / engine",
                        "best peer / C ABI",
                        "best message peer / C ABI",
                        "ahead of every peer",
                    ]
                    .map(str::to_owned),
                );
            }
            let best = times.best_but(&[ABI, COMPONENT, ENGINE]);
            let mut row = vec![name_of_size(size)];
            row.extend(times.names().map(|name| format!("{:.1}", times.ns(name))));
            row.push(format!("{:.1}", times.ns(ABI) - times.ns(ENGINE)));
            row.push(format!("{:.2}", times.ratio(ABI, ENGINE)));
            row.push(format!("{:.2}", times.ratio(best, ABI)));
            let target = verdict(times.ratio(best, ABI));
            let best = times.best_but(&[ABI, COMPONENT, ENGINE, "websocket-sans-io"]);
            row.push(format!("{:.2}", times.ratio(best, ABI)));
            row.push(target);
            rows.push(row);
            let bars = times
                .names()
                .map(|name| (name.to_owned(), times.ratio(name, ABI)));
            report.bars(format!("{}, {what}", name_of_size(size)), bars.collect());
        }
        report.table(&head, &rows);
    }
    report.finish(
        "The Component API loop: time relative to ours through the C ABI (shorter is quicker)",
    );
}

fn receiving(size: usize) -> Times {
    let wire = Wire::of_client(0x82, &payload(Content::Binary, size));
    let mut contenders: Vec<Contender<'_>> = vec![
        abi::receiving(wire.clone(), wire.burst_len()),
        ours::component(wire.clone(), wire.burst_len()),
        ours::engine(wire.clone(), wire.burst_len()),
    ];
    contenders.extend(peers::receiving(&wire, false));
    take_turns(contenders)
}

fn sending(size: usize) -> Times {
    let payload: &'static [u8] = payload(Content::Binary, size).leak();
    let mut contenders = vec![
        abi::sending(payload),
        ours::component_sending(payload),
        ours::engine_sending(payload),
    ];
    contenders.extend(peers::sending(payload));
    take_turns(contenders)
}
