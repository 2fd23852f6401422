//! `get` and `post` against servers on loopback, in both modes.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod common;

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::Arc;

use common::{command, run, texts};
use winhttp_testkit::{Gate, Server, response};

/// The arguments that choose each mode.
const MODES: [&[&str]; 2] = [&[], &["--async"]];

/// Runs `openwinhttp` with these arguments in one mode.
fn openwinhttp(mode: &[&str], arguments: &[&str], input: &[u8]) -> Output {
    run(&[arguments, mode].concat(), input)
}

/// A path for a test's file. No test uses another's name.
fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    path
}

fn url(server: &Server, path: &str) -> String {
    format!("http://{}{path}", server.host())
}

#[test]
fn the_body_is_printed_byte_for_byte() {
    let body: Vec<u8> = (0..=255).collect();
    for mode in MODES {
        let server = Server::answering(response("", &body));
        let output = openwinhttp(mode, &["get", &url(&server, "/a?b=c#d")], b"");
        assert_eq!(output.stdout, body);
        assert_eq!(texts(&output).1, "");
        assert_eq!(output.status.code(), Some(0));
        let request = server.request(0);
        assert_eq!(request.line(), "GET /a?b=c HTTP/1.1");
        assert_eq!(request.header("Host"), Some(server.host()));
        assert_eq!(
            request.header("User-Agent").unwrap(),
            concat!("openwinhttp/", env!("CARGO_PKG_VERSION"))
        );
        assert_eq!(request.header("Accept").as_deref(), Some("*/*"));
        assert_eq!(request.header("Content-Length"), None);
        server.finish();
    }
}

#[test]
fn chunks_are_put_together_and_a_body_may_end_with_the_connection() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n";
    let closed = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello!";
    for mode in MODES {
        for answer in [chunked, closed] {
            let server = Server::once(move |peer| {
                peer.request();
                peer.send_bytewise(answer);
                peer.close();
            });
            let output = openwinhttp(mode, &["get", &url(&server, "/")], b"");
            assert_eq!(texts(&output), ("hello!".into(), String::new(), Some(0)));
            server.finish();
        }
    }
}

#[test]
fn headers_and_method_are_the_users() {
    for mode in MODES {
        let server = Server::answering(response("", b""));
        let line = [
            "get",
            "-H",
            "User-Agent: me",
            "--header=X-A:  1 ",
            "-HX-A: 2",
            "--method=OPTIONS",
            &url(&server, "/"),
        ];
        let output = openwinhttp(mode, &line, b"");
        assert_eq!(texts(&output), (String::new(), String::new(), Some(0)));
        let request = server.request(0);
        assert_eq!(request.line(), "OPTIONS / HTTP/1.1");
        assert_eq!(request.all("User-Agent"), ["me"]);
        assert_eq!(request.all("X-A"), ["1", "2"]);
        server.finish();
    }
}

#[test]
fn the_head_is_printed_on_request() {
    let answer = "HTTP/1.1 404 Not  Here\r\nContent-Length: 2\r\nX:  y\r\n\r\nno";
    let head = "HTTP/1.1 404 Not  Here\r\nContent-Length: 2\r\nX: y\r\n\r\n";
    for mode in MODES {
        let server = Server::answering(answer);
        let output = openwinhttp(mode, &["get", "-i", &url(&server, "/")], b"");
        assert_eq!(
            texts(&output),
            (format!("{head}no"), String::new(), Some(0))
        );
        server.finish();

        let server = Server::answering(answer.strip_suffix("no").unwrap());
        let output = openwinhttp(mode, &["get", "--head", &url(&server, "/")], b"");
        assert_eq!(texts(&output), (head.into(), String::new(), Some(0)));
        assert_eq!(server.request(0).line(), "HEAD / HTTP/1.1");
        server.finish();
    }
}

#[test]
fn redirects_are_printed_as_they_are() {
    for mode in MODES {
        let server = Server::answering(
            "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 3\r\n\r\nmov",
        );
        let output = openwinhttp(mode, &["get", &url(&server, "/")], b"");
        assert_eq!(texts(&output), ("mov".into(), String::new(), Some(0)));
        assert_eq!(server.requests().len(), 1);
        server.finish();
    }
}

#[test]
fn an_http_1_0_request() {
    for mode in MODES {
        let server = Server::once(|peer| {
            peer.request();
            peer.send("HTTP/1.0 200 OK\r\n\r\nold");
            peer.close();
        });
        let output = openwinhttp(mode, &["get", "--http1.0", &url(&server, "/")], b"");
        assert_eq!(texts(&output), ("old".into(), String::new(), Some(0)));
        assert_eq!(server.request(0).line(), "GET / HTTP/1.0");
        server.finish();
    }
}

#[test]
fn fail_makes_errors_of_statuses() {
    for mode in MODES {
        for (status, code, out, error) in [
            ("399 Fine", 0, "x", ""),
            (
                "404 Not Found",
                7,
                "",
                "openwinhttp: the server answers 404 Not Found\n",
            ),
            ("503 ", 7, "", "openwinhttp: the server answers 503 \n"),
        ] {
            let server =
                Server::answering(format!("HTTP/1.1 {status}\r\nContent-Length: 1\r\n\r\nx"));
            let output = openwinhttp(mode, &["get", "--fail", &url(&server, "/")], b"");
            assert_eq!(texts(&output), (out.into(), error.into(), Some(code)));
            server.finish();
        }
    }
}

#[test]
fn data_and_files_are_posted_with_their_length() {
    let file = scratch("posted");
    let long: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
    fs::write(&file, &long).unwrap();
    let file = file.to_str().unwrap();
    for mode in MODES {
        for (arguments, body) in [
            (&["-d", "a=b&c"][..], &b"a=b&c"[..]),
            (&["-d", ""], b""),
            (&[], b""),
            (&["--data-file", file], &long),
        ] {
            let server = Server::once(|peer| {
                peer.whole_request();
                peer.send(response("", b"thanks"));
            });
            let target = url(&server, "/in");
            let line = [&["post", &target], arguments].concat();
            let output = openwinhttp(mode, &line, b"");
            assert_eq!(texts(&output), ("thanks".into(), String::new(), Some(0)));
            let request = server.request(0);
            assert_eq!(request.line(), "POST /in HTTP/1.1");
            assert_eq!(
                request.header("Content-Length").unwrap(),
                body.len().to_string()
            );
            assert_eq!(request.header("Transfer-Encoding"), None);
            assert!(request.body == body, "{} bytes", request.body.len());
            server.finish();
        }
    }
}

#[test]
fn a_pipe_is_posted_in_chunks() {
    let long: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
    for mode in MODES {
        let server = Server::once(|peer| {
            let head = peer.request();
            assert_eq!(head.header("Transfer-Encoding").as_deref(), Some("chunked"));
            assert_eq!(head.header("Content-Length"), None);
            let mut body = Vec::new();
            loop {
                let line = String::from_utf8(peer.read_until(b"\r\n")).unwrap();
                let length = usize::from_str_radix(line.trim_end(), 16).unwrap();
                body.extend(peer.read(length));
                peer.expect(b"\r\n");
                if length == 0 {
                    break;
                }
            }
            peer.send(response("", &body));
        });
        let target = url(&server, "/");
        let output = openwinhttp(mode, &["post", "--data-file", "-", &target], &long);
        assert_eq!(texts(&output).1, "");
        assert!(output.stdout == long, "{} bytes", output.stdout.len());
        server.finish();
    }
}

/// Where standard input is a file, its length is known.
#[cfg(unix)]
#[test]
fn redirected_input_is_posted_with_its_length() {
    let file = scratch("redirected");
    fs::write(&file, "from a file").unwrap();
    for mode in MODES {
        let server = Server::once(|peer| {
            assert_eq!(peer.whole_request().body, b"from a file");
            peer.send(response("", b"ok"));
        });
        let output = command(&["post", "--data-file=-", &url(&server, "/")])
            .args(mode)
            .stdin(fs::File::open(&file).unwrap())
            .output()
            .unwrap();
        assert_eq!(texts(&output), ("ok".into(), String::new(), Some(0)));
        server.finish();
    }
}

#[test]
fn large_bodies_go_both_ways() {
    let size = 20 << 20;
    let large: Arc<Vec<u8>> = Arc::new((0..size).map(|n: u32| (n ^ (n >> 8)) as u8).collect());
    for (number, mode) in MODES.into_iter().enumerate() {
        let served = Arc::clone(&large);
        let server = Server::once(move |peer| {
            assert_eq!(peer.whole_request().body, *served);
            peer.send(response("", &served));
        });
        let sent = scratch(&format!("large-sent-{number}"));
        let got = scratch(&format!("large-got-{number}"));
        fs::write(&sent, &*large).unwrap();
        let line = [
            "post",
            "--data-file",
            sent.to_str().unwrap(),
            "-o",
            got.to_str().unwrap(),
            &url(&server, "/"),
        ];
        let output = openwinhttp(mode, &line, b"");
        assert_eq!(texts(&output), (String::new(), String::new(), Some(0)));
        assert!(fs::read(&got).unwrap() == *large);
        server.finish();
        let _ = (fs::remove_file(&sent), fs::remove_file(&got));
    }
}

#[test]
fn what_came_of_an_interrupted_body_is_kept() {
    const TRUNCATED: (&str, &str) = (
        "Content-Length: 5000\r\n\r\n",
        "the connection ended too early; 1,234 of 5,000 bytes of the body came",
    );
    const IN_CHUNKS: (&str, &str) = (
        "Transfer-Encoding: chunked\r\n\r\n1000\r\n",
        "ERROR_WINHTTP_CONNECTION_ERROR (12030) in WinHttpReadData: the connection was reset or ended too early; \
         1,234 bytes of the body came",
    );
    for (number, mode) in MODES.into_iter().enumerate() {
        for (kind, (head, message)) in [TRUNCATED, IN_CHUNKS].into_iter().enumerate() {
            let start = || {
                Server::once(move |peer| {
                    peer.request();
                    peer.send(format!("HTTP/1.1 200 OK\r\n{head}"));
                    peer.send([b'x'; 1234]);
                    peer.cut();
                })
            };
            let server = start();
            let output = openwinhttp(mode, &["get", &url(&server, "/")], b"");
            let error = format!("openwinhttp: {message}\n");
            assert_eq!(texts(&output), ("x".repeat(1234), error, Some(6)));
            server.finish();

            let server = start();
            let file = scratch(&format!("interrupted-{number}-{kind}"));
            let path = file.to_str().unwrap();
            let output = openwinhttp(mode, &["get", "-o", path, &url(&server, "/")], b"");
            let error = format!("openwinhttp: {message} and are kept in {path}\n");
            assert_eq!(texts(&output), (String::new(), error, Some(6)));
            assert_eq!(fs::read(&file).unwrap(), [b'x'; 1234]);
            server.finish();
        }
    }
}

/// A length that announces no body.
#[test]
fn not_modified_is_no_interruption() {
    for mode in MODES {
        let server = Server::answering("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
        let output = openwinhttp(mode, &["get", &url(&server, "/")], b"");
        assert_eq!(texts(&output), (String::new(), String::new(), Some(0)));
        server.finish();
    }
}

#[test]
fn a_server_that_breaks_the_protocol_is_6() {
    for mode in MODES {
        for (answer, name) in [
            ("nonsense\r\n\r\n", "INVALID_SERVER_RESPONSE (12152)"),
            ("", "CONNECTION_ERROR (12030)"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "INVALID_SERVER_RESPONSE (12152)",
            ),
        ] {
            let server = Server::once(move |peer| {
                peer.request();
                peer.send(answer);
                peer.close();
            });
            let (out, error, code) = texts(&openwinhttp(mode, &["get", &url(&server, "/")], b""));
            assert_eq!((out.as_str(), code), ("", Some(6)), "{error}");
            assert!(error.contains(name), "{error}");
            assert_eq!(error.lines().count(), 1, "{error}");
            server.finish();
        }
    }
}

#[test]
fn nobody_there_is_3_and_leaves_files_alone() {
    let file = scratch("untouched");
    fs::write(&file, "before").unwrap();
    for mode in MODES {
        // Bound and let go again: most probably nobody else has it now.
        let address = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let target = format!("http://{address}/");
        let line = ["get", "-o", file.to_str().unwrap(), &target];
        assert_eq!(
            texts(&openwinhttp(mode, &line, b"")),
            (
                String::new(),
                "openwinhttp: ERROR_WINHTTP_CANNOT_CONNECT (12029) in WinHttpSendRequest: \
                 the server cannot be reached\n"
                    .into(),
                Some(3)
            )
        );
        assert_eq!(fs::read(&file).unwrap(), b"before");
    }
}

#[test]
fn a_silent_server_is_5() {
    for mode in MODES {
        let gate = Gate::new();
        let held = gate.clone();
        let server = Server::once(move |peer| {
            peer.request();
            held.pass();
        });
        let line = ["get", "--timeout", "1", &url(&server, "/")];
        assert_eq!(
            texts(&openwinhttp(mode, &line, b"")),
            (
                String::new(),
                "openwinhttp: ERROR_WINHTTP_TIMEOUT (12002) in WinHttpReceiveResponse: \
                 a time limit expired\n"
                    .into(),
                Some(5)
            )
        );
        gate.open();
        server.finish();
    }
}

#[test]
fn files_that_cannot_be_used_are_1() {
    for mode in MODES {
        let server = Server::answering(response("", b"x"));
        let target = url(&server, "/");
        for (arguments, message) in [
            (
                &["--data-file", "/nonexistent/a"][..],
                "cannot read /nonexistent/a: ",
            ),
            (&["--data-file", "/"], "cannot read /: "),
            (
                &["-o", "/nonexistent/a"],
                "cannot write to /nonexistent/a: ",
            ),
            (&["--cert", "/nonexistent/a"], "/nonexistent/a: "),
            (
                &["--cert", "/dev/null"],
                "/dev/null: there is no certificate",
            ),
            (
                &["--http1.0", "--data-file", "-"],
                "the length of the body is not known",
            ),
        ] {
            let line = [&["post", &target], arguments].concat();
            let (out, error, code) = texts(&openwinhttp(mode, &line, b"x"));
            assert_eq!((out.as_str(), code), ("", Some(1)), "{error}");
            let start = format!("openwinhttp: {message}");
            assert!(error.starts_with(&start), "{error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
        server.finish();
    }
}

/// `openwinhttp get ... | head -c 1`
#[test]
fn a_closed_pipe_ends_it_quietly() {
    for mode in MODES {
        let server = Server::once(|peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\n\r\n");
            while peer.try_send(&[b'x'; 65536]) {}
        });
        let mut child = command(&["get", &url(&server, "/")])
            .args(mode)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0]).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(texts(&output), (String::new(), String::new(), Some(1)));
        server.finish();
    }
}

#[test]
fn verbose_shows_notifications_and_heads() {
    let common = [
        "main  CONNECTING_TO_SERVER 127.0.0.1",
        "SENDING_REQUEST",
        "REQUEST_SENT ",
        "> GET / HTTP/1.1",
        "> Host: 127.0.0.1:",
        "RECEIVING_RESPONSE",
        "RESPONSE_RECEIVED ",
        "< HTTP/1.1 200 OK",
        "< X: \\u{9b}2J",
    ];
    for mode in MODES {
        let server = Server::answering(response("X: \u{9b}2J\r\n", b"x"));
        let (out, error, code) = texts(&openwinhttp(mode, &["get", "-v", &url(&server, "/")], b""));
        assert_eq!((out.as_str(), code), ("x", Some(0)), "{error}");
        let mut rest = error.as_str();
        for text in common {
            let text = if mode.is_empty() {
                text
            } else {
                text.trim_start_matches("main  ")
            };
            let at = rest.find(text);
            rest = &rest[at.unwrap_or_else(|| panic!("no {text:?} in {error}"))..];
        }
        let line = error.lines().next().unwrap();
        let (milliseconds, _) = line.trim_start().split_once(" ms  ").unwrap();
        assert!(milliseconds.parse::<f64>().unwrap() < 30_000.0, "{line}");
        for completion in [
            "SENDREQUEST_COMPLETE",
            "READ_COMPLETE 1 byte",
            "HANDLE_CLOSING",
        ] {
            let told = error.contains(completion);
            let expected = !mode.is_empty() || completion == "HANDLE_CLOSING";
            assert_eq!(told, expected, "{completion}: {error}");
        }
        server.finish();
    }
}
