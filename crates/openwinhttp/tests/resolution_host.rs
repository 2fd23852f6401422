//! Connections to another host than the URL's, through the Rust API.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use openwinhttp::{Mode, OpenRequest, Request, Session};

/// Answers one request on each connection, and keeps it.
fn serve(listener: TcpListener, body: &'static str) {
    thread::spawn(move || {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept() {
            let mut seen = Vec::new();
            let mut byte = [0];
            while !seen.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
                seen.push(byte[0]);
            }
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{body}").unwrap();
            kept.push(stream);
        }
    });
}

/// Two listeners on the same port of two addresses.
fn listeners() -> (TcpListener, TcpListener) {
    loop {
        let one = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = one.local_addr().unwrap().port();
        if let Ok(two) = TcpListener::bind(("127.0.0.2", port)) {
            return (one, two);
        }
    }
}

/// A kept connection to the URL's own host is not used for a request that is to go elsewhere, nor the other way round.
#[test]
fn kept_connections_go_where_the_request_is_to_go() {
    for elsewhere_first in [false, true] {
        let (one, two) = listeners();
        let port = one.local_addr().unwrap().port();
        serve(one, "one");
        serve(two, "two");
        let session = Session::new(None, Mode::Synchronous);
        let connect = session.connect("127.0.0.1", port).unwrap();
        for elsewhere in [elsewhere_first, !elsewhere_first] {
            let request: Request = connect.open_request(OpenRequest::default()).unwrap();
            if elsewhere {
                request.options().resolution_host = Some("127.0.0.2".to_owned());
            }
            request.send(None, 0).unwrap();
            request.receive_response().unwrap();
            let mut body = [0; 3];
            assert_eq!(request.read(&mut body, true).unwrap(), 3);
            let wanted: &[u8] = if elsewhere { b"two" } else { b"one" };
            assert_eq!(body, wanted);
        }
    }
}
