//! How a request's body is framed, through the Rust API.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use openwinhttp::request_headers::Modifiers;
use openwinhttp::{Error, Mode, OpenRequest, Request, Session};

/// A body has one framing: what the application says is refused if it says two (functions, WinHttpSendRequest; RFC 9112 section 6.2), and its
/// length goes before our own chunks.
#[test]
fn a_request_never_says_both_a_length_and_chunks() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut seen = Vec::new();
        let mut byte = [0];
        while !seen.ends_with(b"hello") {
            assert_eq!(stream.read(&mut byte).unwrap(), 1, "{seen:?}");
            seen.push(byte[0]);
        }
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
            .unwrap();
        String::from_utf8(seen).unwrap()
    });
    let session = Session::new(None, Mode::Synchronous);
    let connect = session.connect("127.0.0.1", port).unwrap();
    for automatic_chunking in [false, true] {
        let mut open = OpenRequest::default();
        open.verb = "POST";
        open.automatic_chunking = automatic_chunking;
        let request: Request = connect.open_request(open).unwrap();
        let add = |name: &[u8], value: &[u8]| {
            request
                .with_headers(|headers| headers.add(name, value, Modifiers::ADD))
                .unwrap();
        };
        add(b"Content-Length", b"5");
        if automatic_chunking {
            request.send(Some(b"hello".to_vec()), 0).unwrap();
            request.receive_response().unwrap();
        }
        add(b"Transfer-Encoding", b"chunked");
        let refused = request.send(Some(b"hello".to_vec()), 0);
        assert_eq!(refused, Err(Error::InvalidParameter));
    }
    let seen = server.join().unwrap();
    assert!(!seen.contains("Transfer-Encoding"), "{seen}");
}
