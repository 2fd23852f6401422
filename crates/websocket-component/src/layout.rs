//! Where things are in the block (spec section 5):
//!
//! ```text
//! 0          RBS                                  RBS+SBS         RBS+SBS+144
//! | receive  | header slot | masked payload ...   | pong, or a    |
//! | area     |             |                      | large Close   |
//! ```
//!
//! A pong and a data frame have room of their own, so that both may be outstanding. The header is written right-aligned
//! in its slot: header and payload are one piece.

use std::ops::Range;

use crate::{Config, Error};

/// Bytes of the block behind the two areas: room for one control frame (131 at most).
pub const CONTROL_LEN: usize = 144;

/// Room for the header of a masked frame (14) and two bytes to spare.
const HEADER_SLOT: usize = 16;

/// From this send area size on, frames longer than 125 bytes fit behind a full header slot.
const FULL_SLOT_FROM: usize = HEADER_SLOT + 126;

/// Header of a masked frame of at most 125 bytes.
const SHORT_MASKED_HEADER: usize = 6;

/// Where a component keeps what, as offsets in its block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    receive_len: u32,
    send_len: u32,
}

impl Layout {
    pub(crate) fn new<B>(config: &Config<B>) -> Result<(Self, usize), Error> {
        let layout = Self {
            receive_len: config.receive_buffer_size,
            send_len: config.send_buffer_size,
        };
        let len = (layout.receive_len as usize)
            .checked_add(layout.send_len as usize)
            .and_then(|len| len.checked_add(CONTROL_LEN))
            .filter(|&len| isize::try_from(len).is_ok())
            .ok_or(Error::OutOfMemory)?;
        Ok((layout, len))
    }

    #[inline]
    pub(crate) const fn receive_len(&self) -> usize {
        self.receive_len as usize
    }

    const fn send_len(&self) -> usize {
        self.send_len as usize
    }

    /// Largest payload of one masked frame.
    #[inline]
    pub(crate) const fn masked_payload_len(&self) -> usize {
        if self.send_len() < FULL_SLOT_FROM {
            let room = self.send_len() - SHORT_MASKED_HEADER;
            if room < 125 { room } else { 125 }
        } else {
            self.send_len() - HEADER_SLOT
        }
    }

    /// The send area from the place where a header of `header_len` bytes begins to the end of `payload_len` bytes of
    /// payload behind it.
    #[inline]
    pub(crate) const fn data_frame(&self, header_len: usize, payload_len: usize) -> Range<usize> {
        let slot = if self.send_len() < FULL_SLOT_FROM && payload_len > 0 {
            SHORT_MASKED_HEADER
        } else {
            HEADER_SLOT
        };
        let start = self.receive_len() + slot - header_len;
        start..start + header_len + payload_len
    }

    /// Whether a masked Close with `payload_len` bytes (code and reason) fits the send area.
    pub(crate) const fn close_fits(&self, payload_len: usize) -> bool {
        payload_len <= self.masked_payload_len()
    }

    /// The first `len` bytes of the control area.
    pub(crate) const fn control_frame(&self, len: usize) -> Range<usize> {
        let start = self.receive_len() + self.send_len();
        start..start + len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(send_len: u32) -> Layout {
        Layout {
            receive_len: 256,
            send_len,
        }
    }

    #[test]
    fn every_masked_frame_stays_inside_the_send_area() {
        for send_len in 16..400 {
            let layout = layout(send_len);
            for payload_len in 0..=layout.masked_payload_len() {
                let header_len = if payload_len > 125 { 8 } else { 6 };
                let frame = layout.data_frame(header_len, payload_len);
                assert!(frame.start >= 256, "{send_len} {payload_len}");
                assert!(
                    frame.end <= 256 + send_len as usize,
                    "{send_len} {payload_len}"
                );
            }
            // Headers alone: up to 14 bytes when the payload is the caller's own.
            assert!(layout.data_frame(14, 0).end <= 256 + send_len as usize);
        }
    }

    #[test]
    fn capacities_of_the_specification() {
        assert_eq!(layout(16).masked_payload_len(), 10);
        assert_eq!(layout(141).masked_payload_len(), 125);
        assert_eq!(layout(142).masked_payload_len(), 126);
        assert_eq!(layout(256).masked_payload_len(), 240);
        assert_eq!(layout(4096).masked_payload_len(), 4080);
    }
}
