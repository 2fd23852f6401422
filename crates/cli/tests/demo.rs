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
            "\n1. Opening handshake: ws://127.0.0.1:",
            "   client  WinHttpSendRequest\n   client    RESOLVING_NAME 127.0.0.1\n",
            "   client    SENDREQUEST_COMPLETE\n   client  > GET /demo HTTP/1.1\n",
            "Sec-WebSocket-Key: ",
            "   client    HEADERS_AVAILABLE\n   client  < HTTP/1.1 101 Switching Protocols\n",
            "   client  WinHttpWebSocketCompleteUpgrade\n   ok: open, subprotocol echo.openwinhttp\n",
            "\n2. Text\n   client  WinHttpWebSocketSend 22 bytes UTF8_MESSAGE",
            "FIN text, 22 bytes  [81 16]\n",
            "   client    READ_COMPLETE 22 bytes UTF8_MESSAGE\n   ok: 22 bytes came back, every byte as sent\n",
            "\n3. A message in two fragments",
            "   client    WRITE_COMPLETE 7 bytes UTF8_FRAGMENT\n",
            "text, 7 bytes  [01 07]\n",
            "continuation, 11 bytes  [80 0b]\n",
            "   ok: 18 bytes came back, every byte as sent\n",
            "\n4. 1 MiB of binary",
            " more actions: ",
            "   ok: 1,048,576 bytes came back, every byte as sent\n",
            "\n5. Close\n",
            "closed with code 1000, reason \"that is all\"\n",
            "   client    READ_COMPLETE 0 bytes CLOSE\n",
            "   ok: both sides have said goodbye\n",
            "\n6. Opening handshake: wss://127.0.0.1:",
            "   client  (TLS 1.3, TLS_",
            "\n7. Binary, over TLS\n",
            "FIN binary, 16 bytes  [82 10]\n",
            "   ok: 16 bytes came back, every byte as sent\n",
            "\n8. Close\n",
            "   ok: both sides have said goodbye\n",
            "\nAll is well: 4 messages, 1,048,632 bytes, went from WinHTTP to the Component API and came back as they \
             were sent, over TCP and over TLS.\n",
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
        let (small, rest) = out.split_once("\n4. ").expect("step 4");
        let (_, rest) = rest.split_once("\n5. ").expect("step 5");
        let columns = |line: &str| line.chars().take(36).collect::<String>();
        let lines = small.lines().chain(rest.lines());
        let lines = lines.filter(|line| {
            !["Host:", "Sec-WebSocket", "://", "REQUEST_SENT"]
                .iter()
                .any(|chance| line.contains(chance))
        });
        lines.map(columns).collect::<Vec<_>>()
    };
    let first = order();
    for _ in 0..5 {
        assert_eq!(order(), first);
    }
}
