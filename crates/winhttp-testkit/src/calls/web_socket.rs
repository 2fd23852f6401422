//! The WebSocket functions. They return the error's number themselves (facts 17.8).

use std::ptr::null_mut;

use super::{Handle, RawHandle, created, hinternet, number, prepare};
use crate::code::Outcome;
use crate::raw;

/// WinHttpWebSocketCompleteUpgrade.
#[track_caller]
pub fn complete_upgrade(request: RawHandle, context: usize) -> Outcome<Handle> {
    prepare();
    // SAFETY: takes numbers only.
    created(unsafe { raw::WinHttpWebSocketCompleteUpgrade(hinternet(request), context) })
}

/// WinHttpWebSocketSend. The data is static, because an asynchronous send uses it until it is complete. `length` is what is
/// said about it.
pub fn web_socket_send(
    socket: RawHandle,
    kind: u32,
    data: Option<&'static [u8]>,
    length: u32,
) -> Outcome {
    assert!(data.is_none_or(|data| data.len() >= length as usize));
    let data = data.map_or(null_mut(), |data| data.as_ptr().cast_mut().cast());
    // SAFETY: the data is at least as long as said, or NULL.
    number(unsafe { raw::WinHttpWebSocketSend(hinternet(socket), kind as i32, data, length) })
}

/// WinHttpWebSocketReceive. The buffer must stay untouched until the operation is complete: see [`lasting`](super::lasting).
pub fn web_socket_receive(
    socket: RawHandle,
    buffer: Option<&mut [u8]>,
    length: u32,
    read: Option<&mut u32>,
    kind: Option<&mut i32>,
) -> Outcome {
    assert!(
        buffer
            .as_ref()
            .is_none_or(|buffer| buffer.len() >= length as usize)
    );
    // SAFETY: the buffer is at least as long as said, or NULL; that it lasts is the caller's promise.
    number(unsafe {
        raw::WinHttpWebSocketReceive(
            hinternet(socket),
            buffer.map_or(null_mut(), |buffer| buffer.as_mut_ptr().cast()),
            length,
            read.map_or(null_mut(), |read| read),
            kind.map_or(null_mut(), |kind| kind),
        )
    })
}

/// WinHttpWebSocketShutdown.
pub fn web_socket_shutdown(
    socket: RawHandle,
    status: u16,
    reason: Option<&[u8]>,
    length: u32,
) -> Outcome {
    assert!(reason.is_none_or(|reason| reason.len() >= length as usize));
    let reason = reason.map_or(null_mut(), |reason| reason.as_ptr().cast_mut().cast());
    // SAFETY: the reason is at least as long as said, or NULL, and is needed during the call only.
    number(unsafe { raw::WinHttpWebSocketShutdown(hinternet(socket), status, reason, length) })
}

/// WinHttpWebSocketClose.
pub fn web_socket_close(
    socket: RawHandle,
    status: u16,
    reason: Option<&[u8]>,
    length: u32,
) -> Outcome {
    assert!(reason.is_none_or(|reason| reason.len() >= length as usize));
    let reason = reason.map_or(null_mut(), |reason| reason.as_ptr().cast_mut().cast());
    // SAFETY: the reason is at least as long as said, or NULL, and is needed during the call only.
    number(unsafe { raw::WinHttpWebSocketClose(hinternet(socket), status, reason, length) })
}

/// WinHttpWebSocketQueryCloseStatus.
pub fn web_socket_close_status(
    socket: RawHandle,
    status: Option<&mut u16>,
    reason: Option<&mut [u8]>,
    length: u32,
    consumed: Option<&mut u32>,
) -> Outcome {
    assert!(
        reason
            .as_ref()
            .is_none_or(|reason| reason.len() >= length as usize)
    );
    // SAFETY: the reason's room is at least as long as said, or NULL; the outputs are valid or NULL.
    number(unsafe {
        raw::WinHttpWebSocketQueryCloseStatus(
            hinternet(socket),
            status.map_or(null_mut(), |status| status),
            reason.map_or(null_mut(), |reason| reason.as_mut_ptr().cast()),
            length,
            consumed.map_or(null_mut(), |consumed| consumed),
        )
    })
}
