//! The 13 functions of `websocket.h`.
//!
//! Each opens with its preconditions and answers in its own terms; a panic becomes `E_FAIL` (or nothing, where nothing is
//! returned). Functions that Microsoft declares `VOID` return 0 all the same: some callers believe them to return an
//! `HRESULT` (statement 3).

#![allow(non_snake_case, reason = "exported under Microsoft's names")]

use std::ffi::{c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use websocket_component::{ActionId, Component, Error, Role, global};
use win32_abi::hresult::{
    E_FAIL, E_INSUFFICIENT_BUFFER, E_INVALIDARG, E_OUTOFMEMORY, HRESULT, S_OK,
};
use win32_abi::websocket::{
    WEB_SOCKET_ACTION, WEB_SOCKET_ACTION_QUEUE, WEB_SOCKET_BUFFER, WEB_SOCKET_BUFFER_TYPE,
    WEB_SOCKET_HANDLE, WEB_SOCKET_HTTP_HEADER, WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE,
    WEB_SOCKET_PROPERTY, WEB_SOCKET_PROPERTY_TYPE, WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE,
};

use crate::header_array::HeaderArray;

use crate::numbers::{hresult, queue};
use crate::outputs::{ActionOutputs, store};
use crate::{arguments, endpoint, memory};

/// Environment variable that stands for the registry value `KeepaliveInterval` off Windows: decimal milliseconds.
#[cfg(not(windows))]
const KEEPALIVE_VARIABLE: &str = "OPENWINHTTP_WEBSOCKET_KEEPALIVE_INTERVAL";

/// Runs a function body: no panic leaves, and errors become numbers.
#[inline]
fn answer(body: impl FnOnce() -> Result<(), HRESULT>) -> HRESULT {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => S_OK,
        Ok(Err(code)) => code,
        Err(_) => E_FAIL,
    }
}

/// As [`answer`], for functions without a result.
#[inline]
fn silently(body: impl FnOnce() -> Result<(), HRESULT>) -> usize {
    answer(body);
    0
}

fn code(error: Error) -> HRESULT {
    hresult(&error)
}

/// # Safety
/// As [`WebSocketCreateClientHandle`].
unsafe fn create(
    role: Role,
    properties: *const WEB_SOCKET_PROPERTY,
    count: u32,
    out: *mut WEB_SOCKET_HANDLE,
) -> HRESULT {
    answer(|| {
        if out.is_null() {
            return Err(E_INVALIDARG);
        }
        // SAFETY: not NULL, and valid by the caller's contract.
        unsafe { store(out, ptr::null_mut()) };
        // SAFETY: the caller's contract.
        let config = unsafe { arguments::config(role, properties, count) }?;
        let component = match role {
            Role::Client => Component::client(config),
            Role::Server => Component::server(config),
        };
        let handle = endpoint::open(component.map_err(code)?)?;
        // SAFETY: as above.
        unsafe { store(out, handle) };
        Ok(())
    })
}

/// Creates a client; `*phWebSocket` is NULL on failure.
///
/// # Safety
/// Pointers as `websocket.h` says; an ALLOCATED_BUFFER must stay valid until the handle is deleted.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketCreateClientHandle(
    pProperties: *const WEB_SOCKET_PROPERTY,
    ulPropertyCount: u32,
    phWebSocket: *mut WEB_SOCKET_HANDLE,
) -> HRESULT {
    // SAFETY: the caller's contract.
    unsafe { create(Role::Client, pProperties, ulPropertyCount, phWebSocket) }
}

/// Creates a server; `*phWebSocket` is NULL on failure.
///
/// # Safety
/// As [`WebSocketCreateClientHandle`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketCreateServerHandle(
    pProperties: *const WEB_SOCKET_PROPERTY,
    ulPropertyCount: u32,
    phWebSocket: *mut WEB_SOCKET_HANDLE,
) -> HRESULT {
    // SAFETY: the caller's contract.
    unsafe { create(Role::Server, pProperties, ulPropertyCount, phWebSocket) }
}

/// Begins a client's handshake; returns the headers to add to the request. `pInitialHeaders` is not looked at: the
/// result does not depend on it.
///
/// # Safety
/// Pointers as `websocket.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketBeginClientHandshake(
    hWebSocket: WEB_SOCKET_HANDLE,
    pszSubprotocols: *const *const c_char,
    ulSubProtocolCount: u32,
    pszExtensions: *const *const c_char,
    ulExtensionCount: u32,
    _pInitialHeaders: *const WEB_SOCKET_HTTP_HEADER,
    _ulInitialHeaderCount: u32,
    pAdditionalHeaders: *mut *mut WEB_SOCKET_HTTP_HEADER,
    pulAdditionalHeaderCount: *mut u32,
) -> HRESULT {
    answer(|| {
        // SAFETY: the caller's contract.
        unsafe { clear_headers(pAdditionalHeaders, pulAdditionalHeaderCount) }?;
        let mut endpoint = endpoint::lock(hWebSocket)?;
        // SAFETY: the caller's contract.
        let subprotocols = unsafe { arguments::strings(pszSubprotocols, ulSubProtocolCount) }?;
        // SAFETY: the caller's contract.
        let extensions = unsafe { arguments::strings(pszExtensions, ulExtensionCount) }?;
        let headers = endpoint
            .component
            .begin_client_handshake(&subprotocols, &extensions)
            .map_err(code)?;
        let headers = endpoint
            .headers
            .insert(HeaderArray::new(&headers).ok_or(E_OUTOFMEMORY)?);
        // SAFETY: the caller's contract.
        unsafe { store_headers(headers, pAdditionalHeaders, pulAdditionalHeaderCount) };
        Ok(())
    })
}

/// # Safety
/// Both must be NULL or valid for a write.
unsafe fn clear_headers(
    headers: *mut *mut WEB_SOCKET_HTTP_HEADER,
    count: *mut u32,
) -> Result<(), HRESULT> {
    // SAFETY: the caller's contract.
    unsafe {
        store(headers, ptr::null_mut());
        store(count, 0);
    }
    if headers.is_null() || count.is_null() {
        Err(E_INVALIDARG)
    } else {
        Ok(())
    }
}

/// # Safety
/// Both must be valid for a write.
unsafe fn store_headers(
    array: &mut HeaderArray,
    headers: *mut *mut WEB_SOCKET_HTTP_HEADER,
    count: *mut u32,
) {
    // SAFETY: the caller's contract.
    unsafe {
        store(headers, array.as_mut_ptr());
        store(count, array.len());
    }
}

/// Ends a client's handshake. If `pulSelectedExtensions` has no room for all, `8007007A` and the number needed in
/// `*pulSelectedExtensionCount`; the handshake may be ended again then.
///
/// # Safety
/// Pointers as `websocket.h` says; the last three may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketEndClientHandshake(
    hWebSocket: WEB_SOCKET_HANDLE,
    pResponseHeaders: *const WEB_SOCKET_HTTP_HEADER,
    ulReponseHeaderCount: u32,
    pulSelectedExtensions: *mut u32,
    pulSelectedExtensionCount: *mut u32,
    pulSelectedSubProtocol: *mut u32,
) -> HRESULT {
    answer(|| {
        let room = if pulSelectedExtensionCount.is_null() || pulSelectedExtensions.is_null() {
            0
        } else {
            // SAFETY: not NULL, and valid by the caller's contract; need not be aligned.
            unsafe { pulSelectedExtensionCount.read_unaligned() }
        };
        // SAFETY: the caller's contract.
        unsafe {
            store(pulSelectedExtensionCount, 0);
            store(pulSelectedSubProtocol, 0);
        }
        if !pulSelectedExtensions.is_null() && pulSelectedExtensionCount.is_null() {
            return Err(E_INVALIDARG);
        }
        let mut endpoint = endpoint::lock(hWebSocket)?;
        // SAFETY: the caller's contract.
        let response = unsafe { arguments::headers(pResponseHeaders, ulReponseHeaderCount) }?;
        let component = &mut endpoint.component;
        let selection = component.check_response(response.clone()).map_err(code)?;
        let count = u32::try_from(selection.extensions.len()).map_err(|_| E_OUTOFMEMORY)?;
        if !pulSelectedExtensions.is_null() && room < count {
            // SAFETY: the caller's contract.
            unsafe { store(pulSelectedExtensionCount, count) };
            return Err(E_INSUFFICIENT_BUFFER);
        }
        let selection = component.end_client_handshake(response).map_err(code)?;
        drop(endpoint);
        // SAFETY: the caller's contract; the array has room for `count` indexes, or is NULL.
        unsafe {
            if !pulSelectedExtensions.is_null() {
                for (place, extension) in selection.extensions.iter().enumerate() {
                    store(
                        pulSelectedExtensions.add(place),
                        index(Some(extension.index)),
                    );
                }
            }
            store(pulSelectedExtensionCount, count);
            store(pulSelectedSubProtocol, index(selection.subprotocol));
        }
        Ok(())
    })
}

/// An index into what the caller offered, whose count was a `u32`; `FFFFFFFF` for none (statement 30).
fn index(index: Option<usize>) -> u32 {
    index
        .and_then(|index| u32::try_from(index).ok())
        .unwrap_or(u32::MAX)
}

/// Begins a server's handshake; returns the headers to add to the response.
///
/// # Safety
/// Pointers as `websocket.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketBeginServerHandshake(
    hWebSocket: WEB_SOCKET_HANDLE,
    pszSubProtocol: *const c_char,
    pszExtensions: *const *const c_char,
    ulExtensionCount: u32,
    pRequestHeaders: *const WEB_SOCKET_HTTP_HEADER,
    ulRequestHeaderCount: u32,
    pResponseHeaders: *mut *mut WEB_SOCKET_HTTP_HEADER,
    pulResponseHeaderCount: *mut u32,
) -> HRESULT {
    answer(|| {
        // SAFETY: the caller's contract.
        unsafe { clear_headers(pResponseHeaders, pulResponseHeaderCount) }?;
        let mut endpoint = endpoint::lock(hWebSocket)?;
        // SAFETY: the caller's contract.
        let subprotocol =
            unsafe { arguments::string(pszSubProtocol) }.filter(|name| !name.is_empty());
        // SAFETY: the caller's contract.
        let extensions = unsafe { arguments::strings(pszExtensions, ulExtensionCount) }?;
        // SAFETY: the caller's contract.
        let request = unsafe { arguments::headers(pRequestHeaders, ulRequestHeaderCount) }?;
        let headers = endpoint
            .component
            .begin_server_handshake(request, subprotocol, &extensions)
            .map_err(code)?;
        let headers = endpoint
            .headers
            .insert(HeaderArray::new(&headers).ok_or(E_OUTOFMEMORY)?);
        // SAFETY: the caller's contract.
        unsafe { store_headers(headers, pResponseHeaders, pulResponseHeaderCount) };
        Ok(())
    })
}

/// Ends a server's handshake.
///
/// # Safety
/// None beyond that of any C function; it is `unsafe` to be like the others.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketEndServerHandshake(
    hWebSocket: WEB_SOCKET_HANDLE,
) -> HRESULT {
    answer(|| {
        endpoint::lock(hWebSocket)?
            .component
            .end_server_handshake()
            .map_err(code)
    })
}

/// Queues a message.
///
/// # Safety
/// Pointers as `websocket.h` says; the payload must stay valid and unchanged until the operation is indicated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketSend(
    hWebSocket: WEB_SOCKET_HANDLE,
    BufferType: WEB_SOCKET_BUFFER_TYPE,
    pBuffer: *const WEB_SOCKET_BUFFER,
    Context: *mut c_void,
) -> HRESULT {
    answer(|| {
        let mut endpoint = endpoint::lock(hWebSocket)?;
        // SAFETY: the caller's contract.
        let message = unsafe { arguments::message(BufferType, pBuffer) }?;
        endpoint
            .component
            .send(message, memory::Context(Context))
            .map_err(code)
    })
}

/// Queues a receive operation.
///
/// # Safety
/// Pointers as `websocket.h` says; the buffer must stay valid and unused until the operation is indicated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketReceive(
    hWebSocket: WEB_SOCKET_HANDLE,
    pBuffer: *const WEB_SOCKET_BUFFER,
    pvContext: *mut c_void,
) -> HRESULT {
    answer(|| {
        let mut endpoint = endpoint::lock(hWebSocket)?;
        // SAFETY: the caller's contract.
        let target = unsafe { arguments::target(pBuffer) }?;
        endpoint
            .component
            .receive(target, memory::Context(pvContext))
            .map_err(code)
    })
}

/// Says what to do next.
///
/// # Safety
/// Pointers as `websocket.h` says; `pvApplicationContext` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketGetAction(
    hWebSocket: WEB_SOCKET_HANDLE,
    eActionQueue: WEB_SOCKET_ACTION_QUEUE,
    pDataBuffers: *mut WEB_SOCKET_BUFFER,
    pulDataBufferCount: *mut u32,
    pAction: *mut WEB_SOCKET_ACTION,
    pBufferType: *mut WEB_SOCKET_BUFFER_TYPE,
    pvApplicationContext: *mut *mut c_void,
    pvActionContext: *mut *mut c_void,
) -> HRESULT {
    let outputs = ActionOutputs {
        buffers: pDataBuffers,
        count: pulDataBufferCount,
        action: pAction,
        kind: pBufferType,
        application_context: pvApplicationContext,
        action_context: pvActionContext,
    };
    let result = answer(|| {
        let mut endpoint = endpoint::lock(hWebSocket)?;
        let queue = queue(eActionQueue).ok_or(E_INVALIDARG)?;
        if !outputs.are_complete() {
            return Err(E_INVALIDARG);
        }
        // SAFETY: not NULL, and valid by the caller's contract; need not be aligned.
        let room = unsafe { pulDataBufferCount.read_unaligned() };
        let action = endpoint
            .component
            .next_action(queue, room as usize)
            .map_err(code)?;
        // SAFETY: the caller's contract, and `room` buffers at most are given.
        unsafe { outputs.store(action) };
        Ok(())
    });
    if result != S_OK {
        // SAFETY: the caller's contract.
        unsafe { outputs.clear() };
    }
    result
}

/// Reports an action as done. A context that names no outstanding action of this handle is ignored.
///
/// # Safety
/// None beyond that of any C function; it is `unsafe` to be like the others.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketCompleteAction(
    hWebSocket: WEB_SOCKET_HANDLE,
    pvActionContext: *mut c_void,
    ulBytesTransferred: u32,
) -> usize {
    silently(|| {
        let mut endpoint = endpoint::lock(hWebSocket)?;
        if let Some(id) = ActionId::from_value(pvActionContext.addr()) {
            endpoint
                .component
                .complete_action(id, ulBytesTransferred as usize);
        }
        Ok(())
    })
}

/// Aborts the session of a handle.
///
/// # Safety
/// None beyond that of any C function; it is `unsafe` to be like the others.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketAbortHandle(hWebSocket: WEB_SOCKET_HANDLE) -> usize {
    silently(|| {
        endpoint::lock(hWebSocket)?.component.abort();
        Ok(())
    })
}

/// Deletes a handle. Its memory is freed, an ALLOCATED_BUFFER is not.
///
/// # Safety
/// What the handle's actions and header arrays point to must not be used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketDeleteHandle(hWebSocket: WEB_SOCKET_HANDLE) -> usize {
    silently(|| endpoint::close(hWebSocket).map(drop))
}

/// Reads a property of the component as a whole.
///
/// # Safety
/// Pointers as `websocket.h` says: `pvValue` must be valid for writes of `*ulSize` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WebSocketGetGlobalProperty(
    eType: WEB_SOCKET_PROPERTY_TYPE,
    pvValue: *mut c_void,
    ulSize: *mut u32,
) -> HRESULT {
    answer(|| {
        if ulSize.is_null() {
            return Err(E_INVALIDARG);
        }
        let [version] = global::SUPPORTED_VERSIONS;
        let value = match eType {
            WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE => {
                global::keepalive_interval(configured_keepalive())
            }
            WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE => version,
            _ => return Err(E_INVALIDARG),
        };
        // SAFETY: not NULL, and valid by the caller's contract; need not be aligned.
        let room = unsafe { ulSize.read_unaligned() };
        if room >= 4 && pvValue.is_null() {
            return Err(E_INVALIDARG);
        }
        // SAFETY: as above.
        unsafe { store(ulSize, 4) };
        if room < 4 {
            return Err(E_INSUFFICIENT_BUFFER);
        }
        // SAFETY: not NULL, and valid for `room` bytes, 4 or more.
        unsafe { store(pvValue.cast(), value) };
        Ok(())
    })
}

/// The administrator's keep-alive interval, if there is a well-formed one.
fn configured_keepalive() -> Option<u32> {
    #[cfg(not(windows))]
    return std::env::var(KEEPALIVE_VARIABLE).ok()?.parse().ok();
    #[cfg(windows)]
    return None;
}
