//! The checks that .NET makes after every action (section 5 of the specification), as a function.

use crate::abi::*;
use crate::{Action, Block, Memory};

/// What a handle was created with, as far as the rules need it.
pub struct Rules<'a> {
    /// The allocated block.
    pub block: &'a Block,
    /// Receive buffer size.
    pub receive_buffer: u32,
    /// Send buffer size.
    pub send_buffer: u32,
}

impl Rules<'_> {
    /// Checks `action`, for which `capacity` zeroed buffers were offered, while `payload` is pinned for the running send.
    ///
    /// # Errors
    /// The first rule that does not hold.
    pub fn check(
        &self,
        action: &Action,
        capacity: u32,
        payload: Option<Memory>,
    ) -> Result<(), String> {
        let broken = |rule: u32, what: &str| Err(format!("rule {rule}: {what}: {action:02x?}"));
        if action.count > capacity {
            return broken(1, "more buffers than were offered");
        }
        let sending = matches!(
            action.action,
            WEB_SOCKET_SEND_TO_NETWORK_ACTION | WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION
        );
        let checked = if sending { action.count } else { capacity };
        if !action.untouched_from(action.count as usize) {
            return broken(2, "a buffer beyond the count was written");
        }
        for index in 0..checked as usize {
            let (pointer, length) = action.data(index);
            if pointer.is_null() {
                continue;
            }
            let pinned = payload.is_some_and(|payload| {
                let start = payload.pointer().addr();
                pointer.addr() >= start
                    && pointer.addr() + length as usize <= start + payload.length() as usize
            });
            if !self.block.contains(pointer, length as usize) && !pinned {
                return broken(3, "a pointer leads outside block and payload");
            }
            if length > self.receive_buffer.max(self.send_buffer) && !(pinned && sending) {
                return broken(4, "a buffer longer than both sizes");
            }
        }
        let native = |index| {
            let (pointer, length) = action.data(index);
            self.block.contains(pointer, length as usize)
        };
        let standard =
            WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE..=WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE;
        if action.buffer_type != 0 && !standard.contains(&action.buffer_type) {
            return broken(5, "an unknown buffer type");
        }
        match action.action {
            WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION
                if action.count != 1 || !native(0) || action.data(0).1 == 0 =>
            {
                broken(6, "a read needs one native buffer with room")
            }
            WEB_SOCKET_SEND_TO_NETWORK_ACTION if action.count > 0 && !native(0) => {
                broken(6, "the first buffer to write must be native")
            }
            WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION
                if action.data(0).1 > self.receive_buffer =>
            {
                broken(6, "more data than the receive buffer holds")
            }
            WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION
                if action.buffer_type == WEB_SOCKET_CLOSE_BUFFER_TYPE
                    && !action.close(0).0.is_null()
                    && !native(0) =>
            {
                broken(7, "a close reason outside the block")
            }
            _ => Ok(()),
        }
    }
}
