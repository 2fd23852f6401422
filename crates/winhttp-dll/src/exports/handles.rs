//! Sessions, connections, requests, callbacks.

use std::sync::Arc;

use openwinhttp::url::EscapeFlags;
use openwinhttp::{Error, Mode, OpenRequest, Session};
use win32_abi::winhttp::*;

use crate::guard::{boolean, value};
use crate::memory::{text, wide};
use crate::objects::{ConnectObject, HandleNumber, Object, RequestObject, SessionObject};
use crate::options::StoredOptions;
use crate::status::Status;

/// `WinHttpOpen`.
///
/// # Safety
/// The strings are NULL or end with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpOpen(
    agent: LPCWSTR,
    access_type: DWORD,
    proxy: LPCWSTR,
    bypass: LPCWSTR,
    flags: DWORD,
) -> HINTERNET {
    value(std::ptr::null_mut(), || {
        let named = access_type == WINHTTP_ACCESS_TYPE_NAMED_PROXY;
        let known = [
            WINHTTP_ACCESS_TYPE_DEFAULT_PROXY,
            WINHTTP_ACCESS_TYPE_NO_PROXY,
            WINHTTP_ACCESS_TYPE_NAMED_PROXY,
            WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY,
        ];
        if !known.contains(&access_type) || flags & !WINHTTP_FLAG_SECURE_DEFAULTS != 0 {
            return Err(Error::InvalidParameter);
        }
        // `WINHTTP_FLAG_SECURE_DEFAULTS` is two bits, of which one alone means nothing.
        let secure_defaults = flags == WINHTTP_FLAG_SECURE_DEFAULTS;
        if flags != 0 && flags != WINHTTP_FLAG_ASYNC && !secure_defaults {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: the caller's contract.
        let (agent, proxy, bypass) = unsafe { (text(agent)?, text(proxy)?, text(bypass)?) };
        if named && proxy.is_empty() {
            return Err(Error::InvalidParameter);
        }
        if agent.contains(['\r', '\n', '\0']) {
            return Err(Error::InvalidParameter);
        }
        let mode = if flags & WINHTTP_FLAG_ASYNC != 0 {
            Mode::Asynchronous
        } else {
            Mode::Synchronous
        };
        let agent = Some(agent.as_str()).filter(|agent| !agent.is_empty());
        let object = SessionObject {
            session: Session::new(agent, mode),
            status: Arc::new(Status::new()),
            stored: StoredOptions::for_session(access_type, &proxy, &bypass),
            secure_defaults,
        };
        Object::Session(Arc::new(object)).publish()
    })
}

/// `WinHttpConnect`.
///
/// # Safety
/// The name is NULL or ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpConnect(
    session: HINTERNET,
    server_name: LPCWSTR,
    port: INTERNET_PORT,
    reserved: DWORD,
) -> HINTERNET {
    value(std::ptr::null_mut(), || {
        let parent = HandleNumber::of(session)?;
        let session = Object::session(session)?;
        if server_name.is_null() || reserved != 0 {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: the caller's contract.
        let name = unsafe { text(server_name) }.map_err(|_| Error::InvalidUrl)?;
        let object = ConnectObject {
            connect: session.session.connect(&name, port)?,
            status: Arc::new(session.status.inherit()),
            session,
            parent,
        };
        Object::Connect(Arc::new(object)).publish()
    })
}

/// `WinHttpOpenRequest`.
///
/// # Safety
/// The strings are NULL or end with a NUL; `accept_types` is NULL or an array of strings that ends with NULL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpOpenRequest(
    connect: HINTERNET,
    verb: LPCWSTR,
    object_name: LPCWSTR,
    version: LPCWSTR,
    referrer: LPCWSTR,
    accept_types: *mut LPCWSTR,
    flags: DWORD,
) -> HINTERNET {
    const KNOWN: u32 = WINHTTP_FLAG_ESCAPE_PERCENT
        | WINHTTP_FLAG_NULL_CODEPAGE
        | WINHTTP_FLAG_ESCAPE_DISABLE
        | WINHTTP_FLAG_ESCAPE_DISABLE_QUERY
        | WINHTTP_FLAG_REFRESH
        | WINHTTP_FLAG_AUTOMATIC_CHUNKING
        | WINHTTP_FLAG_SECURE;
    value(std::ptr::null_mut(), || {
        let parent = HandleNumber::of(connect)?;
        let connect = Object::connect(connect)?;
        if flags & !KNOWN != 0 {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: the caller's contract, here and below.
        let (verb, version, referrer) = unsafe { (text(verb)?, text(version)?, text(referrer)?) };
        // SAFETY: see above.
        let object = unsafe { wide(object_name) }.unwrap_or_default();
        // SAFETY: see above.
        let accept = unsafe { accept_list(accept_types)? };
        let accept: Vec<&str> = accept.iter().map(String::as_str).collect();
        let status = Arc::new(connect.status.inherit());
        let mut open = OpenRequest::default();
        open.verb = &verb;
        open.object = object;
        open.version = &version;
        open.referrer = &referrer;
        open.accept = &accept;
        open.secure = flags & WINHTTP_FLAG_SECURE != 0;
        open.escape = EscapeFlags {
            percent: flags & WINHTTP_FLAG_ESCAPE_PERCENT != 0,
            disable: flags & WINHTTP_FLAG_ESCAPE_DISABLE != 0,
            disable_query: flags & WINHTTP_FLAG_ESCAPE_DISABLE_QUERY != 0,
            asterisk: verb == "OPTIONS",
        };
        open.refresh = flags & WINHTTP_FLAG_REFRESH != 0;
        open.automatic_chunking = flags & WINHTTP_FLAG_AUTOMATIC_CHUNKING != 0;
        open.observer = Some(Arc::clone(&status) as Arc<dyn openwinhttp::Observer>);
        let object = RequestObject {
            request: connect.connect.open_request(open)?,
            status,
            stored: connect.session.stored.for_request(),
            session: Arc::clone(&connect.session),
            parent,
        };
        Object::Request(Arc::new(object)).publish()
    })
}

/// The strings of a list.
///
/// # Safety
/// `list` is NULL or an array of strings with NUL that ends with NULL.
unsafe fn accept_list(list: *const LPCWSTR) -> openwinhttp::Result<Vec<String>> {
    let mut strings = Vec::new();
    if list.is_null() {
        return Ok(strings);
    }
    for index in 0.. {
        // SAFETY: the list has elements up to NULL.
        let string = unsafe { *list.add(index) };
        if string.is_null() {
            break;
        }
        // SAFETY: its elements are strings.
        strings.push(unsafe { text(string) }?);
    }
    Ok(strings)
}

/// `WinHttpCloseHandle`: of any kind.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpCloseHandle(handle: HINTERNET) -> BOOL {
    boolean(|| Object::close(handle))
}

/// `WinHttpSetStatusCallback`: returns the callback before, `WINHTTP_INVALID_STATUS_CALLBACK` for failure.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpSetStatusCallback(
    handle: HINTERNET,
    callback: WINHTTP_STATUS_CALLBACK,
    notification_flags: DWORD,
    reserved: DWORD_PTR,
) -> WINHTTP_STATUS_CALLBACK {
    value(invalid_status_callback(), || {
        let object = Object::of(handle)?;
        // What this function gives for failure is no function.
        let is_none = callback.is_some_and(|callback| callback as usize == usize::MAX);
        if reserved != 0 || is_none {
            return Err(Error::InvalidParameter);
        }
        Ok(object.status().set_callback(callback, notification_flags))
    })
}
