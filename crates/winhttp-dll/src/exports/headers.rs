//! Adding request headers, querying headers of both directions.

mod query;
mod query_ex;
mod source;

pub use query::*;
pub use query_ex::*;

use openwinhttp::request_headers::Modifiers;
use openwinhttp::{Error, Result};
use win32_abi::winhttp::*;

use crate::guard::{boolean, code};
use crate::memory::{wide, wide_counted};
use crate::objects::{Object, RequestObject};

/// `WinHttpAddRequestHeaders`.
///
/// # Safety
/// `headers` is NULL or has the length, or ends with a NUL where the length is -1.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpAddRequestHeaders(
    request: HINTERNET,
    headers: LPCWSTR,
    length: DWORD,
    modifiers: DWORD,
) -> BOOL {
    boolean(|| {
        let object = Object::request(request)?;
        // SAFETY: the caller's contract.
        let headers = unsafe { wide_counted(headers, length) }.ok_or(Error::InvalidParameter)?;
        if headers.is_empty() {
            return Err(Error::InvalidParameter);
        }
        let modifiers = Modifiers::from_bits(modifiers)?;
        object
            .request
            .with_headers(|own| own.add_block(headers, modifiers))
    })
}

/// `WinHttpAddRequestHeadersEx`.
///
/// # Safety
/// `headers` is NULL or an array of `count` elements, whose strings end with a NUL and are of the kind that `flags` says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpAddRequestHeadersEx(
    request: HINTERNET,
    modifiers: DWORD,
    flags: ULONGLONG,
    extra: ULONGLONG,
    count: DWORD,
    headers: *mut WINHTTP_EXTENDED_HEADER,
) -> DWORD {
    code(|| {
        let object = Object::request(request)?;
        if headers.is_null()
            || count == 0
            || extra != 0
            || flags & !WINHTTP_EXTENDED_HEADER_FLAG_UNICODE != 0
        {
            return Err(Error::InvalidParameter);
        }
        let wide = flags & WINHTTP_EXTENDED_HEADER_FLAG_UNICODE != 0;
        let modifiers = Modifiers::from_bits(modifiers)?;
        // SAFETY: the caller's contract.
        unsafe {
            add_each(
                &object,
                modifiers,
                wide,
                std::slice::from_raw_parts(headers, count as usize),
            )
        }
    })
}

/// # Safety
/// The strings of `headers` are NULL or end with a NUL; `is_wide` tells of which kind they are.
unsafe fn add_each(
    object: &RequestObject,
    modifiers: Modifiers,
    is_wide: bool,
    headers: &[WINHTTP_EXTENDED_HEADER],
) -> Result<()> {
    let mut pairs = Vec::with_capacity(headers.len());
    for header in headers {
        // SAFETY: the caller's contract; `is_wide` says which members of the unions are meant.
        let (name, value) = unsafe {
            if is_wide {
                (
                    encoded(header.name.pwszName),
                    encoded(header.value.pwszValue),
                )
            } else {
                (narrow(header.name.pszName), narrow(header.value.pszValue))
            }
        };
        pairs.push((
            name.ok_or(Error::InvalidParameter)?,
            value.ok_or(Error::InvalidParameter)?,
        ));
    }
    object.request.with_headers(|own| {
        let before = own.clone();
        for (name, value) in &pairs {
            if let Err(error) = own.add(name, value, modifiers) {
                *own = before;
                return Err(error);
            }
        }
        Ok(())
    })
}

/// # Safety
/// NULL, or ends with a NUL.
unsafe fn encoded(text: *const u16) -> Option<Vec<u8>> {
    // SAFETY: passed on.
    unsafe { wide(text) }.map(openwinhttp::request_headers::encode)
}

/// # Safety
/// NULL, or ends with a NUL.
unsafe fn narrow(text: *const u8) -> Option<Vec<u8>> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not NULL, else passed on.
    let text = unsafe { std::ffi::CStr::from_ptr(text.cast()) };
    Some(text.to_bytes().to_vec())
}
