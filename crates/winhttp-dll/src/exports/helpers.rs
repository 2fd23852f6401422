//! WinHttpCrackUrl, WinHttpCreateUrl, the time functions, WinHttpCheckPlatform: no handles, no network.

#![allow(non_snake_case, reason = "exported under Microsoft's names")]

#[cfg(test)]
mod tests;

use openwinhttp::date::DateTime;
use openwinhttp::url::{self, CodePage, Components, CrackOptions, CreateOptions, Scheme};
use openwinhttp::{Error, Result};
use win32_abi::winhttp::{
    BOOL, DWORD, ICU_DECODE, ICU_ESCAPE, ICU_REJECT_USERPWD, INTERNET_SCHEME, INTERNET_SCHEME_FTP,
    INTERNET_SCHEME_HTTP, INTERNET_SCHEME_HTTPS, INTERNET_SCHEME_SOCKS, LPCWSTR, LPDWORD, LPWSTR,
    SYSTEMTIME, URL_COMPONENTS,
};

use crate::guard::boolean;
use crate::memory::{wide, wide_counted};

/// Takes a URL apart. Other flags than `ICU_DECODE`, `ICU_ESCAPE` and `ICU_REJECT_USERPWD` have no effect.
///
/// # Safety
/// `pwszUrl` must be NULL or valid for `dwUrlLength` units (0: up to a NUL); `lpUrlComponents` NULL or valid, and its buffers
/// for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpCrackUrl(
    pwszUrl: LPCWSTR,
    dwUrlLength: DWORD,
    dwFlags: DWORD,
    lpUrlComponents: *mut URL_COMPONENTS,
) -> BOOL {
    boolean(|| {
        // SAFETY: the caller's contract.
        let mut components = unsafe { read_components(lpUrlComponents) }?;
        let length = if dwUrlLength == 0 {
            u32::MAX
        } else {
            dwUrlLength
        };
        // SAFETY: the caller's contract.
        let source = unsafe { wide_counted(pwszUrl, length) }.ok_or(Error::InvalidParameter)?;
        // SAFETY: the caller's contract.
        let result = unsafe { crack(source, dwFlags, &mut components) };
        if matches!(result, Ok(()) | Err(Error::InsufficientBuffer)) {
            // SAFETY: was read above.
            unsafe { lpUrlComponents.write_unaligned(components) };
        }
        result
    })
}

/// Puts a URL together. Other flags than `ICU_ESCAPE` and `ICU_REJECT_USERPWD` have no effect.
///
/// # Safety
/// `lpUrlComponents` must be NULL or valid, and its parts for their lengths; `pdwUrlLength` NULL or valid; `pwszUrl` NULL or
/// valid for `*pdwUrlLength` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpCreateUrl(
    lpUrlComponents: *const URL_COMPONENTS,
    dwFlags: DWORD,
    pwszUrl: LPWSTR,
    pdwUrlLength: LPDWORD,
) -> BOOL {
    boolean(|| {
        // SAFETY: the caller's contract.
        let components = unsafe { read_components(lpUrlComponents) }?;
        if pdwUrlLength.is_null() {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: the caller's contract.
        let url = unsafe { create(&components, dwFlags) }?;
        // SAFETY: not NULL, and valid by the caller's contract.
        let mut length = unsafe { pdwUrlLength.read_unaligned() };
        // SAFETY: the caller's contract.
        let result = unsafe { copy_out(&url, pwszUrl, &mut length) };
        // SAFETY: as above.
        unsafe { pdwUrlLength.write_unaligned(length) };
        result
    })
}

/// Writes a date as HTTP does.
///
/// # Safety
/// `pst` must be NULL or valid; `pwszTime` NULL or valid for `WINHTTP_TIME_FORMAT_BUFSIZE` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpTimeFromSystemTime(
    pst: *const SYSTEMTIME,
    pwszTime: LPWSTR,
) -> BOOL {
    boolean(|| {
        if pst.is_null() || pwszTime.is_null() {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: not NULL, and valid by the caller's contract.
        let time = unsafe { pst.read_unaligned() };
        let date = DateTime {
            year: time.wYear,
            month: time.wMonth,
            day_of_week: time.wDayOfWeek,
            day: time.wDay,
            hour: time.wHour,
            minute: time.wMinute,
            second: time.wSecond,
            millisecond: time.wMilliseconds,
        };
        let text: Vec<u16> = date.to_http_date()?.encode_utf16().collect();
        // SAFETY: not NULL; the text has at most 30 units, the buffer 31.
        unsafe { put_text(&text, pwszTime) };
        Ok(())
    })
}

/// Reads a date as HTTP writes it; see [`DateTime::parse`] for the forms.
///
/// # Safety
/// `pwszTime` must be NULL or a terminated text; `pst` NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpTimeToSystemTime(
    pwszTime: LPCWSTR,
    pst: *mut SYSTEMTIME,
) -> BOOL {
    boolean(|| {
        // SAFETY: the caller's contract.
        let text = unsafe { wide(pwszTime) }.ok_or(Error::InvalidParameter)?;
        if pst.is_null() {
            return Err(Error::InvalidParameter);
        }
        let date = DateTime::parse_utf16(text)?;
        let time = SYSTEMTIME {
            wYear: date.year,
            wMonth: date.month,
            wDayOfWeek: date.day_of_week,
            wDay: date.day,
            wHour: date.hour,
            wMinute: date.minute,
            wSecond: date.second,
            wMilliseconds: date.millisecond,
        };
        // SAFETY: not NULL, and valid by the caller's contract.
        unsafe { pst.write_unaligned(time) };
        Ok(())
    })
}

/// TRUE: every platform that this runs on will do.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpCheckPlatform() -> BOOL {
    boolean(|| Ok(()))
}

/// Reads the structure if it says to be of the right size.
///
/// # Safety
/// `components` must be NULL or valid; if the size is wrong, only for the member with the size.
unsafe fn read_components(components: *const URL_COMPONENTS) -> Result<URL_COMPONENTS> {
    // SAFETY: `&&` looks behind the pointer only if it is not NULL, and the size is the first member.
    let right = !components.is_null()
        && unsafe { components.cast::<u32>().read_unaligned() } as usize
            == size_of::<URL_COMPONENTS>();
    if !right {
        return Err(Error::InvalidParameter);
    }
    // SAFETY: not NULL, and all of it is there.
    Ok(unsafe { components.read_unaligned() })
}

/// How the caller wants a part of a URL (facts 21.2, 21.3).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    No,
    /// As a place inside the URL.
    Place,
    /// Copied into the caller's buffer.
    Copy,
}

impl Wanted {
    fn new(pointer: LPWSTR, length: u32) -> Result<Self> {
        match (pointer.is_null(), length) {
            (true, 0) => Ok(Self::No),
            (true, _) => Ok(Self::Place),
            (false, 0) => Err(Error::InvalidParameter),
            (false, _) => Ok(Self::Copy),
        }
    }
}

/// Fills the members of `components`. What they are is of meaning after success and [`Error::InsufficientBuffer`] only.
///
/// # Safety
/// The buffers must be valid for their lengths.
unsafe fn crack(source: &[u16], flags: u32, components: &mut URL_COMPONENTS) -> Result<()> {
    // What the caller asks for is looked at before the URL, and whole, so that a wrong request changes nothing.
    let wanted = [
        Wanted::new(components.lpszScheme, components.dwSchemeLength)?,
        Wanted::new(components.lpszUserName, components.dwUserNameLength)?,
        Wanted::new(components.lpszPassword, components.dwPasswordLength)?,
        Wanted::new(components.lpszHostName, components.dwHostNameLength)?,
        Wanted::new(components.lpszUrlPath, components.dwUrlPathLength)?,
        Wanted::new(components.lpszExtraInfo, components.dwExtraInfoLength)?,
    ];
    if flags & (ICU_DECODE | ICU_ESCAPE) != 0 && wanted.contains(&Wanted::Place) {
        return Err(Error::InvalidParameter);
    }
    // A copy: a caller's buffer may be the URL itself.
    let copy = source.to_vec();
    let options = CrackOptions {
        reject_user_info: flags & ICU_REJECT_USERPWD != 0,
    };
    let cracked = url::crack(&copy, options)?;

    components.nScheme = match cracked.scheme {
        Scheme::Https => INTERNET_SCHEME_HTTPS,
        _ => INTERNET_SCHEME_HTTP,
    };
    components.nPort = cracked.port;
    let path = if wanted[5] == Wanted::No {
        cracked.path_and_extra()
    } else {
        cracked.path
    };
    let parts = [
        Some(cracked.scheme_text),
        cracked.user_name,
        cracked.password,
        Some(cracked.host),
        Some(path),
        Some(cracked.extra),
    ];
    let members = [
        (&mut components.lpszScheme, &mut components.dwSchemeLength),
        (
            &mut components.lpszUserName,
            &mut components.dwUserNameLength,
        ),
        (
            &mut components.lpszPassword,
            &mut components.dwPasswordLength,
        ),
        (
            &mut components.lpszHostName,
            &mut components.dwHostNameLength,
        ),
        (&mut components.lpszUrlPath, &mut components.dwUrlPathLength),
        (
            &mut components.lpszExtraInfo,
            &mut components.dwExtraInfoLength,
        ),
    ];
    let mut result = Ok(());
    for (index, ((pointer, length), part)) in members.into_iter().zip(parts).enumerate() {
        match wanted[index] {
            Wanted::No => {}
            Wanted::Place => {
                let place = part.map(|range| &source[range]);
                *pointer = place.map_or(std::ptr::null_mut(), |place| place.as_ptr().cast_mut());
                *length = place.map_or(Ok(0), count)?;
            }
            Wanted::Copy => {
                let text = part.map_or(&[][..], |range| &copy[range]);
                // Path and extra info are the last two; the others are never converted.
                let converted = (index >= 4).then(|| convert(text, flags)).flatten();
                // SAFETY: not NULL, and valid for the length by the caller's contract.
                let fits =
                    unsafe { copy_out(converted.as_deref().unwrap_or(text), *pointer, length) };
                result = result.and(fits);
            }
        }
    }
    result
}

/// What the flags make of a path or extra info; `None` if nothing.
fn convert(text: &[u16], flags: u32) -> Option<Vec<u16>> {
    let decoded = (flags & ICU_DECODE != 0).then(|| url::decode_component(text));
    if flags & ICU_ESCAPE == 0 {
        return decoded;
    }
    // A percent sign that was not decoded may begin an escape; one that comes of decoding is itself.
    let percent = decoded.is_some();
    Some(url::escape_component(
        decoded.as_deref().unwrap_or(text),
        percent,
    ))
}

/// # Safety
/// The parts must be NULL or valid for their lengths.
unsafe fn create(components: &URL_COMPONENTS, flags: u32) -> Result<Vec<u16>> {
    // SAFETY: the caller's contract. A part of length 0 is empty, whatever stands there (facts 22.10).
    let part = |pointer: LPWSTR, length: u32| unsafe { wide_counted_exactly(pointer, length) };
    let scheme_text = part(components.lpszScheme, components.dwSchemeLength)?;
    let scheme = match (scheme_text, components.nScheme) {
        (Some(_), _) => Scheme::Http,
        (None, number) => scheme(number).ok_or(Error::UnrecognizedScheme)?,
    };
    let components = Components {
        scheme_text,
        scheme,
        user_name: part(components.lpszUserName, components.dwUserNameLength)?,
        password: part(components.lpszPassword, components.dwPasswordLength)?,
        host: part(components.lpszHostName, components.dwHostNameLength)?,
        port: components.nPort,
        path: part(components.lpszUrlPath, components.dwUrlPathLength)?,
        extra: part(components.lpszExtraInfo, components.dwExtraInfoLength)?,
    };
    let options = CreateOptions {
        escape: (flags & ICU_ESCAPE != 0).then(code_page),
        reject_user_info: flags & ICU_REJECT_USERPWD != 0,
    };
    url::create(&components, options)
}

fn scheme(number: INTERNET_SCHEME) -> Option<Scheme> {
    match number {
        0 | INTERNET_SCHEME_HTTP => Some(Scheme::Http),
        INTERNET_SCHEME_HTTPS => Some(Scheme::Https),
        INTERNET_SCHEME_FTP => Some(Scheme::Ftp),
        INTERNET_SCHEME_SOCKS => Some(Scheme::Socks),
        _ => None,
    }
}

/// `None` for NULL. All ones, which callers put there to ask `WinHttpCrackUrl` for a place, is no length: 87.
///
/// # Safety
/// `start` must be NULL or valid for `length` units during `'a`.
unsafe fn wide_counted_exactly<'a>(start: LPWSTR, length: u32) -> Result<Option<&'a [u16]>> {
    if start.is_null() {
        return Ok(None);
    }
    if length == u32::MAX {
        return Err(Error::InvalidParameter);
    }
    // SAFETY: the caller's contract.
    Ok(unsafe { wide_counted(start, length) })
}

/// The ANSI code page.
#[cfg(windows)]
fn code_page() -> CodePage {
    #[link(name = "kernel32")]
    unsafe extern "system" {
        safe fn GetACP() -> u32;
    }
    const CP_UTF8: u32 = 65001;

    if GetACP() == CP_UTF8 {
        CodePage::Utf8
    } else {
        CodePage::SingleByte
    }
}

/// What stands for the ANSI code page.
#[cfg(not(windows))]
fn code_page() -> CodePage {
    CodePage::Utf8
}

/// Copies a text and a NUL. `length` is the buffer's units before, and those of the text after; without NUL on success, with
/// it when the buffer is too small. NULL that would be large enough is [`Error::InvalidParameter`] and leaves it alone.
///
/// # Safety
/// `buffer` must be NULL or valid for writes of `length` units.
unsafe fn copy_out(text: &[u16], buffer: LPWSTR, length: &mut u32) -> Result<()> {
    let count = count(text)?;
    if *length <= count {
        *length = count.checked_add(1).ok_or(Error::NotEnoughMemory)?;
        return Err(Error::InsufficientBuffer);
    }
    if buffer.is_null() {
        return Err(Error::InvalidParameter);
    }
    // SAFETY: not NULL, with room for the text and its NUL.
    unsafe { put_text(text, buffer) };
    *length = count;
    Ok(())
}

fn count(text: &[u16]) -> Result<u32> {
    u32::try_from(text.len()).map_err(|_| Error::NotEnoughMemory)
}

/// # Safety
/// `buffer` must be valid for writes of the text and a NUL; it need not be aligned.
unsafe fn put_text(text: &[u16], buffer: LPWSTR) {
    // SAFETY: as bytes, which have no alignment; the caller's contract.
    unsafe {
        let bytes = size_of_val(text);
        std::ptr::copy_nonoverlapping(text.as_ptr().cast::<u8>(), buffer.cast::<u8>(), bytes);
        buffer.add(text.len()).write_unaligned(0);
    }
}
