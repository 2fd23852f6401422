//! Responses that are no responses.

use winhttp_testkit::calls::RequestSpec;
use winhttp_testkit::{Client, Server, both_modes};

use crate::end::*;

/// What the server does after it has sent the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// Nothing until the client closes: the bytes alone must be enough.
    Wait,
    Close,
}
use Then::{Close, Wait};

const OK: &str = "HTTP/1.1 200 OK\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

fn head(headers: &str, body: &str) -> Vec<u8> {
    format!("{OK}{headers}\r\n\r\n{body}").into_bytes()
}

fn chunked(body: impl AsRef<[u8]>) -> Vec<u8> {
    [CHUNKED.as_bytes(), body.as_ref()].concat()
}

fn after(error: u32, bytes: &str) -> End {
    End::after(bytes, error)
}

fn invalid() -> End {
    End::Receive(INVALID)
}

fn cases() -> Vec<(Vec<u8>, Then, End)> {
    let raw = |text: &str| text.as_bytes().to_vec();
    let line = |text: &str| format!("{text}\r\nContent-Length: 0\r\n\r\n").into_bytes();
    vec![
        // No status line.
        (raw("GARBAGE\r\n\r\n"), Wait, invalid()),
        (raw("GARBAGE"), Wait, invalid()),
        (raw("SSH-2.0-OpenSSH_9.9\r\n"), Wait, invalid()),
        (raw("220 mail.test ESMTP\r\n"), Wait, invalid()),
        (vec![0; 64], Wait, invalid()),
        (vec![0xFF; 64], Wait, invalid()),
        // A TLS alert, as of a TLS server that was spoken to in plain HTTP.
        (vec![0x15, 3, 1, 0, 2, 2, 0x28], Wait, invalid()),
        (raw("<html><body>hi</body></html>"), Close, invalid()),
        (line("HTTP/2 200 OK"), Wait, invalid()),
        (line("HTTP/3.0 200 OK"), Wait, invalid()),
        (line("HTTP/1.9 200 OK"), Wait, invalid()),
        (line("http/1.1 200 OK"), Wait, invalid()),
        (line("HTTP/1.1"), Wait, invalid()),
        (line("HTTP/1.1 "), Wait, invalid()),
        (line("HTTP/1.1 20"), Wait, invalid()),
        (line("HTTP/1.1 2000 OK"), Wait, invalid()),
        (line("HTTP/1.1 -20 OK"), Wait, invalid()),
        (line("HTTP/1.1 099 OK"), Wait, invalid()),
        (line("HTTP/1.1 2x0 OK"), Wait, invalid()),
        (line("HTTP/1.1 200 O\0K"), Wait, invalid()),
        (line("HTTP/1.1 101 Switching Protocols"), Wait, invalid()),
        (
            raw("HTTP/1.1 100 Continue\r\n\r\nGARBAGE\r\n"),
            Wait,
            invalid(),
        ),
        // Headers that are none.
        (head("no colon", ""), Wait, invalid()),
        (head(": no name", ""), Wait, invalid()),
        (head("A\0B: c", ""), Wait, invalid()),
        (head("A: b\0c", ""), Wait, invalid()),
        (head("A: b\rc", ""), Wait, invalid()),
        (head("A B: c", ""), Wait, invalid()),
        // Lengths.
        (head("Content-Length: -1", "x"), Wait, invalid()),
        (head("Content-Length: +1", "x"), Wait, invalid()),
        (head("Content-Length: 1, 2", "x"), Wait, invalid()),
        (head("Content-Length: 1;", "x"), Wait, invalid()),
        (head("Content-Length:", "x"), Wait, invalid()),
        (
            head("Content-Length: 18446744073709551616", "x"),
            Wait,
            invalid(),
        ),
        (
            head("Content-Length: 1\r\nContent-Length: 2", "x"),
            Wait,
            invalid(),
        ),
        (
            head("Content-Length: 1\r\nContent-Length: 1", "x"),
            Wait,
            End::body("x"),
        ),
        (
            head("Content-Length: 18446744073709551615", "x"),
            Close,
            End::body("x"),
        ),
        // Chunked wins over a length; named twice it is malformed.
        (
            head(
                "Content-Length: 50\r\nTransfer-Encoding: chunked",
                "1\r\nx\r\n0\r\n\r\n",
            ),
            Wait,
            End::body("x"),
        ),
        (
            head("Transfer-Encoding: chunked, chunked", "0\r\n\r\n"),
            Wait,
            invalid(),
        ),
        // Sizes.
        (chunked("-1\r\nx\r\n0\r\n\r\n"), Wait, after(INVALID, "")),
        (chunked("1\r\nx\r\n-1\r\n"), Wait, after(INVALID, "x")),
        (chunked("0x1\r\nx\r\n0\r\n\r\n"), Wait, after(INVALID, "")),
        (chunked("g\r\nx\r\n"), Wait, after(INVALID, "")),
        (chunked("\r\nx\r\n"), Wait, after(INVALID, "")),
        (chunked(";a=b\r\nx\r\n"), Wait, after(INVALID, "")),
        (chunked("1 1\r\nx\r\n"), Wait, after(INVALID, "")),
        (chunked("10000000000000000\r\nx"), Wait, after(INVALID, "")),
        (
            chunked("FFFFFFFFFFFFFFFFFFFFFFFFFFFF\r\nx"),
            Wait,
            after(INVALID, ""),
        ),
        (
            chunked("FFFFFFFFFFFFFFFF\r\nx"),
            Close,
            after(CONNECTION, "x"),
        ),
        (chunked("1\nx\n0\n\n"), Wait, after(INVALID, "")),
        // A chunk that is longer than it says.
        (chunked("1\r\nxy\r\n0\r\n\r\n"), Wait, after(INVALID, "x")),
        (chunked("1\r\nx\rz"), Wait, after(INVALID, "x")),
        // Trailers.
        (
            chunked("1\r\nx\r\n0\r\nno colon\r\n\r\n"),
            Wait,
            after(INVALID, "x"),
        ),
        (
            chunked("1\r\nx\r\n0\r\nA\0: b\r\n\r\n"),
            Wait,
            after(INVALID, "x"),
        ),
        (
            chunked(format!("1\r\nx\r\n0\r\n{}\r\n", "A: b\r\n".repeat(5000))),
            Wait,
            after(HEADER_COUNT, "x"),
        ),
        (
            chunked(format!("1\r\nx\r\n0\r\nA: {}\r\n\r\n", "b".repeat(70_000))),
            Wait,
            after(HEADER_SIZE, "x"),
        ),
        // Extensions.
        (
            chunked(format!("1;{}\r\nx\r\n0\r\n\r\n", "e".repeat(8000))),
            Wait,
            End::body("x"),
        ),
        (
            chunked(format!("1;{}\r\nx\r\n0\r\n\r\n", "e".repeat(9000))),
            Wait,
            after(CHUNK_HEADER_SIZE, ""),
        ),
        (
            chunked(format!("{}1\r\nx\r\n0\r\n\r\n", "0".repeat(9000))),
            Wait,
            after(CHUNK_HEADER_SIZE, ""),
        ),
        // The connection ends where nothing may end.
        (raw(""), Close, End::Receive(CONNECTION)),
        (raw("HTTP/1.1 200"), Close, End::Receive(CONNECTION)),
        (
            raw("HTTP/1.1 200 OK\r\nA: b\r\n"),
            Close,
            End::Receive(CONNECTION),
        ),
        (
            raw("HTTP/1.1 100 Continue\r\n\r\n"),
            Close,
            End::Receive(CONNECTION),
        ),
        (chunked(""), Close, after(CONNECTION, "")),
        (chunked("5"), Close, after(CONNECTION, "")),
        (chunked("5\r\nabc"), Close, after(CONNECTION, "abc")),
        (chunked("3\r\nabc"), Close, after(CONNECTION, "abc")),
        (
            chunked("3\r\nabc\r\n0\r\n"),
            Close,
            after(CONNECTION, "abc"),
        ),
        (
            chunked("3\r\nabc\r\n0\r\nA: b\r\n"),
            Close,
            after(CONNECTION, "abc"),
        ),
        (
            head("Content-Length: 9", "short"),
            Close,
            End::body("short"),
        ),
        (raw("HTTP/1.0 200 OK\r\n\r\nall"), Close, End::body("all")),
        // Garbage after the body stays where it is.
        (head("Content-Length: 1", "xGARBAGE"), Wait, End::body("x")),
        (chunked("1\r\nx\r\n0\r\n\r\nGARBAGE"), Wait, End::body("x")),
    ]
}

/// Every response of the table, at once and in one-byte packets.
fn check(mode: winhttp_testkit::Mode, bytewise: bool) {
    for (bytes, then, wanted) in cases() {
        // Each byte is a packet: the long ones are left to the other test.
        if bytewise && bytes.len() > 200 {
            continue;
        }
        let shown: String = String::from_utf8_lossy(&bytes).chars().take(120).collect();
        let server = Server::every(move |_, peer| {
            if peer.next_request().is_none() {
                return;
            }
            if bytewise {
                for byte in &bytes {
                    if !peer.try_send(&[*byte]) {
                        return;
                    }
                }
            } else {
                peer.try_send(&bytes);
            }
            if then == Close {
                peer.half_close();
            }
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = get(&client, &server);
        let end = outcome(&request);
        assert_eq!(end, wanted, "{shown:?}");
        if end.error() != 0 || then == Close {
            // What is malformed is not used again.
            request.close();
            outcome(&get(&client, &server));
            assert_eq!(server.connections(), 2, "{shown:?}");
        }
    }
}

both_modes! {
    /// The table of this file.
    /// Statements: facts 7.9, 8.5; behaviour 18.41, 18.47, 18.48, 17.20
    fn b7_malformed_responses_give_their_errors(mode: Mode) {
        check(mode, false);
    }

    /// What the bytes mean does not depend on how they are cut.
    /// Statements: facts 7.9, 8.5; behaviour 18.41, 18.47, 18.48, 17.20
    fn b7_malformed_responses_byte_by_byte(mode: Mode) {
        check(mode, true);
    }

    /// Responses without body are not waited for, whatever their headers promise.
    /// Statements: facts 8.3; behaviour 18.37, 18.38
    fn bc37_promised_bodies_that_cannot_be(mode: Mode) {
        for (verb, status, headers) in [
            ("HEAD", 200, "Content-Length: 18446744073709551615"),
            ("HEAD", 200, "Transfer-Encoding: chunked"),
            ("GET", 204, "Content-Length: 5"),
            ("GET", 204, "Transfer-Encoding: chunked"),
            ("GET", 304, "Content-Length: 5"),
        ] {
            let bytes = format!("HTTP/1.1 {status} X\r\n{headers}\r\n\r\n");
            let server = Server::every(move |_, peer| {
                peer.request();
                peer.send(&bytes);
                peer.read_to_end();
            });
            let client = Client::new(mode);
            let request = open(&client, &server, &RequestSpec::new(verb, "/"));
            assert_eq!(outcome(&request), End::Whole(status, vec![]), "{verb} {status} {headers}");
            drop(request);
        }
    }

    /// The default lets ten pass.
    /// Statements: behaviour 18.45
    fn bc45_eleven_1xx_responses_are_too_many(mode: Mode) {
        for (count, wanted) in [(10, End::body("x")), (11, invalid())] {
            let bytes = "HTTP/1.1 102 Processing\r\n\r\n".repeat(count) + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
            let server = Server::every(move |_, peer| {
                peer.request();
                peer.send(&bytes);
                peer.read_to_end();
            });
            assert_eq!(fetch(mode, &server), wanted);
        }
    }
}
