//! What one `WebSocketGetAction` answered: all six outputs, and whether memory that should be left alone was.

use std::mem::{offset_of, size_of};

use crate::abi::{
    WEB_SOCKET_ACTION, WEB_SOCKET_BUFFER, WEB_SOCKET_BUFFER_CLOSE_STATUS, WEB_SOCKET_BUFFER_DATA,
    WEB_SOCKET_BUFFER_TYPE, WEB_SOCKET_CLOSE_BUFFER_TYPE,
    WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION, WEB_SOCKET_NO_ACTION,
};
use crate::hresult::{HRESULT, S_OK};

/// Most buffers that [`crate::Endpoint::get_action_with`] can offer.
pub const MAX_BUFFERS: usize = 4;
/// What the buffers are filled with before a call, unless the caller chooses.
pub const SENTINEL: u8 = 0xA5;

const SIZE: usize = size_of::<WEB_SOCKET_BUFFER>();

/// The array for `pDataBuffers`, every byte of it known, padding included.
#[repr(C, align(8))]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Buffers(pub(crate) [[u8; SIZE]; MAX_BUFFERS]);

/// The outputs of one `WebSocketGetAction`. Contexts are plain numbers here.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// The function's result.
    pub result: HRESULT,
    /// `*pAction`.
    pub action: WEB_SOCKET_ACTION,
    /// `*pulDataBufferCount` after the call.
    pub count: u32,
    /// `*pBufferType`.
    pub buffer_type: WEB_SOCKET_BUFFER_TYPE,
    /// `*pvApplicationContext`.
    pub application: usize,
    /// `*pvActionContext`.
    pub context: usize,
    pub(crate) buffers: Buffers,
    pub(crate) fill: u8,
}

impl Action {
    /// Whether all outputs say "nothing to do" and no buffer was touched, whatever the result.
    pub fn is_blank(&self) -> bool {
        self.action == WEB_SOCKET_NO_ACTION
            && self.count == 0
            && self.buffer_type == 0
            && self.application == 0
            && self.context == 0
            && self.untouched_from(0)
    }

    /// Whether this is `S_OK` with [`Self::is_blank`].
    pub fn is_nothing(&self) -> bool {
        self.result == S_OK && self.is_blank()
    }

    /// Whether the call left the buffers from `index` on alone.
    pub fn untouched_from(&self, index: usize) -> bool {
        self.buffers.0[index..]
            .iter()
            .flatten()
            .all(|&byte| byte == self.fill)
    }

    /// The bytes of the descriptor `index` itself.
    pub fn raw(&self, index: usize) -> [u8; SIZE] {
        self.buffers.0[index]
    }

    /// Whether the bytes of descriptor `index` that its view does not use are zero.
    pub fn unused_tail_is_zero(&self, index: usize) -> bool {
        let is_close = self.action == WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION
            && self.buffer_type == WEB_SOCKET_CLOSE_BUFFER_TYPE;
        let used = if is_close {
            offset_of!(WEB_SOCKET_BUFFER_CLOSE_STATUS, usStatus) + 2
        } else {
            offset_of!(WEB_SOCKET_BUFFER_DATA, ulBufferLength) + 4
        };
        self.buffers.0[index][used..].iter().all(|&byte| byte == 0)
    }

    /// Buffer `index` as `Data`: address and length.
    pub fn data(&self, index: usize) -> (*mut u8, u32) {
        // SAFETY: the array is aligned for its elements and every byte is initialised; `Data` is a view of plain bytes.
        let data = unsafe {
            std::ptr::from_ref(&self.buffers.0[index])
                .cast::<WEB_SOCKET_BUFFER_DATA>()
                .read()
        };
        (data.pbBuffer, data.ulBufferLength)
    }

    /// Buffer `index` as `CloseStatus`: address and length of the reason, and the status.
    pub fn close(&self, index: usize) -> (*mut u8, u32, u16) {
        // SAFETY: as in `data`.
        let close = unsafe {
            std::ptr::from_ref(&self.buffers.0[index])
                .cast::<WEB_SOCKET_BUFFER_CLOSE_STATUS>()
                .read()
        };
        (close.pbReason, close.ulReasonLength, close.usStatus)
    }

    /// What buffer `index` holds. Empty for NULL.
    pub fn bytes(&self, index: usize) -> Vec<u8> {
        let (pointer, length) = self.data(index);
        if pointer.is_null() {
            return Vec::new();
        }
        // SAFETY: the library says that these bytes are there until the action is completed; a test that asks later
        // gets what it deserves, as an application would.
        unsafe { std::slice::from_raw_parts(pointer, length as usize) }.to_vec()
    }

    /// Sum of the lengths of the buffers: what to complete a write with.
    pub fn total(&self) -> u32 {
        (0..self.count as usize)
            .map(|index| self.data(index).1)
            .sum()
    }

    /// All buffers in a row: what goes on the wire.
    pub fn wire(&self) -> Vec<u8> {
        (0..self.count as usize)
            .flat_map(|index| self.bytes(index))
            .collect()
    }
}
