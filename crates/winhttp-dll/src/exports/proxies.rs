//! The parts of proxy configuration that can be answered without a proxy: there is none yet.

use openwinhttp::{Error, Result};
use win32_abi::winhttp::*;

use crate::guard::{boolean, code};
use crate::memory::{wide, write};
use crate::objects::Object;

/// `WinHttpGetDefaultProxyConfiguration`: none is configured.
///
/// # Safety
/// `info` is NULL or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpGetDefaultProxyConfiguration(
    info: *mut WINHTTP_PROXY_INFO,
) -> BOOL {
    boolean(|| {
        let none = WINHTTP_PROXY_INFO {
            dwAccessType: WINHTTP_ACCESS_TYPE_NO_PROXY,
            lpszProxy: std::ptr::null_mut(),
            lpszProxyBypass: std::ptr::null_mut(),
        };
        // SAFETY: the caller's contract.
        unsafe { write_required(info, none) }
    })
}

/// `WinHttpSetDefaultProxyConfiguration`: not yet; a configuration without proxy is what there is.
///
/// # Safety
/// `info` is NULL or can be read, its strings too.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpSetDefaultProxyConfiguration(
    info: *mut WINHTTP_PROXY_INFO,
) -> BOOL {
    boolean(|| {
        if info.is_null() {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: the caller's contract.
        let info = unsafe { info.read_unaligned() };
        match info.dwAccessType {
            WINHTTP_ACCESS_TYPE_NO_PROXY => Ok(()),
            WINHTTP_ACCESS_TYPE_NAMED_PROXY => {
                // SAFETY: the caller's contract.
                let (proxy, bypass) = unsafe { (wide(info.lpszProxy), wide(info.lpszProxyBypass)) };
                let proxy = proxy.ok_or(Error::InvalidParameter)?;
                if proxy
                    .iter()
                    .chain(bypass.unwrap_or_default())
                    .any(|unit| *unit > 0x7F)
                {
                    return Err(Error::InvalidParameter);
                }
                Err(Error::AccessDenied)
            }
            _ => Err(Error::InvalidParameter),
        }
    })
}

/// `WinHttpGetIEProxyConfigForCurrentUser`: nothing is configured (facts 15.11).
///
/// # Safety
/// `config` is NULL or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpGetIEProxyConfigForCurrentUser(
    config: *mut WINHTTP_CURRENT_USER_IE_PROXY_CONFIG,
) -> BOOL {
    boolean(|| {
        let none = WINHTTP_CURRENT_USER_IE_PROXY_CONFIG {
            fAutoDetect: 0,
            lpszAutoConfigUrl: std::ptr::null_mut(),
            lpszProxy: std::ptr::null_mut(),
            lpszProxyBypass: std::ptr::null_mut(),
        };
        // SAFETY: the caller's contract.
        unsafe { write_required(config, none) }
    })
}

/// `WinHttpDetectAutoProxyConfigUrl`: finds nothing yet.
///
/// # Safety
/// `url` is NULL or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpDetectAutoProxyConfigUrl(
    flags: DWORD,
    url: *mut LPWSTR,
) -> BOOL {
    const KNOWN: u32 = WINHTTP_AUTO_DETECT_TYPE_DHCP | WINHTTP_AUTO_DETECT_TYPE_DNS_A;
    boolean(|| {
        if flags == 0 || flags & !KNOWN != 0 {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: the caller's contract.
        unsafe { write_required(url, std::ptr::null_mut())? };
        Err(Error::AutodetectionFailed)
    })
}

/// `WinHttpGetProxyForUrl`: checks its parameters; scripts are not run yet.
///
/// # Safety
/// `url` is NULL or ends with a NUL; `options` is NULL or can be read, its string too.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpGetProxyForUrl(
    session: HINTERNET,
    url: LPCWSTR,
    options: *mut WINHTTP_AUTOPROXY_OPTIONS,
    info: *mut WINHTTP_PROXY_INFO,
) -> BOOL {
    boolean(|| {
        Object::session(session)?;
        // SAFETY: the caller's contract.
        let url = unsafe { wide(url) }.unwrap_or_default();
        if url.is_empty() || options.is_null() || info.is_null() {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: the caller's contract.
        let options = unsafe { options.read_unaligned() };
        let detect = options.dwFlags & WINHTTP_AUTOPROXY_AUTO_DETECT != 0;
        let config = options.dwFlags & WINHTTP_AUTOPROXY_CONFIG_URL != 0;
        let missing = detect && options.dwAutoDetectFlags == 0
            || config && options.lpszAutoConfigUrl.is_null();
        if !(detect || config) || missing {
            return Err(Error::InvalidParameter);
        }
        Err(Error::AutoProxyServiceError)
    })
}

/// `WinHttpResetAutoProxy`: nothing is kept that could be forgotten.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpResetAutoProxy(session: HINTERNET, flags: DWORD) -> DWORD {
    code(|| {
        Object::session(session)?;
        if flags & WINHTTP_RESET_OUT_OF_PROC == 0 {
            return Err(Error::InvalidParameter);
        }
        Ok(())
    })
}

/// `WinHttpFreeProxyResult`: empties the structure.
///
/// # Safety
/// `result` is NULL or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpFreeProxyResult(result: *mut WINHTTP_PROXY_RESULT) {
    // SAFETY: the caller's contract. All zeros is an empty result.
    unsafe { write(result, std::mem::zeroed()) };
}

/// `WinHttpFreeProxyResultEx`: empties the structure.
///
/// # Safety
/// `result` is NULL or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpFreeProxyResultEx(result: *mut WINHTTP_PROXY_RESULT_EX) {
    // SAFETY: the caller's contract. All zeros is an empty result.
    unsafe { write(result, std::mem::zeroed()) };
}

/// # Safety
/// `pointer` is NULL or can be written.
unsafe fn write_required<T>(pointer: *mut T, value: T) -> Result<()> {
    if pointer.is_null() {
        return Err(Error::InvalidParameter);
    }
    // SAFETY: passed on.
    unsafe { write(pointer, value) };
    Ok(())
}
