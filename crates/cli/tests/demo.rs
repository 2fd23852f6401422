//! `openwinhttp` without arguments.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod common;

use common::{run, texts};

#[test]
fn the_demo_shows_everything_and_succeeds() {
    for arguments in [&[][..], &["demo"]] {
        let (out, error, code) = texts(&run(arguments, b""));
        assert_eq!((error.as_str(), code), ("", Some(0)), "{out}");
        let expected = [
            "\n1. Opening handshake\n   client  GET /demo HTTP/1.1\n",
            "Sec-WebSocket-Key: ",
            "   server  HTTP/1.1 101 Switching Protocols\n",
            "   ok: open, subprotocol echo.openwinhttp\n",
            "\n2. Text\n",
            "FIN masked text, 22 bytes  [81 96 ",
            "FIN text, 22 bytes  [81 16]\n",
            "   ok: 22 bytes came back, every byte as sent\n",
            "\n3. Binary\n",
            "FIN binary, 16 bytes  [82 10]\n",
            "   ok: 16 bytes came back, every byte as sent\n",
            "\n4. A message in three fragments",
            "masked continuation, 8 bytes  [00 88 ",
            "continuation, 10 bytes  [80 0a]\n",
            "   ok: 25 bytes came back, every byte as sent\n",
            "\n5. 1 MiB of binary",
            " more actions: ",
            "   ok: 1,048,576 bytes came back, every byte as sent\n",
            "\n6. Ping and pong\n",
            "answers a ping: FIN pong, 0 bytes  [8a 00]\n",
            "\n7. Close\n",
            "closed with code 1000, reason \"that is all\"\n",
            "\nAll is well: 4 messages, 1,048,639 bytes, came back as they were sent.\n",
        ];
        // All of it, in this order.
        let mut rest = out.as_str();
        for text in expected {
            let at = rest
                .find(text)
                .unwrap_or_else(|| panic!("no {text:?} in\n{out}"));
            rest = &rest[at + text.len()..];
        }
        assert_eq!(rest, "");
    }
}

#[test]
fn the_transcript_has_the_same_order_each_time() {
    // Who did what, without numbers that depend on chance: ports, keys, and how TCP cuts 1 MiB.
    let order = || {
        let (out, _, _) = texts(&run(&[], b""));
        let (small, rest) = out.split_once("\n5. ").expect("step 5");
        let (_, rest) = rest.split_once("\n6. ").expect("step 6");
        let columns = |line: &str| line.chars().take(36).collect::<String>();
        let lines = small.lines().chain(rest.lines());
        let lines = lines.filter(|line| !line.contains("Host:") && !line.contains("Sec-WebSocket"));
        lines.skip(1).map(columns).collect::<Vec<_>>()
    };
    let first = order();
    for _ in 0..5 {
        assert_eq!(order(), first);
    }
}
