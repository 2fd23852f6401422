//! What every handle has: callback, context, kind and parent; and what the process has.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use openwinhttp::{Error, Result};
use win32_abi::winhttp::*;

use super::target::{CONNECT, REQUEST, SESSION, Target, WEB_SOCKET};
use super::values::{In, Out};
use crate::objects::Object;

pub(super) fn query_callback(target: &Target, out: &Out) -> Result<()> {
    let callback = target.object()?.status().callback();
    out.plain(|| Ok(callback.map_or(0, |callback| callback as usize)))
}

/// The buffer holds the function's address.
pub(super) fn set_callback(target: &Target, input: &In) -> Result<()> {
    let address: usize = input.plain()?;
    if address == usize::MAX {
        return Err(Error::InvalidParameter);
    }
    // SAFETY: 0 is `None`, and anything else the address of a callback (the caller's contract).
    let callback = unsafe { std::mem::transmute::<usize, WINHTTP_STATUS_CALLBACK>(address) };
    target
        .object()?
        .status()
        .set_callback(callback, WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS);
    Ok(())
}

pub(super) fn query_context(target: &Target, out: &Out) -> Result<()> {
    let context = target.object()?.status().context();
    out.plain(|| Ok(context))
}

pub(super) fn set_context(target: &Target, input: &In) -> Result<()> {
    target.object()?.status().set_context(input.plain()?);
    Ok(())
}

pub(super) fn query_kind(target: &Target, out: &Out) -> Result<()> {
    out.number(match target.kind() {
        SESSION => WINHTTP_HANDLE_TYPE_SESSION,
        CONNECT => WINHTTP_HANDLE_TYPE_CONNECT,
        REQUEST => WINHTTP_HANDLE_TYPE_REQUEST,
        WEB_SOCKET => WINHTTP_HANDLE_TYPE_WEBSOCKET,
        _ => return Err(Error::IncorrectHandleType),
    })
}

pub(super) fn query_parent(target: &Target, out: &Out) -> Result<()> {
    let parent = match target.object()? {
        Object::Session(_) => std::ptr::null_mut(),
        Object::Connect(object) => object.parent.to_handle(),
        Object::Request(object) => object.parent.to_handle(),
        Object::WebSocket(object) => object.parent.to_handle(),
    };
    out.plain(|| Ok(parent))
}

/// Can be set once.
static WORKER_THREADS: OnceLock<u32> = OnceLock::new();

/// 0 until it was set (facts 3.2): as many as are needed.
pub(super) fn query_worker_threads(_: &Target, out: &Out) -> Result<()> {
    out.number(WORKER_THREADS.get().copied().unwrap_or(0))
}

pub(super) fn set_worker_threads(_: &Target, input: &In) -> Result<()> {
    let count = input.number()?;
    WORKER_THREADS
        .set(count)
        .map_err(|_| Error::IncorrectHandleState)
}

static TRACING: AtomicU32 = AtomicU32::new(0);

pub(super) fn query_tracing(_: &Target, out: &Out) -> Result<()> {
    out.number(TRACING.load(Ordering::Relaxed))
}

/// Remembered; there is nothing to trace with.
pub(super) fn set_tracing(_: &Target, input: &In) -> Result<()> {
    TRACING.store(u32::from(input.number()? != 0), Ordering::Relaxed);
    Ok(())
}

/// The minor version; the major one is 1.
static HTTP_MINOR_VERSION: AtomicU32 = AtomicU32::new(1);

pub(super) fn query_http_version(_: &Target, out: &Out) -> Result<()> {
    let minor = HTTP_MINOR_VERSION.load(Ordering::Relaxed);
    out.plain(|| {
        Ok(HTTP_VERSION_INFO {
            dwMajorVersion: 1,
            dwMinorVersion: minor,
        })
    })
}

/// Remembered for the process; a request's version is what `WinHttpOpenRequest` was given.
pub(super) fn set_http_version(_: &Target, input: &In) -> Result<()> {
    let version: HTTP_VERSION_INFO = input.plain()?;
    if version.dwMajorVersion != 1 || version.dwMinorVersion > 1 {
        return Err(Error::InvalidParameter);
    }
    HTTP_MINOR_VERSION.store(version.dwMinorVersion, Ordering::Relaxed);
    Ok(())
}

/// Features that this library has. One that is missing here is tried by no program that asks.
const FEATURES: &[u32] = &[
    WINHTTP_FEATURE_IPV6_FAST_FALLBACK,
    WINHTTP_FEATURE_EXPIRE_CONNECTION,
    // There is none to disable.
    WINHTTP_FEATURE_DISABLE_SECURE_PROTOCOL_FALLBACK,
    WINHTTP_FEATURE_SECURITY_INFO,
    WINHTTP_FEATURE_TCP_KEEPALIVE,
    WINHTTP_FEATURE_RESOLUTION_HOSTNAME,
    WINHTTP_FEATURE_IS_FEATURE_SUPPORTED,
    WINHTTP_FEATURE_ADD_REQUEST_HEADERS_EX,
    WINHTTP_FEATURE_READ_DATA_EX,
    WINHTTP_FEATURE_QUERY_HEADERS_EX,
    WINHTTP_FEATURE_QUERY_CONNECTION_GROUP,
    WINHTTP_FEATURE_FREE_QUERY_CONNECTION_GROUP_RESULT,
    WINHTTP_FEATURE_QUERY_CONNECTION_GROUP_FLAG_INSECURE,
    WINHTTP_FEATURE_SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS,
    WINHTTP_FEATURE_FLAG_SECURE_DEFAULTS,
    WINHTTP_FEATURE_EXTENDED_HEADER_FLAG_UNICODE,
    WINHTTP_FEATURE_QUERY_FLAG_TRAILERS,
    WINHTTP_FEATURE_QUERY_FLAG_WIRE_ENCODING,
    WINHTTP_FEATURE_FLAG_AUTOMATIC_CHUNKING,
    WINHTTP_FEATURE_QUERY_EX_ALL_HEADERS,
    WINHTTP_FEATURE_READ_DATA_EX_FLAG_FILL_BUFFER,
    WINHTTP_FEATURE_REQUEST_ANNOTATION,
];

/// The buffer holds a feature's number and stays as it is.
pub(super) fn query_feature(_: &Target, out: &Out) -> Result<()> {
    if FEATURES.contains(&out.question()?) {
        Ok(())
    } else {
        Err(Error::InvalidOption)
    }
}
