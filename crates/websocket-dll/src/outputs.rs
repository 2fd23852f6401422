//! Writing what callers get.

use std::ffi::c_void;
use std::ptr;

use websocket_component::{Action, ActionId, BufferType, Buffers, Indication};
use win32_abi::websocket::{
    WEB_SOCKET_ACTION, WEB_SOCKET_BUFFER, WEB_SOCKET_BUFFER_CLOSE_STATUS, WEB_SOCKET_BUFFER_TYPE,
    WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION, WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION,
    WEB_SOCKET_NO_ACTION, WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION,
    WEB_SOCKET_SEND_TO_NETWORK_ACTION,
};

use crate::memory::Context;
use crate::numbers::buffer_type;

/// Stores `value` unless the caller does not want it.
///
/// # Safety
/// `out` must be NULL or valid for a write.
#[inline]
pub(crate) unsafe fn store<T>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: not NULL, and valid by the caller's contract; need not be aligned.
        unsafe { out.write_unaligned(value) }
    }
}

/// The six outputs of `WebSocketGetAction`.
pub(crate) struct ActionOutputs {
    pub(crate) buffers: *mut WEB_SOCKET_BUFFER,
    pub(crate) count: *mut u32,
    pub(crate) action: *mut WEB_SOCKET_ACTION,
    pub(crate) kind: *mut WEB_SOCKET_BUFFER_TYPE,
    pub(crate) application_context: *mut *mut c_void,
    pub(crate) action_context: *mut *mut c_void,
}

impl ActionOutputs {
    /// Whether all that must be there is.
    pub(crate) fn are_complete(&self) -> bool {
        !(self.buffers.is_null()
            || self.count.is_null()
            || self.action.is_null()
            || self.kind.is_null()
            || self.action_context.is_null())
    }

    /// Stores "no action"; the buffers stay untouched.
    ///
    /// # Safety
    /// Each output must be NULL or valid for a write.
    pub(crate) unsafe fn clear(&self) {
        // SAFETY: the caller's contract.
        unsafe { self.set(WEB_SOCKET_NO_ACTION, 0, 0, None, None) }
    }

    /// # Safety
    /// As [`Self::clear`].
    #[inline(always)]
    unsafe fn set(
        &self,
        action: WEB_SOCKET_ACTION,
        kind: WEB_SOCKET_BUFFER_TYPE,
        count: u32,
        context: Option<&Context>,
        id: Option<ActionId>,
    ) {
        let context = context.map_or(ptr::null_mut(), |context| context.0);
        let id = ptr::without_provenance_mut(id.map_or(0, ActionId::value));
        // SAFETY: each is NULL or valid by the caller's contract.
        unsafe {
            store(self.count, count);
            store(self.action, action);
            store(self.kind, kind);
            store(self.application_context, context);
            store(self.action_context, id);
        }
    }

    /// Stores an action.
    ///
    /// # Safety
    /// As [`Self::clear`], and `buffers` must be valid for as many elements as the component was allowed to give.
    #[inline(always)]
    pub(crate) unsafe fn store(&self, action: Action<'_, Context>) {
        match action {
            // SAFETY: the caller's contract.
            Action::None => unsafe { self.clear() },
            Action::SendToNetwork {
                id,
                kind,
                context,
                buffers,
            } => {
                // SAFETY: one buffer is always allowed, a second one is given only if it was.
                let count = unsafe { self.store_buffers(buffers) };
                let kind = buffer_type(kind);
                // SAFETY: the caller's contract.
                unsafe {
                    self.set(
                        WEB_SOCKET_SEND_TO_NETWORK_ACTION,
                        kind,
                        count,
                        context,
                        Some(id),
                    )
                };
            }
            Action::IndicateSendComplete { id, kind, context } => {
                let kind = buffer_type(kind);
                // SAFETY: the caller's contract.
                unsafe {
                    self.set(
                        WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION,
                        kind,
                        0,
                        Some(context),
                        Some(id),
                    );
                }
            }
            Action::ReceiveFromNetwork { id, context, space } => {
                // SAFETY: the first buffer is always allowed.
                unsafe { self.store_buffer(0, space.as_mut_ptr(), space.len(), 0) };
                // SAFETY: the caller's contract.
                unsafe {
                    self.set(
                        WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION,
                        0,
                        1,
                        Some(context),
                        Some(id),
                    )
                };
            }
            Action::IndicateReceiveComplete {
                id,
                context,
                indication,
            } => {
                let (kind, bytes, status) = match indication {
                    Indication::Data { kind, bytes } => (buffer_type(kind), bytes, 0),
                    Indication::Close { status, reason } => {
                        (buffer_type(BufferType::Close), reason, status)
                    }
                    Indication::Pong => (buffer_type(BufferType::PingPong), None, 0),
                    Indication::Cancelled => (0, None, 0),
                };
                let (start, len) =
                    bytes.map_or((ptr::null(), 0), |bytes| (bytes.as_ptr(), bytes.len()));
                // SAFETY: the first buffer is always allowed.
                unsafe { self.store_buffer(0, start.cast_mut(), len, status) };
                // SAFETY: the caller's contract.
                unsafe {
                    self.set(
                        WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION,
                        kind,
                        1,
                        Some(context),
                        Some(id),
                    );
                }
            }
        }
    }

    /// # Safety
    /// `self.buffers` must be valid for as many elements as there are buffers.
    #[inline]
    unsafe fn store_buffers(&self, buffers: Buffers<'_>) -> u32 {
        let mut count = 0;
        for bytes in buffers.iter() {
            // SAFETY: the caller's contract.
            unsafe { self.store_buffer(count, bytes.as_ptr().cast_mut(), bytes.len(), 0) };
            count += 1;
        }
        count as u32
    }

    /// Writes one element, the bytes behind its last field included: callers that read the other view of the union find
    /// zeros there.
    ///
    /// # Safety
    /// `self.buffers` must be valid for writes of element `index`.
    #[inline]
    unsafe fn store_buffer(&self, index: usize, start: *mut u8, len: usize, status: u16) {
        // Field by field: a copy of the whole struct may overwrite the zeros behind its last field with anything.
        // SAFETY: the caller's contract; need not be aligned.
        unsafe {
            let out = self
                .buffers
                .cast::<u8>()
                .add(index * size_of::<WEB_SOCKET_BUFFER>());
            out.write_bytes(0, size_of::<WEB_SOCKET_BUFFER>());
            let out = out.cast::<WEB_SOCKET_BUFFER_CLOSE_STATUS>();
            store(&raw mut (*out).pbReason, start);
            // Areas and payloads are at most `u32::MAX` bytes: their sizes came as `ULONG`s.
            store(&raw mut (*out).ulReasonLength, len as u32);
            store(&raw mut (*out).usStatus, status);
        }
    }
}
