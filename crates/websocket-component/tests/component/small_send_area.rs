//! The smallest send areas: every frame stays inside, and the server reads what the client meant.

use websocket_component::{BufferType, Config, Message, Role};

use crate::support::{End, Seen, exchange, open_pair};

/// Around each change of the layout under Miri, else all.
fn sizes() -> Vec<u32> {
    (16..=160)
        .filter(|size| !cfg!(miri) || matches!(size, 16 | 131 | 132 | 141 | 142 | 160))
        .collect()
}

fn lengths(limit: usize) -> impl Iterator<Item = usize> {
    let step = if cfg!(miri) { 61 } else { 1 };
    (0..=limit).step_by(step)
}

fn pair(send_buffer_size: u32, max_buffers: usize) -> [End; 2] {
    let client = Config {
        send_buffer_size,
        receive_buffer_size: 256,
        ..Config::new(Role::Client)
    };
    let (client, server) = open_pair(client, Config::new(Role::Server), &[]);
    let mut client = End::new(client).receiving();
    client.max_buffers = max_buffers;
    [client, End::new(server).receiving()]
}

#[test]
fn every_close_reason_arrives() {
    for size in sizes() {
        for len in lengths(123) {
            // One buffer and two in turn.
            let [mut client, mut server] = pair(size, 1 + len % 2);
            let reason: String = ('a'..='z').cycle().take(len).collect();
            client
                .component
                .send(Message::close(1000, reason.as_str()), 1)
                .expect("open");
            exchange(&mut client, &mut server);
            assert_eq!(
                server.take_indications(),
                [Seen::Close(1000, Some(reason.into_bytes()), 1)],
                "send area {size}, reason {len}"
            );
        }
    }
}

#[test]
fn every_payload_arrives() {
    for size in sizes() {
        let [mut client, mut server] = pair(size, 2);
        for len in lengths(300) {
            client.max_buffers = 1 + len % 2;
            let payload: Vec<u8> = (0..len).map(|i| (i + len) as u8).collect();
            client
                .component
                .send(Message::binary(payload.clone()), 1)
                .expect("open");
            exchange(&mut client, &mut server);
            let mut joined = Vec::new();
            let mut last = None;
            for seen in server.take_indications() {
                let Seen::Data(kind, bytes, _) = seen else {
                    panic!("{seen:?}");
                };
                joined.extend(bytes);
                last = Some(kind);
            }
            assert_eq!(joined, payload, "send area {size}, {len} bytes");
            assert_eq!(last, Some(BufferType::BinaryMessage));
            assert_eq!(
                client.take_indications(),
                [Seen::Sent(BufferType::BinaryMessage, 1)],
                "one indication, however many frames"
            );
        }
    }
}

/// Frames are no longer than the send area less 16 bytes; below 142 bytes less 6, and at most 125.
#[test]
fn payloads_are_cut_where_the_specification_says() {
    for size in sizes() {
        let capacity = match size {
            142.. => size - 16,
            _ => (size - 6).min(125),
        } as usize;
        let [mut client, _] = pair(size, 2);
        let len = 3 * capacity + 1;
        client
            .component
            .send(Message::binary(vec![0; len]), 1)
            .expect("open");
        client.run().expect("no error");
        let frames: Vec<usize> = client
            .seen
            .iter()
            .filter_map(|seen| match seen {
                Seen::Wrote { bytes, .. } if bytes[1] & 0x7F == 126 => Some(bytes.len() - 8),
                Seen::Wrote { bytes, .. } => Some(bytes.len() - 6),
                _ => None,
            })
            .collect();
        assert_eq!(
            frames,
            [capacity, capacity, capacity, 1],
            "send area {size}"
        );
    }
}
