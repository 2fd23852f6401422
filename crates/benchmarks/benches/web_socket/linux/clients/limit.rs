//! The least that any program must do: the bytes of a frame that was made before, and a count of the bytes that come.

use std::io::{Read, Write};

use benchmarks::frame;

use super::{Way, upgraded, upgraded_stream};
use crate::linux::server::PIECE;
use crate::linux::turns::Latencies;

const KEY: [u8; 4] = [0x12, 0x34, 0x56, 0x78];

/// A round trip of a message of this length, and again.
pub(crate) fn echo(port: u16, payload: &'static [u8]) -> impl FnMut() {
    let mut stream = upgraded(port, "/echo");
    let out = frame(0x82, Some(KEY), payload);
    let mut answer = vec![0; out.len() - KEY.len()];
    move || {
        stream.write_all(&out).expect("sent");
        stream.read_exact(&mut answer).expect("received");
    }
}

/// Messages of 64 KiB, and a sign that all have come.
pub(crate) fn one_way(port: u16, secure: bool, way: Way) -> impl FnMut(u64, &mut Latencies) {
    let mut stream = upgraded_stream(port, secure, way.path());
    let out = frame(0x82, Some(KEY), &[7; PIECE]);
    let mut buffer = vec![0; PIECE];
    move |count, _| {
        let mut left = match way {
            Way::Sending => {
                for _ in 0..count {
                    stream.write_all(&out).expect("sent");
                }
                let end = frame(0x81, Some(KEY), b"end");
                stream.write_all(&end).expect("sent");
                end.len() - KEY.len()
            }
            Way::Receiving => {
                let demand = frame(0x81, Some(KEY), count.to_string().as_bytes());
                stream.write_all(&demand).expect("sent");
                (out.len() - KEY.len()) * count as usize
            }
        };
        stream.flush().expect("sent");
        while left > 0 {
            let limit = left.min(buffer.len());
            let count = stream.read(&mut buffer[..limit]).expect("received");
            assert_ne!(count, 0, "the server closed the connection");
            left -= count;
        }
    }
}
