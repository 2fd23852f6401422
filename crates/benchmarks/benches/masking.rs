//! Masking in place: ours, the portable code, and the peers' functions.

use std::cell::RefCell;
use std::hint::black_box;

use benchmarks::{
    Contender, Content, Report, SIZES, Times, name_of_size, payload, take_turns, verdict,
};

const OURS: &str = "ours";
const PORTABLE: &str = "ours, portable";
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

fn main() {
    let mut report = Report::new("masking");
    report.say(
        "Nanoseconds to mask a piece in place, at an address that is a multiple of 64 and at one that is odd; up to 8 KiB \
         different pieces in turn. \
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
                head.extend(["best peer / ours", "ahead of every peer"].map(str::to_owned));
            }
            let best = times.best_but(&[OURS, PORTABLE]);
            let ratio = times.ratio(best, OURS);
            let title = format!("{}, {place}", name_of_size(size));
            let mut row = vec![title.clone()];
            row.extend(times.names().map(|name| format!("{:.1}", times.ns(name))));
            row.push(format!("{ratio:.2}"));
            row.push(verdict(ratio));
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

/// Bytes that the pieces to mask are spread over: less than the first cache holds.
const ROOM: usize = 16 << 10;

fn measure(size: usize, offset: usize) -> Times {
    // One place for all, so that none has luckier pages.
    let pieces = RefCell::new(Pieces::new(size, offset));
    take_turns(vec![
        contender(OURS, &pieces, ws_mask::mask_in_place),
        contender(PORTABLE, &pieces, ws_mask::portable::mask_in_place),
        contender("fastwebsockets", &pieces, fastwebsockets::unmask),
        contender("sockudo-ws", &pieces, sockudo_ws::simd::apply_mask),
        contender("websocket-sans-io", &pieces, |data, key| {
            websocket_sans_io::apply_mask(key, data, 0);
        }),
    ])
}

/// Pieces at the same place relative to a multiple of 64. They are masked in turn: the same one again and again would
/// only show how quickly a load follows a store.
struct Pieces {
    room: Vec<u8>,
    start: usize,
    size: usize,
    stride: usize,
    count: usize,
}

impl Pieces {
    fn new(size: usize, offset: usize) -> Self {
        let stride = size.next_multiple_of(64);
        let count = (ROOM / stride).max(1);
        let room = payload(Content::Binary, stride * count + 128);
        let start = room.as_ptr().addr().wrapping_neg() % 64 + offset;
        Self {
            room,
            start,
            size,
            stride,
            count,
        }
    }
}

/// The function is a type parameter, not a pointer: it is inlined if it can be.
fn contender<'a>(
    name: &'static str,
    pieces: &'a RefCell<Pieces>,
    mask: impl Fn(&mut [u8], [u8; 4]) + 'a,
) -> Contender<'a> {
    let mut next = 0;
    Contender::new(name, move |messages| {
        let pieces = &mut *pieces.borrow_mut();
        for _ in 0..messages {
            let at = pieces.start + next * pieces.stride;
            next = if next + 1 < pieces.count { next + 1 } else { 0 };
            // The size must not be known when compiling.
            let piece = &mut pieces.room[at..at + black_box(pieces.size)];
            mask(piece, black_box(KEY));
        }
        black_box(&pieces.room);
    })
}
