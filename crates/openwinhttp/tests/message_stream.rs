//! A WebSocket as `Stream` and `Sink`, polled by hand.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::{Pin, pin};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use futures_core::Stream;
use futures_sink::Sink;
use openwinhttp::{
    CloseStatus, Message, MessageStream, Mode, Notification, OpenRequest, Request, Session,
};
use ws_proto::handshake::accept_value;
use ws_proto::{Event, FrameHeader, Kind, MessageKind, OpCode, ReceiveOptions, Receiver, Role};

/// Echoes messages, whole ones in one frame; answers Close.
fn serve() -> (u16, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut input = Vec::new();
        while !input.ends_with(b"\r\n\r\n") {
            fill(&mut stream, &mut input);
        }
        let head = String::from_utf8(std::mem::take(&mut input)).unwrap();
        let key = head
            .lines()
            .find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "))
            .unwrap();
        let accept = accept_value(key.as_bytes());
        let accept = std::str::from_utf8(&accept).unwrap();
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).unwrap();
        echo(&mut stream, input);
    });
    (port, server)
}

fn echo(stream: &mut TcpStream, mut input: Vec<u8>) {
    let mut receiver = Receiver::new(ReceiveOptions::new(Role::Server));
    let mut message = Vec::new();
    loop {
        let (consumed, event) = receiver.receive(&mut input, usize::MAX).unwrap();
        let answer = match event {
            Event::NeedMore => None,
            Event::Data(data) => {
                message.extend_from_slice(data.payload);
                let opcode = match data.kind {
                    Kind::Message(MessageKind::Text) => OpCode::TEXT,
                    _ => OpCode::BINARY,
                };
                data.last.then(|| (opcode, std::mem::take(&mut message)))
            }
            Event::Close(close) => {
                let code = close.code.unwrap_or(1000);
                Some((OpCode::CLOSE, code.to_be_bytes().to_vec()))
            }
            _ => Some((OpCode::PONG, Vec::new())),
        };
        let needs_more = answer.is_none() && consumed == 0;
        input.drain(..consumed);
        if let Some((opcode, payload)) = answer {
            let header = FrameHeader {
                fin: true,
                rsv: 0,
                opcode,
                mask: None,
                payload_len: payload.len() as u64,
            };
            let mut frame = vec![0; header.encoded_len()];
            header.encode(&mut frame);
            frame.extend_from_slice(&payload);
            stream.write_all(&frame).unwrap();
            if opcode == OpCode::CLOSE {
                return;
            }
        } else if needs_more {
            fill(stream, &mut input);
        }
    }
}

fn fill(stream: &mut TcpStream, input: &mut Vec<u8>) {
    let mut piece = [0; 4096];
    let count = stream.read(&mut piece).unwrap();
    assert_ne!(count, 0, "the client went away");
    input.extend_from_slice(&piece[..count]);
}

/// An executor of one future.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        thread::park_timeout(Duration::from_secs(20));
    }
}

fn upgraded(port: u16) -> MessageStream {
    let (sender, receiver) = mpsc::channel();
    let session = Session::new(None, Mode::Asynchronous);
    let connect = session.connect("127.0.0.1", port).unwrap();
    let mut open = OpenRequest::default();
    open.observer = Some(Arc::new(move |notification: &Notification<'_>| {
        let _ = sender.send(format!("{notification:?}"));
    }));
    let request: Request = connect.open_request(open).unwrap();
    let wait = |wanted: &str| {
        while receiver.recv_timeout(Duration::from_secs(20)).unwrap() != wanted {}
    };
    request.upgrade_to_web_socket(32_768);
    request.start_send(None, 0).unwrap();
    wait("SendRequestComplete");
    request.start_receive_response().unwrap();
    wait("HeadersAvailable");
    MessageStream::new(&request).unwrap()
}

async fn send(stream: &mut MessageStream, message: Message) {
    poll_fn(|cx| Pin::new(&mut *stream).poll_ready(cx))
        .await
        .unwrap();
    Pin::new(&mut *stream).start_send(message).unwrap();
    poll_fn(|cx| Pin::new(&mut *stream).poll_flush(cx))
        .await
        .unwrap();
}

async fn next(stream: &mut MessageStream) -> Option<Message> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx))
        .await
        .transpose()
        .unwrap()
}

#[test]
fn messages_of_any_size_come_back_whole() {
    let (port, server) = serve();
    let mut stream = upgraded(port);
    block_on(async {
        let long = (0..1_000_000u32)
            .map(|number| number as u8)
            .collect::<Vec<_>>();
        for message in [
            Message::Text("grüß dich".to_owned()),
            Message::Binary(Vec::new()),
            Message::Binary(long),
        ] {
            send(&mut stream, message.clone()).await;
            assert_eq!(next(&mut stream).await, Some(message));
        }
        poll_fn(|cx| Pin::new(&mut stream).poll_close(cx))
            .await
            .unwrap();
        assert_eq!(stream.get_ref().close_status().unwrap().status, 1000);
    });
    server.join().unwrap();
}

#[test]
fn the_stream_ends_after_the_peers_close() {
    let (port, server) = serve();
    let mut stream = upgraded(port);
    block_on(async {
        let close = CloseStatus {
            status: 1001,
            reason: b"bye".to_vec(),
        };
        send(&mut stream, Message::Close(close)).await;
        let answer = CloseStatus {
            status: 1001,
            reason: Vec::new(),
        };
        assert_eq!(next(&mut stream).await, Some(Message::Close(answer)));
        assert_eq!(next(&mut stream).await, None);
    });
    server.join().unwrap();
}
