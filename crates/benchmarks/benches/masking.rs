//! Masking in place: ours, the portable code, and the peers' functions.

use std::hint::black_box;

use benchmarks::{Contender, Content, Report, SIZES, Times, name_of_size, payload, take_turns};

const OURS: &str = "ours";
const PORTABLE: &str = "ours, portable";
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

fn main() {
    let mut report = Report::new("masking");
    report.say(
        "Nanoseconds to mask a piece in place, at an address that is a multiple of 64 and at one that is odd. \
         tungstenite and tokio-websockets keep their functions private: tungstenite's is the one that fastwebsockets \
         has taken over; tokio-websockets' is measured where it is used, in the tables below.",
    );
    let mut head = vec!["size".to_owned()];
    let mut rows = Vec::new();
    for size in SIZES {
        for (offset, place) in [(0, "aligned"), (1, "odd")] {
            let times = measure(size, offset);
            if rows.is_empty() {
                head.extend(times.names().map(str::to_owned));
                head.push("best peer / ours".to_owned());
            }
            let best = times.best_but(&[OURS, PORTABLE]);
            let ratio = times.ratio(best, OURS);
            let title = format!("{}, {place}", name_of_size(size));
            let mut row = vec![title.clone()];
            row.extend(times.names().map(|name| format!("{:.1}", times.ns(name))));
            row.push(format!("{ratio:.2}"));
            rows.push(row);
            let bars = times
                .names()
                .map(|name| (name.to_owned(), times.ratio(name, OURS)));
            report.bars(title, bars.collect());
        }
    }
    report.table(&head, &rows);
    report.finish("Masking in place: time relative to ours (shorter is quicker)");
}

fn measure(size: usize, offset: usize) -> Times {
    // One place for all, so that none has luckier pages.
    let mut room = payload(Content::Binary, size + 128);
    let start = room.as_ptr().addr().wrapping_neg() % 64 + offset;
    let piece = std::cell::RefCell::new(&mut room[start..start + size]);
    take_turns(vec![
        contender(OURS, &piece, ws_mask::mask_in_place),
        contender(PORTABLE, &piece, ws_mask::portable::mask_in_place),
        contender("fastwebsockets", &piece, fastwebsockets::unmask),
        contender("sockudo-ws", &piece, sockudo_ws::simd::apply_mask),
        contender("websocket-sans-io", &piece, |data, key| {
            websocket_sans_io::apply_mask(key, data, 0)
        }),
    ])
}

/// Masks the same piece again and again. The function is a type parameter, not a pointer: it is inlined if it can be.
fn contender<'a>(
    name: &'static str,
    piece: &'a std::cell::RefCell<&mut [u8]>,
    mask: impl Fn(&mut [u8], [u8; 4]) + 'a,
) -> Contender<'a> {
    Contender::new(name, move |messages| {
        let mut piece = piece.borrow_mut();
        for _ in 0..messages {
            mask(black_box(&mut piece), black_box(KEY));
        }
    })
}
