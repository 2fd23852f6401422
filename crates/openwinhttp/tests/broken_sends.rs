//! What a request does when its connection ends while it is being sent, through the Rust API.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use openwinhttp::options::Timeout;
use openwinhttp::{Error, Mode, OpenRequest, Request, Session};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Reads until what came ends with `end`.
fn read_to(stream: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(end) {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{seen:?}");
        seen.push(byte[0]);
    }
    seen
}

/// A chunked body goes out whole, its last chunk too, when the kept connection was closed under the request: by the server
/// after it has read everything, or before the last chunk was sent (behaviour 5).
#[test]
fn a_chunked_request_is_sent_again_with_its_last_chunk() {
    for ends_early in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (ended, has_ended) = mpsc::channel();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            read_to(&mut stream, b"\r\n\r\n");
            stream.write_all(ANSWER).unwrap();
            if ends_early {
                // What is unread makes the end a reset.
                read_to(&mut stream, b"\r\n\r\n5\r\n");
            } else {
                ended.send(()).unwrap();
                read_to(&mut stream, b"0\r\n\r\n");
            }
            drop(stream);
            let _ = ended.send(());
            let (mut stream, _) = listener.accept().unwrap();
            let seen = read_to(&mut stream, b"\r\n0\r\n\r\n");
            stream.write_all(ANSWER).unwrap();
            seen
        });
        let session = Session::new(None, Mode::Synchronous);
        let connect = session.connect("127.0.0.1", port).unwrap();
        let mut body = [0; 10];
        let first: Request = connect.open_request(OpenRequest::default()).unwrap();
        first.send(None, 0).unwrap();
        first.receive_response().unwrap();
        assert_eq!(first.read(&mut body, true).unwrap(), 2);

        let mut open = OpenRequest::default();
        open.verb = "POST";
        open.automatic_chunking = true;
        let second: Request = connect.open_request(open).unwrap();
        second.send(Some(b"hello".to_vec()), 0).unwrap();
        has_ended.recv().unwrap();
        second.receive_response().unwrap();
        assert_eq!(second.response().unwrap().status(), 200);
        let seen = server.join().unwrap();
        assert!(
            seen.ends_with(b"\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
            "{seen:?}"
        );
    }
}

/// Nobody knows how much of a write that failed is out: more of the body would stand at a wrong place.
#[test]
fn a_write_that_timed_out_is_the_last_one() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (timed_out, has_timed_out) = mpsc::channel::<()>();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_to(&mut stream, b"\r\n\r\n");
        has_timed_out.recv().unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
    });
    let session = Session::new(None, Mode::Synchronous);
    session.options().timeouts.send = Timeout(100);
    let connect = session.connect("127.0.0.1", port).unwrap();
    let mut open = OpenRequest::default();
    open.verb = "POST";
    let request: Request = connect.open_request(open).unwrap();
    let piece = vec![0; 32 << 20];
    request.send(None, 2 * piece.len() as u64).unwrap();
    assert_eq!(request.write(&piece), Err(Error::Timeout));
    timed_out.send(()).unwrap();
    assert_eq!(request.write(b"x"), Err(Error::Timeout));
    request.close().unwrap();
    server.join().unwrap();
}
