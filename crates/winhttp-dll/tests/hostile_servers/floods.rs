//! Servers that do not stop sending: the library stops receiving, and what it keeps is bounded.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use winhttp_testkit::calls::set_status_callback;
use winhttp_testkit::{Client, Mode, Server, both_modes};

use crate::end::*;

/// How much memory a flood may cost at its peak. The blocks of both sides, buffers of sockets' contents and what other
/// tests do at the same time are in it; every flood sends many times that.
const MEMORY: u64 = 48 << 20;
/// How much a server sends before it gives up: more than any limit, and more memory than allowed.
const FLOOD: u64 = 1 << 30;
/// How much the library may take before it refuses: its limits are below 100 KB, the rest are the sockets' buffers.
const TAKEN: u64 = 24 << 20;

/// One at a time, because the peak of memory is the process's.
static TURN: Mutex<()> = Mutex::new(());

/// The growth of the peak of memory during `work`, where the system tells.
fn peak_growth(work: impl FnOnce()) -> u64 {
    let status = |name: &str| -> Option<u64> {
        let text = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
    };
    // 5: the peak begins anew.
    drop(std::fs::write("/proc/self/clear_refs", "5"));
    let before = status("VmRSS:");
    work();
    let after = status("VmHWM:");
    after
        .zip(before)
        .map_or(0, |(after, before)| after.saturating_sub(before))
}

/// Sends `first`, then `block` over and over until the client has enough; the library must end with `wanted`.
#[track_caller]
fn flood(mode: Mode, name: &str, first: &str, block: String, wanted: &End) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let sent = Arc::new(AtomicU64::new(0));
    let server = Server::every({
        let (first, sent) = (first.to_owned(), Arc::clone(&sent));
        // Long blocks, so that a gibibyte would be a matter of seconds.
        let block = block.repeat((1 << 18) / block.len() + 1);
        move |_, peer| {
            peer.request();
            peer.try_send(first.as_bytes());
            while sent.load(Ordering::Relaxed) < FLOOD && peer.try_send(block.as_bytes()) {
                sent.fetch_add(block.len() as u64, Ordering::Relaxed);
            }
        }
    });
    let growth = peak_growth(|| {
        let client = Client::new(mode);
        let request = get(&client, &server);
        assert_eq!(outcome(&request), *wanted, "{name}");
        request.close();
    });
    let sent = sent.load(Ordering::Relaxed);
    server.finish();
    assert!(sent < TAKEN, "{name}: {sent} bytes were taken");
    assert!(growth < MEMORY, "{name}: {growth} bytes of memory");
}

both_modes! {
    /// Our choice of the limit: 4096 lines (behaviour 7.3).
    fn b7_3_endless_headers_are_12181(mode: Mode) {
        let head = "HTTP/1.1 200 OK\r\n";
        flood(mode, "headers", head, "A: b\r\n".into(), &End::Receive(HEADER_COUNT));
    }

    /// The same when all of it comes at once.
    fn b7_3_a_hundred_thousand_headers_are_12181(mode: Mode) {
        let bytes = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(100_000));
        let server = Server::every(move |_, peer| {
            peer.request();
            peer.try_send(bytes.as_bytes());
        });
        assert_eq!(fetch(mode, &server), End::Receive(HEADER_COUNT));
    }

    /// A header line of a gibibyte, in its name, its value, or folded.
    /// Statements: behaviour 18.46
    fn bc46_one_endless_line_is_12182(mode: Mode) {
        let long = "x".repeat(1000);
        for (name, first, block) in [
            ("value", "HTTP/1.1 200 OK\r\nA: ", &long),
            ("name", "HTTP/1.1 200 OK\r\n", &long),
            ("reason", "HTTP/1.1 200 ", &long),
            ("fold", "HTTP/1.1 200 OK\r\nA: b\r\n", &" c\r\n".to_owned()),
            ("empty lines", "\r\n", &"\r\n".to_owned()),
            ("spaces", "HTTP/1.1 ", &" ".repeat(100)),
        ] {
            flood(mode, name, first, block.clone(), &End::Receive(HEADER_SIZE));
        }
    }

    /// Statements: behaviour 18.45
    fn bc45_endless_1xx_responses_are_12152(mode: Mode) {
        flood(mode, "1xx", "", "HTTP/1.1 100 Continue\r\n\r\n".into(), &End::Receive(INVALID));
    }

    /// Size lines and trailers have limits of their own (behaviour 7.2).
    fn b7_2_endless_framing_is_an_error(mode: Mode) {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let read = |error| End::after("", error);
        flood(mode, "extension", &format!("{chunked}1;"), "e".repeat(100), &read(CHUNK_HEADER_SIZE));
        flood(mode, "zeros of a size", chunked, "0".repeat(100), &read(CHUNK_HEADER_SIZE));
        flood(mode, "blanks after a size", &format!("{chunked}1"), " ".repeat(100), &read(CHUNK_HEADER_SIZE));
        flood(mode, "trailers", &format!("{chunked}0\r\n"), "A: b\r\n".into(), &read(HEADER_COUNT));
        flood(mode, "a trailer", &format!("{chunked}0\r\nA: "), "b".repeat(100), &read(HEADER_SIZE));
    }

    /// Nobody reads: nothing more is received than buffers hold.
    /// Statements: behaviour 18.55
    fn b7_an_endless_body_that_is_not_read_is_not_received(mode: Mode) {
        for (name, head, block) in [
            ("length", "Content-Length: 18446744073709551615", "x".repeat(1000)),
            ("until close", "A: b", "x".repeat(1000)),
            ("chunks", "Transfer-Encoding: chunked", "1;extension\r\nx\r\n".to_owned()),
        ] {
            let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
            let server = Server::every({
                let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n");
                let block = block.repeat((1 << 16) / block.len());
                move |_, peer| {
                    peer.request();
                    peer.try_send(head.as_bytes());
                    while peer.try_send(block.as_bytes()) {}
                }
            });
            let growth = peak_growth(|| {
                let client = Client::new(mode);
                let request = get(&client, &server);
                request.exchange();
                assert!(request.available().unwrap() > 0, "{name}");
                assert_eq!(request.read(10).unwrap(), b"xxxxxxxxxx", "{name}");
                // Returns at once; the rest of the body is not waited for.
                request.close();
            });
            server.finish();
            assert!(growth < MEMORY, "{name}: {growth} bytes of memory");
        }
    }

    /// Megabytes through a small buffer: framing of ten bytes for each byte of data.
    /// Statements: behaviour 18.39
    fn b7_2_a_million_chunks_are_read_in_bounded_memory(mode: Mode) {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let count = 200_000;
        let server = Server::once(move |peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            let block = "1;extend\r\nx\r\n".repeat(1000);
            for _ in 0..count / 1000 {
                peer.send(&block);
            }
            peer.send("0\r\n\r\n");
        });
        let growth = peak_growth(|| {
            let client = Client::new(mode);
            let request = get(&client, &server);
            if mode == Mode::Sync {
                // The recorder keeps what it is told; asynchronous requests cannot do without.
                set_status_callback(request.raw(), None, 0).unwrap();
            }
            request.exchange();
            let mut read = 0;
            loop {
                let part = request.read(5000).unwrap();
                if part.is_empty() {
                    break;
                }
                assert!(part.iter().all(|byte| *byte == b'x'));
                read += part.len();
            }
            assert_eq!(read, count);
        });
        server.finish();
        assert!(growth < MEMORY, "{growth} bytes of memory");
    }
}
