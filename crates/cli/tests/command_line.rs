//! Texts and exit codes of the command line.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod common;

use std::net::TcpListener;

use common::{run, texts};

#[test]
fn help_and_version_go_to_standard_output() {
    for (arguments, start) in [
        (&["--help"][..], "openwinhttp - "),
        (&["help", "connect"], "Send lines"),
        (&["connect", "--help"], "Send lines"),
        (&["bench", "--help"], "Send messages"),
        (&["echo-server", "-h"], "Send every message"),
        (
            &["get", "--help"],
            "Make an HTTP request with the method GET",
        ),
        (
            &["help", "post"],
            "Make an HTTP request with the method POST",
        ),
        (
            &["--version"],
            concat!("openwinhttp ", env!("CARGO_PKG_VERSION"), "\n"),
        ),
    ] {
        let (out, error, code) = texts(&run(arguments, b""));
        assert!(out.starts_with(start), "{out}");
        assert_eq!((error.as_str(), code), ("", Some(0)));
    }
}

#[test]
fn a_wrong_command_line_is_2_and_says_why() {
    for (arguments, reason) in [
        (&["nonsense"][..], "no command \"nonsense\""),
        (&["--nonsense"], "--nonsense"),
        (&["connect"], "needs a URL"),
        (&["connect", "--ping", "ws://127.0.0.1/"], "--ping"),
        (&["bench"], "needs a URL"),
        (&["connect", "http://127.0.0.1/"], "not a WebSocket URL"),
        (
            &["connect", "ws://h/", "--header", "Host: x"],
            "set by the handshake",
        ),
        (&["echo-server", "--listen"], "--listen"),
        (&["echo-server", "--subprotocol", "a b"], "not a token"),
        (&["demo", "--fast"], "--fast"),
        (&["get"], "a URL is needed"),
        (&["get", "localhost/"], "begins with http:// or https://"),
        (&["post", "-H", "a", "http://h/"], "NAME: VALUE"),
    ] {
        let (out, error, code) = texts(&run(arguments, b""));
        assert_eq!(
            (out.as_str(), code),
            ("", Some(2)),
            "{arguments:?}: {error}"
        );
        assert!(error.starts_with("openwinhttp: "), "{error}");
        assert!(error.contains(reason), "{arguments:?}: {error}");
        assert!(error.ends_with("Try 'openwinhttp --help'.\n"), "{error}");
    }
}

#[test]
fn an_address_in_use_is_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for address in [address.as_str(), "nonsense", "127.0.0.1:70000"] {
        let (out, error, code) = texts(&run(&["echo-server", "--listen", address], b""));
        assert_eq!((out.as_str(), code), ("", Some(1)));
        assert!(
            error.starts_with("openwinhttp: cannot listen on "),
            "{error}"
        );
    }
}

#[test]
fn nobody_there_is_1() {
    // Bound and let go again: most probably nobody else has it now.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for mode in [&[][..], &["--async"]] {
        let url = format!("ws://{address}/");
        let arguments = [&["connect", &url][..], mode].concat();
        let (out, error, code) = texts(&run(&arguments, b"x\n"));
        assert_eq!((out.as_str(), code), ("", Some(1)), "{error}");
        let expected = format!(
            "openwinhttp: no connection to {url}: ERROR_WINHTTP_CANNOT_CONNECT (12029) in WinHttpSendRequest: "
        );
        assert!(error.starts_with(&expected), "{error}");
    }
}
