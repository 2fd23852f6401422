//! What completes inside of the call that starts it, through the Rust API.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::thread;

use openwinhttp::{Mode, Notification, OpenRequest, Request, Session, Started};

/// Facts 19.5: an answer is received in the call, also when it comes in two pieces: the second one only after the first was
/// received. How long a call waits is limited, so not every try has to succeed on a busy machine.
#[test]
fn an_answer_in_two_pieces_is_received_in_the_call() {
    const TRIES: usize = 20;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (first_came, has_first_come) = mpsc::channel();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        for _ in 0..TRIES {
            let mut seen = Vec::new();
            let mut byte = [0];
            while !seen.ends_with(b"\r\n\r\n") {
                assert_eq!(stream.read(&mut byte).unwrap(), 1);
                seen.push(byte[0]);
            }
            stream
                .write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                .unwrap();
            has_first_come.recv().unwrap();
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .unwrap();
        }
    });
    let session = Session::new(None, Mode::Asynchronous);
    let connect = session.connect("127.0.0.1", port).unwrap();
    let mut in_call = 0;
    for _ in 0..TRIES {
        let (done, is_done) = mpsc::channel();
        let first_came = first_came.clone();
        let mut open = OpenRequest::default();
        open.observer = Some(Arc::new(
            move |notification: &Notification<'_>| match notification {
                Notification::SendRequestComplete | Notification::HeadersAvailable => {
                    done.send(()).unwrap()
                }
                Notification::IntermediateResponse(_) => first_came.send(()).unwrap(),
                _ => {}
            },
        ));
        let request: Request = connect.open_request(open).unwrap();
        request.start_send(None, 0).unwrap();
        is_done.recv().unwrap();
        let started = request.start_receive_response().unwrap();
        is_done.recv().unwrap();
        in_call += usize::from(started == Started::Completed);
        request.close().unwrap();
    }
    assert_ne!(in_call, 0);
    server.join().unwrap();
}
