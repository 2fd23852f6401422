//! Reading what callers pass. Everything is copied at once: none of it is looked at after the call, except payloads,
//! receive buffers and the ALLOCATED_BUFFER block.

use std::ffi::{CStr, c_char, c_void};
use std::ptr::NonNull;
use std::slice;

use websocket_component::{BufferType, CloseStatus, Config, Header, Message, Role};
use win32_abi::hresult::{E_INVALIDARG, HRESULT};
use win32_abi::websocket::{
    WEB_SOCKET_ALLOCATED_BUFFER_PROPERTY_TYPE, WEB_SOCKET_BUFFER, WEB_SOCKET_BUFFER_TYPE,
    WEB_SOCKET_DISABLE_MASKING_PROPERTY_TYPE, WEB_SOCKET_DISABLE_UTF8_VERIFICATION_PROPERTY_TYPE,
    WEB_SOCKET_HTTP_HEADER, WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE,
    WEB_SOCKET_MAX_CLOSE_REASON_LENGTH, WEB_SOCKET_PROPERTY,
    WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE, WEB_SOCKET_SEND_BUFFER_SIZE_PROPERTY_TYPE,
    WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE,
};
use ws_proto::MessageKind;

use crate::memory::{RawBlock, RawPayload, RawTarget};
use crate::numbers::from_buffer_type;

/// An array given as pointer and count; NULL is good for an empty one only.
///
/// # Safety
/// `start` must be NULL or valid for reads of `count` elements during `'a`.
unsafe fn array<'a, T>(start: *const T, count: u32) -> Result<&'a [T], HRESULT> {
    if count == 0 {
        return Ok(&[]);
    }
    let fits = (count as usize)
        .checked_mul(size_of::<T>())
        .is_some_and(|bytes| isize::try_from(bytes).is_ok());
    if start.is_null() || !start.is_aligned() || !fits {
        return Err(E_INVALIDARG);
    }
    // SAFETY: not NULL, aligned, of a size that an object can have, and valid by the caller's contract.
    Ok(unsafe { slice::from_raw_parts(start, count as usize) })
}

/// The properties of a new handle.
///
/// # Safety
/// `properties` must be NULL or valid for `count` elements, their values valid for their sizes, and an ALLOCATED_BUFFER
/// valid until the handle is deleted.
pub(crate) unsafe fn config(
    role: Role,
    properties: *const WEB_SOCKET_PROPERTY,
    count: u32,
) -> Result<Config<RawBlock>, HRESULT> {
    if count > 0 && properties.is_null() {
        return Err(E_INVALIDARG);
    }
    let mut config = Config::new(role);
    for index in 0..count as usize {
        // SAFETY: inside the caller's array, which need not be aligned.
        let property = unsafe { properties.add(index).read_unaligned() };
        // SAFETY: the value is valid for its size by the caller's contract.
        let number = || unsafe { ulong(property.pvValue, property.ulValueSize) };
        match property.Type {
            WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE => config.receive_buffer_size = number()?,
            WEB_SOCKET_SEND_BUFFER_SIZE_PROPERTY_TYPE => config.send_buffer_size = number()?,
            WEB_SOCKET_DISABLE_MASKING_PROPERTY_TYPE => config.disable_masking = number()? != 0,
            WEB_SOCKET_DISABLE_UTF8_VERIFICATION_PROPERTY_TYPE => {
                config.disable_utf8_verification = number()? != 0;
            }
            WEB_SOCKET_ALLOCATED_BUFFER_PROPERTY_TYPE => {
                // SAFETY: the value is a pointer variable whose target is valid for `ulValueSize` bytes.
                config.block = Some(unsafe { block(property.pvValue, property.ulValueSize) }?);
            }
            WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE
            | WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE => {}
            _ => return Err(E_INVALIDARG),
        }
    }
    Ok(config)
}

/// # Safety
/// `value` must be NULL or valid for reads of `size` bytes.
unsafe fn ulong(value: *const c_void, size: u32) -> Result<u32, HRESULT> {
    if value.is_null() || size < 4 {
        return Err(E_INVALIDARG);
    }
    // SAFETY: not NULL and 4 bytes or more; need not be aligned.
    Ok(unsafe { value.cast::<u32>().read_unaligned() })
}

/// # Safety
/// `value` must be NULL or point to a pointer variable whose target is NULL or valid for `size` bytes until the handle is
/// deleted, and used by nobody else.
unsafe fn block(value: *const c_void, size: u32) -> Result<RawBlock, HRESULT> {
    if value.is_null() || !fits(size) {
        return Err(E_INVALIDARG);
    }
    // SAFETY: not NULL, and a pointer variable by the caller's contract; need not be aligned.
    let start = unsafe { value.cast::<*mut u8>().read_unaligned() };
    let start = NonNull::new(start).ok_or(E_INVALIDARG)?;
    // SAFETY: the caller's contract, and the size fits an `isize`.
    Ok(unsafe { RawBlock::from_caller(start, size as usize) })
}

/// Strings given as an array of pointers.
///
/// # Safety
/// `strings` must be NULL or valid for `count` pointers, each NULL or to a terminated string, during `'a`.
pub(crate) unsafe fn strings<'a>(
    strings: *const *const c_char,
    count: u32,
) -> Result<Vec<&'a [u8]>, HRESULT> {
    // SAFETY: the caller's contract.
    let pointers = unsafe { array(strings, count) }?;
    pointers
        .iter()
        // SAFETY: each is NULL or a terminated string.
        .map(|&pointer| unsafe { string(pointer) }.ok_or(E_INVALIDARG))
        .collect()
}

/// A terminated string; `None` for NULL.
///
/// # Safety
/// `pointer` must be NULL or to a terminated string that lives for `'a`.
pub(crate) unsafe fn string<'a>(pointer: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: not NULL, and a terminated string by the caller's contract.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_bytes())
}

/// Headers given as an array.
///
/// # Safety
/// `headers` must be NULL or valid for `count` elements, whose texts are valid for their lengths, during `'a`.
pub(crate) unsafe fn headers<'a>(
    headers: *const WEB_SOCKET_HTTP_HEADER,
    count: u32,
) -> Result<impl Iterator<Item = Header<'a>> + Clone, HRESULT> {
    // SAFETY: the caller's contract.
    let headers = unsafe { array(headers, count) }?;
    let broken = |text: *mut u8, len: u32| (text.is_null() && len > 0) || !fits(len);
    if headers.iter().any(|header| {
        broken(header.pcName, header.ulNameLength) || broken(header.pcValue, header.ulValueLength)
    }) {
        return Err(E_INVALIDARG);
    }
    Ok(headers.iter().map(|header| Header {
        // SAFETY: NULL only with length 0 (checked above), else valid by the caller's contract.
        name: unsafe { text(header.pcName, header.ulNameLength) },
        // SAFETY: the same.
        value: unsafe { text(header.pcValue, header.ulValueLength) },
    }))
}

/// # Safety
/// `start` must be valid for reads of `len` bytes during `'a`, or `len` be 0.
unsafe fn text<'a>(start: *const u8, len: u32) -> &'a [u8] {
    if len == 0 {
        return &[];
    }
    // SAFETY: the caller's contract.
    unsafe { slice::from_raw_parts(start, len as usize) }
}

/// Whether a buffer can have this length at all: not above 2 GiB on 32-bit machines.
fn fits(len: u32) -> bool {
    isize::try_from(len).is_ok()
}

/// Pointer and length of a buffer; `None` if there are no bytes.
fn bytes(start: *mut u8, len: u32) -> Result<Option<(NonNull<u8>, usize)>, HRESULT> {
    match NonNull::new(start) {
        None if len > 0 => Err(E_INVALIDARG),
        Some(_) if !fits(len) => Err(E_INVALIDARG),
        Some(start) if len > 0 => Ok(Some((start, len as usize))),
        _ => Ok(None),
    }
}

/// The message that `WebSocketSend` is to send.
///
/// # Safety
/// `buffer` must be NULL or valid; the bytes it names must be valid and unchanged until the operation is indicated.
#[inline]
pub(crate) unsafe fn message(
    kind: WEB_SOCKET_BUFFER_TYPE,
    buffer: *const WEB_SOCKET_BUFFER,
) -> Result<Message<RawPayload>, HRESULT> {
    let kind = from_buffer_type(kind).ok_or(E_INVALIDARG)?;
    let data = |kind, last| {
        // SAFETY: the caller's contract.
        unsafe { payload(buffer) }.map(|payload| Message::Data {
            kind,
            last,
            payload,
        })
    };
    match kind {
        BufferType::TextMessage => data(MessageKind::Text, true),
        BufferType::TextFragment => data(MessageKind::Text, false),
        BufferType::BinaryMessage => data(MessageKind::Binary, true),
        BufferType::BinaryFragment => data(MessageKind::Binary, false),
        // SAFETY: the caller's contract.
        BufferType::Close => unsafe { close(buffer) }.map(Message::Close),
        BufferType::PingPong | BufferType::UnsolicitedPong if !buffer.is_null() => {
            Err(E_INVALIDARG)
        }
        BufferType::PingPong => Ok(Message::Ping),
        BufferType::UnsolicitedPong => Ok(Message::UnsolicitedPong),
        BufferType::Extension(first_byte) => {
            // SAFETY: the caller's contract.
            unsafe { payload(buffer) }.map(|payload| Message::Extension {
                first_byte,
                payload,
            })
        }
    }
}

/// # Safety
/// As [`message`].
#[inline]
unsafe fn payload(buffer: *const WEB_SOCKET_BUFFER) -> Result<Option<RawPayload>, HRESULT> {
    if buffer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL; of the union the `Data` view is filled, whose fields may have any value.
    let data = unsafe { buffer.read_unaligned().Data };
    let bytes = bytes(data.pbBuffer, data.ulBufferLength)?;
    // SAFETY: valid and unchanged until the indication by the caller's contract.
    Ok(bytes.map(|(start, len)| unsafe { RawPayload::new(start, len) }))
}

/// # Safety
/// As [`message`].
unsafe fn close(
    buffer: *const WEB_SOCKET_BUFFER,
) -> Result<Option<CloseStatus<RawPayload>>, HRESULT> {
    if buffer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL; of the union the `CloseStatus` view is filled, whose fields may have any value.
    let status = unsafe { buffer.read_unaligned().CloseStatus };
    // Here, so that no slice is made of a length that cannot be meant.
    if status.ulReasonLength > WEB_SOCKET_MAX_CLOSE_REASON_LENGTH {
        return Err(E_INVALIDARG);
    }
    let bytes = bytes(status.pbReason, status.ulReasonLength)?;
    // SAFETY: valid and unchanged until the indication by the caller's contract.
    let reason = bytes.map(|(start, len)| unsafe { RawPayload::new(start, len) });
    Ok(Some(CloseStatus {
        code: status.usStatus,
        reason,
    }))
}

/// The buffer that `WebSocketReceive` is to fill.
///
/// # Safety
/// `buffer` must be NULL or valid; the bytes it names must be valid and nobody else's until the operation is indicated.
#[inline]
pub(crate) unsafe fn target(
    buffer: *const WEB_SOCKET_BUFFER,
) -> Result<Option<RawTarget>, HRESULT> {
    if buffer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL; of the union the `Data` view is filled, whose fields may have any value.
    let data = unsafe { buffer.read_unaligned().Data };
    let (start, len) = bytes(data.pbBuffer, data.ulBufferLength)?.ok_or(E_INVALIDARG)?;
    // SAFETY: valid and nobody else's until the indication by the caller's contract.
    Ok(Some(unsafe { RawTarget::new(start, len) }))
}
