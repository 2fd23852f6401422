//! The asynchronous peers, on tokio's current-thread runtime.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use fastwebsockets::{FragmentCollector, Frame, Payload};
use futures_core::Stream;
use futures_sink::Sink;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tungstenite::protocol::{Role, WebSocketConfig};

use super::{SAMPLED, upgraded};
use crate::linux::chain::Chains;
use crate::linux::runtime;
use crate::linux::turns::Latencies;

/// One connection of a peer.
pub(crate) trait Peer: Sized + Send + 'static {
    fn new(stream: TcpStream) -> Self;

    /// Sends the message and waits for it to come back.
    fn round_trip(&mut self, payload: &'static [u8]) -> impl Future<Output = ()> + Send;
}

impl Peer for WebSocketStream<TcpStream> {
    fn new(stream: TcpStream) -> Self {
        let config = WebSocketConfig::default()
            .max_message_size(None)
            .max_frame_size(None);
        let made = pin!(Self::from_raw_socket(stream, Role::Client, Some(config)));
        match made.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(socket) => socket,
            Poll::Pending => unreachable!("the handshake is done"),
        }
    }

    async fn round_trip(&mut self, payload: &'static [u8]) {
        let message = tungstenite::Message::Binary(Bytes::from_static(payload));
        send(self, message).await;
        assert_eq!(next(self).await.len(), payload.len());
    }
}

impl Peer for FragmentCollector<TcpStream> {
    fn new(stream: TcpStream) -> Self {
        let role = fastwebsockets::Role::Client;
        let mut socket = fastwebsockets::WebSocket::after_handshake(stream, role);
        socket.set_max_message_size(usize::MAX);
        Self::new(socket)
    }

    async fn round_trip(&mut self, payload: &'static [u8]) {
        let frame = Frame::binary(Payload::Borrowed(payload));
        self.write_frame(frame).await.expect("sent");
        let answer = self.read_frame().await.expect("a message");
        assert_eq!(answer.payload.len(), payload.len());
    }
}

impl Peer for tokio_websockets::WebSocketStream<TcpStream> {
    fn new(stream: TcpStream) -> Self {
        tokio_websockets::ClientBuilder::new()
            .limits(tokio_websockets::Limits::unlimited())
            .take_over(stream)
    }

    async fn round_trip(&mut self, payload: &'static [u8]) {
        let message = tokio_websockets::Message::binary(Bytes::from_static(payload));
        send(self, message).await;
        assert_eq!(next(self).await.as_payload().len(), payload.len());
    }
}

async fn send<M>(sink: &mut (impl Sink<M, Error: std::fmt::Debug> + Unpin), message: M) {
    poll_fn(|cx| Pin::new(&mut *sink).poll_ready(cx))
        .await
        .expect("ready");
    Pin::new(&mut *sink).start_send(message).expect("taken");
    poll_fn(|cx| Pin::new(&mut *sink).poll_flush(cx))
        .await
        .expect("sent");
}

async fn next<M, E: std::fmt::Debug>(stream: &mut (impl Stream<Item = Result<M, E>> + Unpin)) -> M {
    let message = poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await;
    message.expect("an open stream").expect("a message")
}

/// So many connections, each with one message on its way.
pub(crate) fn chains<P: Peer>(
    port: u16,
    count: usize,
    payload: &'static [u8],
) -> impl FnMut(u64, &mut Latencies) {
    let runtime = runtime();
    let mut sockets: Vec<P> = (0..count)
        .map(|_| {
            let stream = upgraded(port, "/echo");
            stream.set_nonblocking(true).expect("a socket");
            let _inside = runtime.enter();
            P::new(TcpStream::from_std(stream).expect("a socket"))
        })
        .collect();
    let chains = Arc::new(Chains::default());
    move |count, latencies| {
        chains.announce(count, sockets.len());
        let running: Vec<_> = sockets
            .drain(..)
            .enumerate()
            .map(|(index, mut socket)| {
                let chains = Arc::clone(&chains);
                runtime.spawn(async move {
                    while let Some(start) = chains.next() {
                        socket.round_trip(payload).await;
                        if index.is_multiple_of(SAMPLED) {
                            chains.since(start);
                        }
                    }
                    socket
                })
            })
            .collect();
        runtime.block_on(async {
            for running in running {
                sockets.push(running.await.expect("no panic"));
            }
        });
        *latencies = chains.wait();
    }
}
