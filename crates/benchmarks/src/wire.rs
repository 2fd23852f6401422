//! The network, in memory: bytes to receive without end, and a place for bytes that were sent.

use std::hint::black_box;
use std::io::{self, Read, Write};

/// Bytes of frames on the wire before they repeat, if that is at least four frames: more than the first cache holds.
const LAP: usize = 256 << 10;

/// Bytes that arrive at once, if that is at least one frame.
const BURST: usize = 64 << 10;

/// Frames that come again and again, in bursts of whole frames.
#[derive(Clone)]
pub struct Wire {
    bytes: Box<[u8]>,
    burst: usize,
    at: usize,
}

impl Wire {
    /// Masked frames of a client, each with one message and its own key; `first_byte` is that of each frame.
    pub fn of_client(first_byte: u8, payload: &[u8]) -> Self {
        let len = frame(first_byte, Some([0; 4]), payload).len();
        let frames_a_burst = (BURST / len).max(1);
        let bursts = (LAP / (frames_a_burst * len)).max(4);
        let mut key = random_keys();
        let bytes: Vec<u8> = (0..frames_a_burst * bursts)
            .flat_map(|_| frame(first_byte, Some(key()), payload))
            .collect();
        Self {
            bytes: bytes.into(),
            burst: frames_a_burst * len,
            at: 0,
        }
    }

    /// The most bytes that arrive at once: a whole number of frames.
    pub const fn burst_len(&self) -> usize {
        self.burst
    }

    /// What has arrived, at most `room` bytes of it; the caller copies it once, as a socket would.
    #[inline]
    pub fn arrived(&mut self, room: usize) -> &[u8] {
        let left_of_burst = self.burst - self.at % self.burst;
        let start = self.at;
        let end = start + left_of_burst.min(room);
        self.at = if end == self.bytes.len() { 0 } else { end };
        &self.bytes[start..end]
    }
}

impl Read for Wire {
    #[inline]
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let arrived = self.arrived(room.len());
        room[..arrived.len()].copy_from_slice(arrived);
        Ok(arrived.len())
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes all that is sent and forgets it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sink;

impl Write for Sink {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        black_box(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Sink {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }
}

/// What every receiving contender does with a payload.
#[inline]
pub fn consume(payload: &[u8], sum: &mut u64) {
    if let [first, .., last] = payload {
        *sum = sum.wrapping_add(payload.len() as u64 + u64::from(*first ^ *last));
    }
}

/// A frame, written byte by byte from RFC 6455 section 5.2.
pub fn frame(first_byte: u8, key: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let mask_bit = if key.is_some() { 0x80 } else { 0 };
    let mut frame = vec![first_byte];
    match payload.len() {
        len @ 0..=125 => frame.push(mask_bit | len as u8),
        len @ 126..=0xFFFF => {
            frame.push(mask_bit | 126);
            frame.extend((len as u16).to_be_bytes());
        }
        len => {
            frame.push(mask_bit | 127);
            frame.extend((len as u64).to_be_bytes());
        }
    }
    let key = key.inspect(|key| frame.extend(key)).unwrap_or_default();
    frame.extend(
        payload
            .iter()
            .zip(key.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
    frame
}

/// What messages consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Any bytes.
    Binary,
    /// Letters of one byte.
    Ascii,
    /// Letters of one to four bytes.
    Mixed,
}

/// `len` bytes.
pub fn payload(content: Content, len: usize) -> Vec<u8> {
    match content {
        Content::Binary => {
            let mut key = random_keys();
            (0..len.div_ceil(4)).flat_map(|_| key()).take(len).collect()
        }
        Content::Ascii => (0..len).map(|index| b' ' + (index % 95) as u8).collect(),
        Content::Mixed => {
            let mut text = "Zoë trinkt Tee für 3 €, naïve 日本語 and 🦀. ".repeat(len / 50 + 1);
            let end = (0..=len)
                .rev()
                .find(|&end| text.is_char_boundary(end))
                .unwrap_or(0);
            text.truncate(end);
            text.extend(std::iter::repeat_n('.', len - end));
            text.into_bytes()
        }
    }
}

/// Keys that repeat in no pattern that a processor could learn (a linear congruential generator).
fn random_keys() -> impl FnMut() -> [u8; 4] {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 32) as u32).to_le_bytes()
    }
}
