//! The WebSocket functions.

use std::sync::Arc;

use openwinhttp::{BufferKind, Error, Mode, Observer, Result};
use win32_abi::winhttp::*;

use crate::guard::{code, value};
use crate::memory::{CallerMemory, write};
use crate::objects::{Object, WebSocketObject};
use crate::status::buffer_type;

/// `WinHttpWebSocketCompleteUpgrade`.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpWebSocketCompleteUpgrade(
    request: HINTERNET,
    context: DWORD_PTR,
) -> HINTERNET {
    value(std::ptr::null_mut(), || {
        let object = Object::request(request)?;
        let status = Arc::new(object.status.inherit());
        status.set_context(context);
        let observer = Arc::clone(&status) as Arc<dyn Observer>;
        let web_socket = object.request.complete_upgrade(Some(observer))?;
        let object = WebSocketObject {
            web_socket,
            status,
            stored: object.stored.for_request(),
            session: Arc::clone(&object.session),
            parent: object.parent,
        };
        Object::WebSocket(Arc::new(object)).publish()
    })
}

/// `WinHttpWebSocketSend`.
///
/// # Safety
/// `buffer` can be read for its length until the send is completed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpWebSocketSend(
    web_socket: HINTERNET,
    buffer_type: WINHTTP_WEB_SOCKET_BUFFER_TYPE,
    buffer: PVOID,
    length: DWORD,
) -> DWORD {
    code(|| {
        let object = Object::web_socket(web_socket)?;
        let kind = match buffer_type {
            WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE => BufferKind::BinaryMessage,
            WINHTTP_WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE => BufferKind::BinaryFragment,
            WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE => BufferKind::Utf8Message,
            WINHTTP_WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE => BufferKind::Utf8Fragment,
            _ => return Err(Error::InvalidParameter),
        };
        // SAFETY: the caller's contract; sends only read it.
        let memory = unsafe { CallerMemory::new(buffer.cast(), length, std::ptr::null_mut()) }?;
        if is_synchronous(&object) {
            object.web_socket.send(kind, memory.as_ref())
        } else {
            object.web_socket.start_send(kind, memory).map(|_| ())
        }
    })
}

/// `WinHttpWebSocketReceive`.
///
/// # Safety
/// `buffer` can be written for its length until the receive is completed; the outputs are NULL or can be written until the call
/// returns.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpWebSocketReceive(
    web_socket: HINTERNET,
    buffer: PVOID,
    length: DWORD,
    read: *mut DWORD,
    kind: *mut WINHTTP_WEB_SOCKET_BUFFER_TYPE,
) -> DWORD {
    code(|| {
        let object = Object::web_socket(web_socket)?;
        if buffer.is_null() || length == 0 {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: the caller's contract.
        let mut memory = unsafe { CallerMemory::new(buffer.cast(), length, std::ptr::null_mut()) }?;
        if !is_synchronous(&object) {
            return object.web_socket.start_receive(memory).map(|_| ());
        }
        if read.is_null() || kind.is_null() {
            return Err(Error::InvalidParameter);
        }
        let received = object.web_socket.receive(memory.as_mut())?;
        // SAFETY: the caller's contract.
        unsafe {
            write(read, u32::try_from(received.count).unwrap_or(u32::MAX));
            write(kind, buffer_type(received.kind));
        }
        Ok(())
    })
}

/// `WinHttpWebSocketShutdown`.
///
/// # Safety
/// `reason` can be read for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpWebSocketShutdown(
    web_socket: HINTERNET,
    status: USHORT,
    reason: PVOID,
    length: DWORD,
) -> DWORD {
    code(|| {
        let object = Object::web_socket(web_socket)?;
        // SAFETY: the caller's contract.
        let reason = unsafe { close_reason(reason, length) }?;
        if is_synchronous(&object) {
            object.web_socket.shutdown(status, &reason)
        } else {
            object
                .web_socket
                .start_shutdown(status, &reason)
                .map(|_| ())
        }
    })
}

/// `WinHttpWebSocketClose`.
///
/// # Safety
/// `reason` can be read for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpWebSocketClose(
    web_socket: HINTERNET,
    status: USHORT,
    reason: PVOID,
    length: DWORD,
) -> DWORD {
    code(|| {
        let object = Object::web_socket(web_socket)?;
        // SAFETY: the caller's contract.
        let reason = unsafe { close_reason(reason, length) }?;
        if let Some(timeout) = object
            .stored
            .number(WINHTTP_OPTION_WEB_SOCKET_CLOSE_TIMEOUT)
        {
            object.web_socket.set_close_timeout(timeout);
        }
        if is_synchronous(&object) {
            object.web_socket.close(status, &reason)
        } else {
            object.web_socket.start_close(status, &reason).map(|_| ())
        }
    })
}

/// `WinHttpWebSocketQueryCloseStatus`.
///
/// # Safety
/// `reason` can be written for its length; the outputs are NULL or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpWebSocketQueryCloseStatus(
    web_socket: HINTERNET,
    status: *mut USHORT,
    reason: PVOID,
    length: DWORD,
    consumed: *mut DWORD,
) -> DWORD {
    code(|| {
        let object = Object::web_socket(web_socket)?;
        if status.is_null() || consumed.is_null() || reason.is_null() && length > 0 {
            return Err(Error::InvalidParameter);
        }
        let close = object.web_socket.close_status()?;
        let fits = close.reason.len() <= length as usize;
        // SAFETY: the caller's contract.
        unsafe {
            write(status, close.status);
            // At most 123.
            write(consumed, close.reason.len() as u32);
            if fits && !reason.is_null() {
                std::ptr::copy_nonoverlapping(
                    close.reason.as_ptr(),
                    reason.cast(),
                    close.reason.len(),
                );
            }
        }
        if fits {
            Ok(())
        } else {
            Err(Error::InsufficientBuffer)
        }
    })
}

/// # Safety
/// `reason` is NULL or can be read for its length.
unsafe fn close_reason(reason: PVOID, length: DWORD) -> Result<Vec<u8>> {
    if length > WINHTTP_WEB_SOCKET_MAX_CLOSE_REASON_LENGTH {
        return Err(Error::InvalidParameter);
    }
    // SAFETY: the caller's contract; it is only read.
    let memory = unsafe { CallerMemory::new(reason.cast(), length, std::ptr::null_mut()) }?;
    Ok(memory.as_ref().to_vec())
}

fn is_synchronous(object: &WebSocketObject) -> bool {
    object.session.session.mode() == Mode::Synchronous
}
