//! Our engine and our Rust API, and the limit program.

use std::io::Write;

use benchmarks::{Contender, Sink, Wire, consume};
use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use websocket_component::{
    Action, BufferType, Component, Config, Header, Indication, Memory, Message, Queue, Role,
    thread_random,
};
use ws_mask::mask_in_place;
use ws_proto::{Event, FrameHeader, OpCode, ReceiveOptions, Receiver, encode_frame};

use super::{COMPONENT, ENGINE, LIMIT};

/// Bytes of the engine's send buffer, if that is at least one frame.
const SEND_BUFFER: usize = 64 << 10;

/// Headers read by hand, one copy, the widest vectors, `simdutf8`; every frame is whole and is what was expected.
pub(crate) fn limit(mut wire: Wire, text: bool) -> Contender<'static> {
    let mut buffer = vec![0; wire.burst_len()];
    let (mut at, mut end) = (0, 0);
    Contender::new(LIMIT, move |messages| {
        let mut sum = 0;
        for _ in 0..messages {
            if at == end {
                let arrived = wire.arrived(buffer.len());
                (at, end) = (0, arrived.len());
                buffer[..end].copy_from_slice(arrived);
            }
            let head = &buffer[at..end];
            assert_eq!(head[0], if text { 0x81 } else { 0x82 });
            let (len, header) = match head[1] & 0x7F {
                126 => (usize::from(u16::from_be_bytes([head[2], head[3]])), 4),
                127 => {
                    let len = head[2..10]
                        .first_chunk()
                        .map_or(0, |len| u64::from_be_bytes(*len));
                    (len as usize, 10)
                }
                len => (usize::from(len), 2),
            };
            let key = head[header..].first_chunk().copied().unwrap_or_default();
            let start = at + header + 4;
            at = start + len;
            let payload = &mut buffer[start..at];
            mask_in_place(payload, key);
            if text {
                assert!(simdutf8::basic::from_utf8(payload).is_ok());
            }
            consume(payload, &mut sum);
        }
        std::hint::black_box(sum);
    })
}

/// `ws_proto::Receiver` over a buffer of `room` bytes; what does not fit is handed out in pieces.
pub(crate) fn engine(mut wire: Wire, room: usize) -> Contender<'static> {
    let mut receiver = Receiver::new(ReceiveOptions::new(Role::Server));
    let mut buffer = vec![0; room];
    let (mut start, mut end) = (0, 0);
    Contender::new(ENGINE, move |messages| {
        let mut sum = 0;
        let mut left = messages;
        while left > 0 {
            match receiver.receive(&mut buffer[start..end], usize::MAX) {
                Ok((consumed, Event::Data(data))) => {
                    consume(data.payload, &mut sum);
                    left -= u64::from(data.last);
                    start += consumed;
                }
                Ok((consumed, Event::NeedMore)) => {
                    buffer.copy_within(start + consumed..end, 0);
                    end -= start + consumed;
                    start = 0;
                    let arrived = wire.arrived(buffer.len() - end);
                    buffer[end..end + arrived.len()].copy_from_slice(arrived);
                    end += arrived.len();
                }
                other => panic!("{other:?}"),
            }
        }
        std::hint::black_box(sum);
    })
}

/// A component whose payloads belong to somebody else.
struct Borrowed;

impl Memory for Borrowed {
    type Block = Box<[u8]>;
    type Payload = &'static [u8];
    type Target = Vec<u8>;
    type Context = ();

    fn allocate(len: usize) -> Option<Box<[u8]>> {
        Some(vec![0; len].into_boxed_slice())
    }
}

const ACCEPT: [(&str, &str); 4] = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

fn open_server(receive_buffer_size: usize) -> Component<Borrowed> {
    let mut component = Component::server(Config {
        receive_buffer_size: u32::try_from(receive_buffer_size).expect("a buffer below 4 GiB"),
        ..Config::new(Role::Server)
    })
    .expect("a server");
    let request = ACCEPT.iter().map(|(name, value)| Header {
        name: name.as_bytes(),
        value: value.as_bytes(),
    });
    component
        .begin_server_handshake(request, None, &[])
        .expect("a handshake");
    component
}

fn open_client(send_buffer_size: usize) -> Component<Borrowed> {
    let mut component = Component::client(Config {
        send_buffer_size: u32::try_from(send_buffer_size).expect("a buffer below 4 GiB"),
        ..Config::new(Role::Client)
    })
    .expect("a client");
    let request = component
        .begin_client_handshake(&[], &[])
        .expect("a handshake");
    let mut server = Component::<Borrowed>::server(Config::new(Role::Server)).expect("a server");
    let request = request.iter().map(|header| Header {
        name: header.name.as_bytes(),
        value: header.value.as_bytes(),
    });
    let response = server
        .begin_server_handshake(request, None, &[])
        .expect("a handshake");
    let response = response.iter().map(|header| Header {
        name: header.name.as_bytes(),
        value: header.value.as_bytes(),
    });
    component
        .end_client_handshake(response)
        .expect("a handshake");
    component
}

/// The safe Rust API with a receive buffer of `room` bytes: one receive operation a message, or a piece of one.
pub(crate) fn component(mut wire: Wire, room: usize) -> Contender<'static> {
    let mut component = open_server(room);
    Contender::new(COMPONENT, move |messages| {
        let mut sum = 0;
        let mut left = messages;
        while left > 0 {
            component.receive(None, ()).expect("an open connection");
            loop {
                match component.next_action(Queue::Receive, 1) {
                    Ok(Action::ReceiveFromNetwork { id, space, .. }) => {
                        let arrived = wire.arrived(space.len());
                        space[..arrived.len()].copy_from_slice(arrived);
                        let read = arrived.len();
                        component.complete_action(id, read);
                    }
                    Ok(Action::IndicateReceiveComplete {
                        id,
                        indication: Indication::Data { kind, bytes },
                        ..
                    }) => {
                        consume(bytes.unwrap_or_default(), &mut sum);
                        left -= u64::from(kind == BufferType::BinaryMessage);
                        component.complete_action(id, 0);
                        break;
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        std::hint::black_box(sum);
    })
}

/// Masking keys as the Rust API draws them.
pub(crate) fn keys() -> ChaCha12Rng {
    let mut seed = [0; 32];
    thread_random(&mut seed).expect("random bytes");
    ChaCha12Rng::from_seed(seed)
}

/// `ws_proto::encode_frame` with keys as the Rust API draws them: from ChaCha12, seeded by the system.
pub(crate) fn engine_sending(payload: &'static [u8]) -> Contender<'static> {
    let mut buffer = vec![0; SEND_BUFFER.max(payload.len() + FrameHeader::MAX_LEN)];
    let mut keys = keys();
    let mut at = 0;
    Contender::new(ENGINE, move |messages| {
        for _ in 0..messages {
            let header = FrameHeader {
                fin: true,
                rsv: 0,
                opcode: OpCode::BINARY,
                mask: Some(keys.next_u32().to_ne_bytes()),
                payload_len: payload.len() as u64,
            };
            if buffer.len() - at < payload.len() + FrameHeader::MAX_LEN {
                Sink.write_all(&buffer[..at]).expect("a sink");
                at = 0;
            }
            at += encode_frame(&mut buffer[at..], &header, payload);
        }
    })
}

/// The safe Rust API: one send operation a message.
pub(crate) fn component_sending(payload: &'static [u8]) -> Contender<'static> {
    let mut component = open_client(payload.len() + 16);
    Contender::new(COMPONENT, move |messages| {
        for _ in 0..messages {
            component
                .send(Message::binary(payload), ())
                .expect("an open connection");
            loop {
                let (id, bytes) = match component.next_action(Queue::Send, 1) {
                    Ok(Action::SendToNetwork { id, buffers, .. }) => {
                        buffers
                            .iter()
                            .for_each(|piece| Sink.write_all(piece).expect("a sink"));
                        (id, buffers.total_len())
                    }
                    Ok(Action::IndicateSendComplete { id, .. }) => (id, 0),
                    Ok(Action::None) => break,
                    other => panic!("{other:?}"),
                };
                component.complete_action(id, bytes);
                if bytes == 0 {
                    break;
                }
            }
        }
    })
}
