//! `connect` against `echo-server`, and against servers of the test's own.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod common;

use std::net::TcpListener;
use std::process::Output;
use std::thread;

use common::{Raw, Server, frame_with, run, texts};
use ws_proto::OpCode;
use ws_proto::handshake::accept_value;

const MODES: [&[&str]; 2] = [&[], &["--async"]];

#[test]
fn lines_come_back() {
    let server = Server::start(&[]);
    let input = "one\n\nü 世界\nlast without newline";
    for mode in MODES {
        let url = server.url();
        let arguments = [&["connect", &url][..], mode].concat();
        let (out, error, code) = texts(&run(&arguments, input.as_bytes()));
        assert_eq!(out, format!("{input}\n"));
        assert_eq!(code, Some(0), "{error}");
        assert!(error.starts_with("connected to ws://127.0.0.1:"), "{error}");
        assert!(error.ends_with("closed with code 1000\n"), "{error}");
    }
}

#[test]
fn no_input_is_an_orderly_close() {
    let server = Server::start(&[]);
    let (out, error, code) = texts(&run(&["connect", &server.url()], b""));
    assert_eq!((out.as_str(), code), ("", Some(0)), "{error}");
}

#[test]
fn binary_is_any_bytes() {
    let server = Server::start(&[]);
    let input: Vec<u8> = (0..=255)
        .filter(|&byte| byte != b'\n')
        .chain([b'\n'])
        .collect();
    let output = run(&["connect", "--binary", &server.url()], &input);
    assert_eq!(output.stdout, input);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn text_must_be_utf_8() {
    let server = Server::start(&[]);
    // The beginning of a line without an end is sent before its end is known.
    for (bad, printed) in [
        (&b"good\nbad \xff\nnever sent\n"[..], "good\n"),
        (b"good\ncut \xc3\n", "good\n"),
        (b"good\ncut \xc3", "good\ncut \u{fffd}"),
    ] {
        let (out, error, code) = texts(&run(&["connect", &server.url()], bad));
        assert_eq!((out.as_str(), code), (printed, Some(1)), "{error}");
        assert!(
            error.contains("line 2 of the input is not UTF-8"),
            "{error}"
        );
    }
}

#[test]
fn a_long_line_and_many_lines() {
    let server = Server::start(&[]);
    // Characters of three bytes, so that pieces and frames end inside of them.
    let mut input = "世".repeat(1 << 20);
    input.push('\n');
    for number in 0..20_000 {
        input.push_str(&format!("line {number}\n"));
    }
    for mode in MODES {
        let url = server.url();
        let output = run(&[&["connect", &url][..], mode].concat(), input.as_bytes());
        assert_eq!(output.status.code(), Some(0));
        assert!(output.stdout == input.as_bytes(), "the output differs");
    }
}

#[test]
fn the_subprotocol_is_negotiated() {
    let server = Server::start(&["--subprotocol", "b", "--subprotocol", "a"]);
    for (asked, expected) in [
        (
            &[
                "--subprotocol",
                "x",
                "--subprotocol",
                "a",
                "--subprotocol",
                "b",
            ][..],
            ", subprotocol a\n",
        ),
        (&["--subprotocol", "x"], "/\n"),
        (&[], "/\n"),
    ] {
        let url = server.url();
        let arguments = [&["connect", &url][..], asked].concat();
        let (_, error, code) = texts(&run(&arguments, b""));
        assert_eq!(code, Some(0), "{error}");
        let first = error.split_inclusive('\n').next().unwrap();
        assert!(first.ends_with(expected), "{error}");
    }
}

#[test]
fn answers_are_waited_for() {
    // Like a server that forgets what it wanted to say when Close comes: answers only after the input has ended.
    let (output, _) = against(&["--wait", "2"], b"", ACCEPTED, |raw| {
        raw.write(b"\x81\x05first");
        raw.write(b"\x81\x04last");
        answer_close(raw);
    });
    let (out, error, code) = texts(&output);
    assert_eq!((out.as_str(), code), ("first\nlast\n", Some(0)), "{error}");
}

#[test]
fn verbose_shows_calls_and_notifications() {
    let server = Server::start(&[]);
    for (mode, expected) in [
        (&[][..], &[][..]),
        (
            &["--async"],
            &[
                "  SENDREQUEST_COMPLETE\n",
                "  HEADERS_AVAILABLE\n",
                "  WRITE_COMPLETE 2 bytes UTF8_MESSAGE\n",
                "  READ_COMPLETE 2 bytes UTF8_MESSAGE\n",
                "  SHUTDOWN_COMPLETE\n",
                "  READ_COMPLETE 0 bytes CLOSE\n",
            ],
        ),
    ] {
        let url = server.url();
        let arguments = [&["connect", "-v", &url][..], mode].concat();
        let (_, error, _) = texts(&run(&arguments, b"hi\n"));
        let both = [
            "  (WinHttpSendRequest)\n",
            "\n> Sec-WebSocket-Key: ",
            "\n< HTTP/1.1 101 Switching Protocols\n",
            "  (WinHttpWebSocketCompleteUpgrade)\n",
            "  (WinHttpWebSocketSend 2 bytes UTF8_MESSAGE  \"hi\")\n",
            "  (WinHttpWebSocketShutdown 1000 \"\")\n",
        ];
        for text in both.iter().chain(expected) {
            assert!(error.contains(text), "no {text} in {error}");
        }
    }
}

#[test]
fn the_servers_code_decides_the_exit_code() {
    let server = Server::start(&[]);
    for (path, expected, text) in [
        ("close/1000", 0, "closed with code 1000\n"),
        (
            "close/1001/bye",
            0,
            "closed with code 1001, reason \"bye\"\n",
        ),
        (
            "close/4999/so%20long",
            5,
            "closed with code 4999, reason \"so long\"\n",
        ),
    ] {
        // The server closes although the input would go on.
        let url = format!("{}{path}", server.url());
        let mut child = common::command(&["connect", &url])
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let open_input = child.stdin.take();
        let (_, error, code) = texts(&child.wait_with_output().unwrap());
        drop(open_input);
        assert_eq!(code, Some(expected), "{error}");
        assert!(error.ends_with(text), "{error}");
    }
}

/// Runs `connect` with this input against a server that answers the request with `response` (its `{accept}`
/// replaced by what the key asks for) and then does `then`.
fn against(
    arguments: &[&str],
    input: &[u8],
    response: &str,
    then: impl FnOnce(&mut Raw) + Send,
) -> (Output, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/path?query", listener.local_addr().unwrap());
    let arguments = [&["connect", &url][..], arguments].concat();
    thread::scope(|scope| {
        let server = scope.spawn(move || {
            let mut raw = Raw::new(listener.accept().unwrap().0);
            let request = raw.read_head();
            let key = request.split("Sec-WebSocket-Key: ").nth(1).unwrap();
            let accept = accept_value(key.split("\r\n").next().unwrap().as_bytes());
            let accept = std::str::from_utf8(&accept).unwrap();
            raw.write(response.replace("{accept}", accept).as_bytes());
            then(&mut raw);
            request
        });
        let output = run(&arguments, input);
        (output, server.join().unwrap())
    })
}

const ACCEPTED: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n";

/// Reads a client's Close and answers it.
fn answer_close(raw: &mut Raw) {
    let code = 1000_u16.to_be_bytes();
    assert_eq!(raw.read_masked_frame(), (0x88, code.to_vec()));
    raw.write(&[&[0x88, 2], &code[..]].concat());
}

#[test]
fn the_request_is_what_was_asked_for() {
    let arguments = [
        "--header",
        "Cookie: a=b",
        "--subprotocol",
        "p",
        "--subprotocol",
        "q",
    ];
    let (output, request) = against(&arguments, b"", ACCEPTED, answer_close);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        request.starts_with("GET /path?query HTTP/1.1\r\n"),
        "{request}"
    );
    for line in [
        "\r\nHost: 127.0.0.1:",
        "\r\nUser-Agent: openwinhttp/",
        "\r\nCookie: a=b\r\n",
        "\r\nSec-WebSocket-Protocol: p, q\r\n",
        "\r\nSec-WebSocket-Version: 13\r\n",
        "\r\nConnection: Upgrade\r\n",
        "\r\nUpgrade: websocket\r\n",
    ] {
        assert!(request.contains(line), "{request}");
    }
}

#[test]
fn frames_may_come_with_the_response() {
    let response = format!("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n{ACCEPTED}\u{1}\u{2}he\0\0");
    // The FIN bit cannot be written in a str.
    let (output, _) = against(&[], b"", &response, |raw| {
        raw.write(b"\x80\x03llo\x82\x02\x00\xff");
        answer_close(raw);
    });
    let (out, error, code) = texts(&output);
    assert_eq!((out.as_str(), code), ("hello\n00ff\n", Some(0)), "{error}");
}

#[test]
fn refusals_are_1() {
    let refused = |response: &str, reason: &str| {
        let (output, _) = against(&[], b"x\n", response, |_| {});
        let (out, error, code) = texts(&output);
        assert_eq!((out.as_str(), code), ("", Some(1)), "{error}");
        assert!(error.contains(reason), "{error}");
    };
    refused(
        "HTTP/1.1 404 Not Found\r\n\r\n",
        "the server answered 404 Not Found instead of 101",
    );
    refused(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "answered 200",
    );
    let malformed = "ERROR_WINHTTP_INVALID_SERVER_RESPONSE (12152) in WinHttpReceiveResponse";
    refused(&ACCEPTED.replace("{accept}", "wrong"), malformed);
    refused(&ACCEPTED.replace("Upgrade: websocket", "X: y"), malformed);
    let chosen = "{accept}\r\nSec-WebSocket-Protocol: q";
    refused(&ACCEPTED.replace("{accept}", chosen), malformed);
    let extended = "{accept}\r\nSec-WebSocket-Extensions: permessage-deflate";
    refused(&ACCEPTED.replace("{accept}", extended), malformed);
    refused("SSH-2.0-OpenSSH_9.2p1\r\n", malformed);
    refused(
        "",
        "ERROR_WINHTTP_CONNECTION_ERROR (12030) in WinHttpReceiveResponse",
    );
}

#[test]
fn a_lost_connection_is_3() {
    let (output, _) = against(&[], b"", ACCEPTED, |raw| {
        // No answer to the Close.
        let _ = raw.read(8);
    });
    let (_, error, code) = texts(&output);
    assert_eq!(code, Some(3), "{error}");
    assert!(
        error.ends_with("openwinhttp: the connection was lost: ERROR_WINHTTP_CONNECTION_ERROR (12030) in WinHttpWebSocketReceive\n"),
        "{error}"
    );
}

#[test]
fn a_server_that_breaks_the_protocol_is_4_and_is_told() {
    for (bytes, close) in [
        (&b"\x81\x80\x00\x00\x00\x00"[..], 1002), // masked
        (b"\x81\x01\xff", 1007),                  // not UTF-8
        (b"\x09\x00", 1002),                      // a fragmented control frame
        (b"\xc1\x00", 1002),                      // a reserved bit
    ] {
        // The client does not close by itself meanwhile.
        let (output, _) = against(&["--wait", "60"], b"", ACCEPTED, |raw| {
            raw.write(bytes);
            let (first, payload) = raw.read_masked_frame();
            assert_eq!((first, &payload[..]), (0x88, &u16::to_be_bytes(close)[..]));
            raw.read_rest();
        });
        let (_, error, code) = texts(&output);
        assert_eq!(code, Some(4), "{error}");
        let reason = "the server broke the protocol: ERROR_WINHTTP_INVALID_SERVER_RESPONSE (12152)";
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn a_server_may_say_all_before_it_listens() {
    const TURNS: usize = 64;
    let spoken = vec![b'x'; 200_000];
    let mut heard = vec![b'y'; 20_000_000];
    heard.push(b'\n');
    // Far more than sockets hold, in both directions: the client must go on reading while it cannot write, pings included.
    for mode in MODES {
        let (output, _) = against(mode, &heard, ACCEPTED, |raw| {
            for _ in 0..TURNS {
                raw.write(b"\x89\x04ping");
                raw.write(&frame_with(true, OpCode::TEXT, None, &spoken));
            }
            let (mut pongs, mut len) = (0, 0);
            loop {
                let (first, payload) = raw.read_masked_frame();
                match first & 0x0F {
                    0x8 => break,
                    0xA => {
                        assert_eq!(payload, b"ping");
                        pongs += 1;
                    }
                    _ => len += payload.len(),
                }
            }
            assert_eq!((pongs, len), (TURNS, 20_000_000));
            raw.write(b"\x88\x02\x03\xe8");
        });
        let expected = [&spoken[..], b"\n"].concat().repeat(TURNS);
        assert!(output.stdout == expected, "the output differs");
        assert_eq!(output.status.code(), Some(0));
    }
}
