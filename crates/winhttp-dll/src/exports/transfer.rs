//! Sending requests, receiving responses, bodies.

use std::sync::Arc;

use openwinhttp::request_headers::Modifiers;
use openwinhttp::{Error, Mode, Result, Started};
use win32_abi::winhttp::*;

use crate::guard::{boolean, code};
use crate::memory::{CallerMemory, wide, wide_counted, write};
use crate::numbers::{ERROR_IO_PENDING, set_last_error};
use crate::objects::{Object, RequestObject};

/// `WinHttpSendRequest`.
///
/// # Safety
/// `headers` is NULL or has the length, or ends with a NUL where the length is 0 or -1. `optional` can be read for its length
/// until the response was received.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpSendRequest(
    request: HINTERNET,
    headers: LPCWSTR,
    headers_length: DWORD,
    optional: LPVOID,
    optional_length: DWORD,
    total_length: DWORD,
    context: DWORD_PTR,
) -> BOOL {
    boolean(|| {
        let object = Object::request(request)?;
        let request = &object.request;
        if request.is_busy() {
            return Err(Error::IncorrectHandleState);
        }
        refuse_what_is_to_come(&object)?;
        if object
            .stored
            .number(WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET)
            .is_some()
        {
            // The size counts when the request is sent (facts 17.6).
            let send_buffer = object
                .stored
                .number(WINHTTP_OPTION_WEB_SOCKET_SEND_BUFFER_SIZE);
            request.upgrade_to_web_socket(send_buffer.unwrap_or(DEFAULT_SEND_BUFFER));
        }
        // Unlike elsewhere a text with length 0 is used (facts 7.4).
        // SAFETY: the caller's contract.
        let headers = unsafe {
            if headers_length == 0 {
                wide(headers)
            } else {
                wide_counted(headers, headers_length)
            }
        };
        let optional = if optional_length == 0 {
            std::ptr::null_mut()
        } else {
            optional
        };
        let body = (!optional.is_null())
            // SAFETY: the caller's contract; nothing is written to it.
            .then(|| unsafe {
                CallerMemory::new(optional.cast(), optional_length, std::ptr::null_mut())
            })
            .transpose()?;
        let before = match headers.filter(|headers| !headers.is_empty()) {
            Some(headers) => Some(request.with_headers(|own| {
                let before = own.clone();
                own.add_block(headers, Modifiers::ADD).map(|()| before)
            })?),
            None => None,
        };
        if context != 0 {
            object.status.set_context(context);
        }
        let result = if is_synchronous(&object) {
            request.send(body, total_length.into())
        } else {
            request.start_send(body, total_length.into()).map(|_| ())
        };
        if let (Err(Error::InvalidParameter), Some(before)) = (result, before) {
            // Nothing was begun: the corrected call must not add them twice.
            request.with_headers(|own| *own = before);
        }
        result
    })
}

/// `WINHTTP_OPTION_WEB_SOCKET_SEND_BUFFER_SIZE` by default (facts 3.20), in bytes.
const DEFAULT_SEND_BUFFER: u32 = 32_768;

/// What the request asks for and cannot have yet is refused, rather than sent in another way than was asked for.
fn refuse_what_is_to_come(object: &RequestObject) -> Result<()> {
    let stored = &object.stored;
    if stored.names_a_proxy() {
        return Err(Error::CannotConnect);
    }
    let set = |option| stored.number(option).unwrap_or(0) != 0;
    if set(WINHTTP_OPTION_HTTP_PROTOCOL_REQUIRED) && set(WINHTTP_OPTION_ENABLE_HTTP_PROTOCOL) {
        return Err(Error::HttpProtocolMismatch);
    }
    Ok(())
}

/// `WinHttpReceiveResponse`.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpReceiveResponse(request: HINTERNET, reserved: LPVOID) -> BOOL {
    boolean(|| {
        let object = Object::request(request)?;
        if !reserved.is_null() {
            return Err(Error::InvalidParameter);
        }
        if is_synchronous(&object) {
            object.request.receive_response()
        } else {
            object.request.start_receive_response().map(|_| ())
        }
    })
}

/// `WinHttpQueryDataAvailable`.
///
/// # Safety
/// `available` is NULL or can be written until the call returns.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpQueryDataAvailable(
    request: HINTERNET,
    available: LPDWORD,
) -> BOOL {
    pending_boolean(|| {
        let object = Object::request(request)?;
        if is_synchronous(&object) {
            if available.is_null() {
                return Err(Error::InvalidParameter);
            }
            let count = object.request.query_data_available()?;
            // SAFETY: the caller's contract.
            unsafe { write(available, saturated(count)) };
            return Ok(Started::Completed);
        }
        // SAFETY: the caller's contract; there is no memory but the count.
        let report = unsafe { CallerMemory::new(std::ptr::null_mut(), 0, available) }?;
        object.request.start_query_data_available(report)
    })
}

/// `WinHttpReadData`.
///
/// # Safety
/// `buffer` can be written for its length until the read is completed; `read` is NULL or can be written until the call returns.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpReadData(
    request: HINTERNET,
    buffer: LPVOID,
    length: DWORD,
    read: LPDWORD,
) -> BOOL {
    // SAFETY: the caller's contract.
    pending_boolean(|| unsafe { read_data(request, buffer, length, read, ReadKind::Classic) })
}

/// `WinHttpReadDataEx`: without `WINHTTP_READ_DATA_EX_FLAG_FILL_BUFFER` a read ends with the first data.
///
/// # Safety
/// As [`WinHttpReadData`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpReadDataEx(
    request: HINTERNET,
    buffer: LPVOID,
    length: DWORD,
    read: LPDWORD,
    flags: ULONGLONG,
    property_length: DWORD,
    property: PVOID,
) -> DWORD {
    code(|| {
        if flags & !WINHTTP_READ_DATA_EX_FLAG_FILL_BUFFER != 0
            || property_length != 0
            || !property.is_null()
        {
            Object::request(request)?;
            return Err(Error::InvalidParameter);
        }
        let fill = flags & WINHTTP_READ_DATA_EX_FLAG_FILL_BUFFER != 0;
        let kind = if fill { ReadKind::Fill } else { ReadKind::Some };
        // SAFETY: the caller's contract.
        unsafe { read_data(request, buffer, length, read, kind) }.map(|_| ())
    })
}

enum ReadKind {
    /// Fills the buffer in synchronous mode, takes what is there in asynchronous mode (spec/README 24).
    Classic,
    Fill,
    Some,
}

/// # Safety
/// As [`WinHttpReadData`].
unsafe fn read_data(
    request: HINTERNET,
    buffer: LPVOID,
    length: DWORD,
    read: LPDWORD,
    kind: ReadKind,
) -> Result<Started> {
    let object = Object::request(request)?;
    let synchronous = is_synchronous(&object);
    // SAFETY: the caller's contract.
    let mut memory = unsafe { CallerMemory::new(buffer.cast(), length, read) }?;
    let fill = match kind {
        ReadKind::Classic => synchronous,
        ReadKind::Fill => true,
        ReadKind::Some => false,
    };
    if !synchronous {
        return object.request.start_read(memory, fill);
    }
    // SAFETY: the caller's contract.
    unsafe { write(read, 0) };
    let count = object.request.read(memory.as_mut(), fill)?;
    // SAFETY: the caller's contract.
    unsafe { write(read, saturated(count)) };
    Ok(Started::Completed)
}

/// `WinHttpWriteData`.
///
/// # Safety
/// `buffer` can be read for its length until the write is completed; `written` is NULL or can be written until the call
/// returns.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpWriteData(
    request: HINTERNET,
    buffer: LPCVOID,
    length: DWORD,
    written: LPDWORD,
) -> BOOL {
    pending_boolean(|| {
        let object = Object::request(request)?;
        // SAFETY: the caller's contract; writes only read it.
        let memory = unsafe { CallerMemory::new(buffer.cast_mut().cast(), length, written) }?;
        if !is_synchronous(&object) {
            return object.request.start_write(memory);
        }
        let count = object.request.write(memory.as_ref())?;
        // SAFETY: the caller's contract.
        unsafe { write(written, saturated(count)) };
        Ok(Started::Completed)
    })
}

/// As [`boolean`]; the last error tells whether the completion comes from another thread (facts 19.7).
fn pending_boolean(work: impl FnOnce() -> Result<Started>) -> BOOL {
    let mut pending = false;
    let result = boolean(|| {
        pending = work()? == Started::Pending;
        Ok(())
    });
    if pending {
        set_last_error(ERROR_IO_PENDING);
    }
    result
}

fn is_synchronous(object: &Arc<RequestObject>) -> bool {
    object.session.session.mode() == Mode::Synchronous
}

fn saturated(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
