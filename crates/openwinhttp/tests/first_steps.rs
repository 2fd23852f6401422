//! A request in both modes, through the Rust API.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use openwinhttp::{Mode, Notification, OpenRequest, Request, Session};

fn serve(count: usize) -> (u16, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut seen = Vec::new();
        let mut buffer = Vec::new();
        while seen.len() < count {
            let mut piece = [0; 1024];
            let length = stream.read(&mut piece).unwrap();
            assert_ne!(length, 0, "the client went away");
            buffer.extend_from_slice(&piece[..length]);
            if buffer.ends_with(b"\r\n\r\n") {
                seen.push(String::from_utf8(std::mem::take(&mut buffer)).unwrap());
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
                    .unwrap();
            }
        }
        seen
    });
    (port, server)
}

#[test]
fn a_synchronous_get_reads_the_body_and_keeps_the_connection() {
    let (port, server) = serve(2);
    let session = Session::new(Some("test"), Mode::Synchronous);
    let connect = session.connect("127.0.0.1", port).unwrap();
    for _ in 0..2 {
        let request: Request = connect.open_request(OpenRequest::default()).unwrap();
        request.send(None, 0).unwrap();
        request.receive_response().unwrap();
        assert_eq!(request.response().unwrap().status(), 200);
        let mut body = [0; 100];
        assert_eq!(request.read(&mut body, true).unwrap(), 5);
        assert_eq!(&body[..5], b"hello");
        assert_eq!(request.read(&mut body, true).unwrap(), 0);
        request.close().unwrap();
    }
    let seen = server.join().unwrap();
    assert!(
        seen[0].starts_with(
            "GET / HTTP/1.1\r\nConnection: Keep-Alive\r\nUser-Agent: test\r\nHost: 127.0.0.1:"
        ),
        "{seen:?}"
    );
}

#[test]
fn an_asynchronous_get_is_driven_by_notifications() {
    let (port, server) = serve(1);
    let (sender, receiver) = mpsc::channel();
    let session = Session::new(None, Mode::Asynchronous);
    let connect = session.connect("localhost", port).unwrap();
    let mut open = OpenRequest::default();
    open.observer = Some(std::sync::Arc::new(
        move |notification: &Notification<'_>| {
            sender.send(format!("{notification:?}")).unwrap();
        },
    ));
    let request: Request = connect.open_request(open).unwrap();
    let wait = |text: &str| loop {
        let got = receiver
            .recv_timeout(std::time::Duration::from_secs(10))
            .unwrap();
        if got.starts_with(text) {
            return got;
        }
        assert!(!got.starts_with("RequestError"), "{got}");
    };
    request.start_send(None, 0).unwrap();
    wait("SendRequestComplete");
    request.start_receive_response().unwrap();
    wait("HeadersAvailable");
    request.start_query_data_available(Vec::new()).unwrap();
    assert_eq!(wait("DataAvailable"), "DataAvailable(5)");
    request.start_read(vec![0; 100], false).unwrap();
    assert_eq!(
        wait("ReadComplete"),
        "ReadComplete([104, 101, 108, 108, 111])"
    );
    request.close().unwrap();
    wait("Closed");
    server.join().unwrap();
}
