//! The peers, each through the part of its public API that does the least besides.

use std::future::Future;
use std::io::{self, Write as _};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use benchmarks::{Contender, Sink, Wire, consume};
use bytes::{Bytes, BytesMut};
use chacha20::rand_core::Rng as _;
use fastwebsockets::{FragmentCollector, Frame, Payload, WebSocket as FastWebSocket};
use futures_core::Stream as _;
use futures_sink::Sink as _;
use sockudo_ws::OpCode;
use sockudo_ws::frame::encode_frame;
use sockudo_ws::protocol::Protocol;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_websockets::{ClientBuilder, Limits, ServerBuilder};
use tungstenite::protocol::{Role as TungsteniteRole, WebSocketConfig};
use websocket_sans_io::{WebsocketFrameDecoder, WebsocketFrameEvent};

/// What the asynchronous peers read from and write to: never has to be waited for.
struct Ready<S>(S);

impl AsyncRead for Ready<Wire> {
    #[inline]
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let arrived = self.0.arrived(room.remaining());
        room.put_slice(arrived);
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Ready<Sink> {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl<S: io::Write + Unpin> AsyncWrite for Ready<S> {
    #[inline]
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.write(bytes))
    }

    #[inline]
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        for piece in pieces {
            self.0.write_all(piece)?;
        }
        Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Runs a future that never waits.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the streams are always ready"),
    }
}

/// All peers that receive. `text`: whether the payloads are text.
pub(crate) fn receiving(wire: &Wire, text: bool) -> Vec<Contender<'static>> {
    vec![
        tungstenite_receiving(wire.clone()),
        fastwebsockets_receiving(wire.clone()),
        tokio_websockets_receiving(wire.clone()),
        websocket_sans_io_receiving(wire.clone(), text),
        sockudo_ws_receiving(wire.clone()),
    ]
}

/// All peers that send with fresh random keys.
pub(crate) fn sending(payload: &'static [u8]) -> Vec<Contender<'static>> {
    vec![
        tungstenite_sending(payload),
        fastwebsockets_sending(payload),
        tokio_websockets_sending(payload),
        sockudo_ws_sending(payload),
        sockudo_ws_sending_with_our_keys(payload),
    ]
}

fn tungstenite_receiving(wire: Wire) -> Contender<'static> {
    let config = WebSocketConfig::default()
        .max_message_size(None)
        .max_frame_size(None);
    let mut socket =
        tungstenite::WebSocket::from_raw_socket(wire, TungsteniteRole::Server, Some(config));
    Contender::new("tungstenite", move |messages| {
        let mut sum = 0;
        for _ in 0..messages {
            match socket.read().expect("a message") {
                tungstenite::Message::Binary(payload) => consume(&payload, &mut sum),
                tungstenite::Message::Text(payload) => consume(payload.as_bytes(), &mut sum),
                other => panic!("{other:?}"),
            }
        }
        std::hint::black_box(sum);
    })
}

fn fastwebsockets_receiving(wire: Wire) -> Contender<'static> {
    let socket = FastWebSocket::after_handshake(Ready(wire), fastwebsockets::Role::Server);
    let mut socket = FragmentCollector::new(socket);
    Contender::new("fastwebsockets", move |messages| {
        let mut sum = 0;
        run(async {
            for _ in 0..messages {
                let frame = socket.read_frame().await.expect("a message");
                consume(&frame.payload, &mut sum);
            }
        });
        std::hint::black_box(sum);
    })
}

fn tokio_websockets_receiving(wire: Wire) -> Contender<'static> {
    let mut socket = ServerBuilder::new()
        .limits(Limits::unlimited())
        .serve(Ready(wire));
    Contender::new("tokio-websockets", move |messages| {
        let mut context = Context::from_waker(Waker::noop());
        let mut sum = 0;
        for _ in 0..messages {
            match Pin::new(&mut socket).poll_next(&mut context) {
                Poll::Ready(Some(Ok(message))) => consume(message.as_payload(), &mut sum),
                other => panic!("{other:?}"),
            }
        }
        std::hint::black_box(sum);
    })
}

/// It does not look at text, so its user has to.
fn websocket_sans_io_receiving(mut wire: Wire, text: bool) -> Contender<'static> {
    let mut decoder = WebsocketFrameDecoder::new();
    let mut buffer = vec![0; wire.burst_len()];
    let (mut at, mut end) = (0, 0);
    Contender::new("websocket-sans-io", move |messages| {
        let mut sum = 0;
        let mut left = messages;
        while left > 0 {
            let result = decoder.add_data(&mut buffer[at..end]).expect("a frame");
            let consumed = at..at + result.consumed_bytes;
            at = consumed.end;
            match result.event {
                Some(WebsocketFrameEvent::PayloadChunk { .. }) => {
                    let payload = &buffer[consumed];
                    // Bursts are whole frames, so a piece is a message.
                    assert!(!text || simdutf8::basic::from_utf8(payload).is_ok());
                    consume(payload, &mut sum);
                }
                Some(WebsocketFrameEvent::End { .. }) => left -= 1,
                Some(WebsocketFrameEvent::Start { .. }) => {}
                None if consumed.is_empty() => {
                    let arrived = wire.arrived(buffer.len());
                    (at, end) = (0, arrived.len());
                    buffer[..end].copy_from_slice(arrived);
                }
                None => {}
            }
        }
        std::hint::black_box(sum);
    })
}

fn sockudo_ws_receiving(mut wire: Wire) -> Contender<'static> {
    let mut protocol = Protocol::new(sockudo_ws::Role::Server, usize::MAX >> 1, usize::MAX >> 1);
    let mut buffer = BytesMut::with_capacity(wire.burst_len());
    let mut parsed = Vec::new();
    let mut next = 0;
    Contender::new("sockudo-ws", move |messages| {
        let mut sum = 0;
        let mut left = messages;
        while left > 0 {
            if next == parsed.len() {
                parsed.clear();
                buffer.extend_from_slice(wire.arrived(wire.burst_len()));
                protocol
                    .process_into(&mut buffer, &mut parsed)
                    .expect("frames");
                next = 0;
            }
            let now = (parsed.len() - next).min(usize::try_from(left).unwrap_or(usize::MAX));
            for message in &parsed[next..next + now] {
                consume(message.as_bytes(), &mut sum);
            }
            next += now;
            left -= now as u64;
        }
        std::hint::black_box(sum);
    })
}

fn tungstenite_sending(payload: &'static [u8]) -> Contender<'static> {
    let mut socket = tungstenite::WebSocket::from_raw_socket(Sink, TungsteniteRole::Client, None);
    let payload = Bytes::from_static(payload);
    Contender::new("tungstenite", move |messages| {
        for _ in 0..messages {
            let message = tungstenite::Message::Binary(payload.clone());
            socket.write(message).expect("a sink");
        }
    })
}

fn fastwebsockets_sending(payload: &'static [u8]) -> Contender<'static> {
    let mut socket = FastWebSocket::after_handshake(Ready(Sink), fastwebsockets::Role::Client);
    Contender::new("fastwebsockets", move |messages| {
        run(async {
            for _ in 0..messages {
                let frame = Frame::binary(Payload::Borrowed(payload));
                socket.write_frame(frame).await.expect("a sink");
            }
        });
    })
}

fn tokio_websockets_sending(payload: &'static [u8]) -> Contender<'static> {
    let mut socket = ClientBuilder::new().take_over(Ready(Sink));
    let payload = Bytes::from_static(payload);
    Contender::new("tokio-websockets", move |messages| {
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..messages {
            let mut socket = Pin::new(&mut socket);
            assert!(socket.as_mut().poll_ready(&mut context).is_ready());
            let message = tokio_websockets::Message::binary(payload.clone());
            socket.start_send(message).expect("a sink");
        }
    })
}

fn sockudo_ws_sending(payload: &'static [u8]) -> Contender<'static> {
    let mut protocol = Protocol::new(sockudo_ws::Role::Client, usize::MAX >> 1, usize::MAX >> 1);
    let message = sockudo_ws::Message::Binary(Bytes::from_static(payload));
    let mut buffer = BytesMut::with_capacity((64 << 10) + payload.len());
    Contender::new("sockudo-ws", move |messages| {
        for _ in 0..messages {
            protocol
                .encode_message(&message, &mut buffer)
                .expect("a frame");
            if buffer.len() >= 64 << 10 {
                Sink.write_all(&buffer).expect("a sink");
                buffer.clear();
            }
        }
    })
}

/// A contender that no peer is as it comes: see [`sockudo_ws_sending_with_our_keys`].
pub(crate) const OUR_KEYS: &str = "sockudo-ws, our keys";

/// sockudo-ws's frames with keys like ours, which nobody can foresee.
fn sockudo_ws_sending_with_our_keys(payload: &'static [u8]) -> Contender<'static> {
    let mut buffer = BytesMut::with_capacity((64 << 10) + payload.len());
    let mut keys = super::ours::keys();
    Contender::new(OUR_KEYS, move |messages| {
        for _ in 0..messages {
            let key = keys.next_u32().to_ne_bytes();
            encode_frame(&mut buffer, OpCode::Binary, payload, true, Some(key));
            if buffer.len() >= 64 << 10 {
                Sink.write_all(&buffer).expect("a sink");
                buffer.clear();
            }
        }
    })
}
