//! tungstenite on a blocking socket.

use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Bytes, Message, WebSocket};

use super::{Stream, Way, upgraded, upgraded_stream};
use crate::linux::server::PIECE;
use crate::linux::turns::Latencies;

fn client<S: Stream>(stream: S) -> WebSocket<S> {
    let config = WebSocketConfig::default()
        .max_message_size(None)
        .max_frame_size(None);
    WebSocket::from_raw_socket(stream, Role::Client, Some(config))
}

fn receive(socket: &mut WebSocket<impl Stream>) -> usize {
    socket.read().expect("a message").len()
}

/// A round trip of a message of this length, and again.
pub(crate) fn echo(port: u16, payload: &'static [u8]) -> impl FnMut() {
    let mut socket = client(upgraded(port, "/echo"));
    let payload = Bytes::from_static(payload);
    move || {
        socket.send(Message::Binary(payload.clone())).expect("sent");
        assert_eq!(receive(&mut socket), payload.len());
    }
}

/// Messages of 64 KiB, and a sign that all have come.
pub(crate) fn one_way(port: u16, secure: bool, way: Way) -> impl FnMut(u64, &mut Latencies) {
    let mut socket = client(upgraded_stream(port, secure, way.path()));
    let payload = Bytes::from_static(&[7; PIECE]);
    move |count, _| match way {
        Way::Sending => {
            for _ in 0..count {
                socket.send(Message::Binary(payload.clone())).expect("sent");
            }
            socket.send(Message::text("end")).expect("sent");
            assert_eq!(receive(&mut socket), 3);
        }
        Way::Receiving => {
            socket.send(Message::text(count.to_string())).expect("sent");
            for _ in 0..count {
                assert_eq!(receive(&mut socket), PIECE);
            }
        }
    }
}
