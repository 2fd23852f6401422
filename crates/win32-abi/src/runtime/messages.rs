//! Texts of error numbers: `FormatMessage`.
//!
//! The texts are our own, in English whatever language is asked for. Those of WinHTTP's errors are found with
//! `FORMAT_MESSAGE_FROM_SYSTEM` too; on Windows that needs `FORMAT_MESSAGE_FROM_HMODULE` and winhttp.dll's handle.

use core::ffi::{c_char, c_void};

use super::heap::openwinhttp_GlobalAlloc;
use super::text::{narrow, wide};
use super::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY,
    ERROR_NOT_SUPPORTED, last_error,
};

const ALLOCATE_BUFFER: u32 = 0x100;
const IGNORE_INSERTS: u32 = 0x200;
const FROM_STRING: u32 = 0x400;
const FROM_HMODULE: u32 = 0x800;
const FROM_SYSTEM: u32 = 0x1000;
/// The text has no line breaks of its own: each is a space.
const MAX_WIDTH_MASK: u32 = 0xFF;

/// `ERROR_MR_MID_NOT_FOUND`.
const ERROR_MR_MID_NOT_FOUND: u32 = 317;

/// The text of a system error number, without a line break.
fn system_text(number: u32) -> Option<&'static str> {
    Some(match number {
        0 => "The operation was successful.",
        1 => "The function is not valid.",
        2 => "The file was not found.",
        3 => "The path was not found.",
        4 => "Too many files are open.",
        5 => "Access is denied.",
        6 => "The handle is not valid.",
        8 => "There is not enough memory.",
        13 => "The data is not valid.",
        14 => "There is not enough memory to complete this operation.",
        18 => "There are no more files.",
        21 => "The device is not ready.",
        24 => "The length is not the one that was expected.",
        29 => "Writing failed.",
        30 => "Reading failed.",
        31 => "A general failure occurred.",
        32 => "The file is in use.",
        38 => "The end of the file was reached.",
        50 => "The request is not supported.",
        80 => "The file exists.",
        86 => "The password is wrong.",
        87 => "A parameter is not valid.",
        109 => "The pipe was ended.",
        110 => "The file cannot be opened.",
        111 => "The name is too long.",
        112 => "The disk is full.",
        120 => "The function is not supported here.",
        121 => "The wait ended because time ran out.",
        122 => "The buffer is too small.",
        123 => "The name is not valid.",
        126 => "The module was not found.",
        127 => "The procedure was not found.",
        131 => "The position would lie before the beginning of the file.",
        145 => "The folder is not empty.",
        170 => "The resource is in use.",
        183 => "It exists already.",
        234 => "There is more data.",
        258 => "The wait ended because time ran out.",
        259 => "There is no more data.",
        317 => "There is no text for this number.",
        995 => "The operation was aborted.",
        996 => "The operation is not complete.",
        997 => "The operation goes on.",
        1113 => "There is no such character in the other encoding.",
        1168 => "The element was not found.",
        1223 => "The operation was cancelled.",
        1225 => "The remote system refused the connection.",
        1226 => "The connection was closed.",
        1236 => "The connection was aborted.",
        1460 => "The operation ended because time ran out.",
        4317 => "The operation is not possible in this state.",
        _ => return None,
    })
}

/// The text for the arguments of `FormatMessage`, or an error's number.
fn format(flags: u32, source: Option<String>, number: u32) -> Result<String, u32> {
    let text = if let Some(source) = source {
        source
    } else if flags & (FROM_HMODULE | FROM_SYSTEM) == 0 {
        return Err(ERROR_INVALID_PARAMETER);
    } else {
        // HRESULTs of errors stand for these.
        let number = match number & 0xFFFF_0000 {
            0x8007_0000 => number & 0xFFFF,
            _ => number,
        };
        let text = crate::winhttp::messages::message(number).or_else(|| system_text(number));
        let text = text.ok_or(ERROR_MR_MID_NOT_FOUND)?;
        return Ok(match flags & MAX_WIDTH_MASK {
            0 => format!("{text}\r\n"),
            _ => format!("{text} "),
        });
    };
    let text = match flags & IGNORE_INSERTS {
        0 => without_escapes(&text)?,
        _ => text,
    };
    Ok(match flags & MAX_WIDTH_MASK {
        0 => text,
        _ => text.replace("\r\n", " ").replace('\n', " "),
    })
}

/// The escapes of a caller's text, each replaced. Inserts (`%1`) are not offered.
fn without_escapes(text: &str) -> Result<String, u32> {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            result.push(character);
            continue;
        }
        match characters.next() {
            Some('0') => return Ok(result),
            Some('1'..='9') => return Err(ERROR_NOT_SUPPORTED),
            Some('n') => result.push_str("\r\n"),
            Some('b') => result.push(' '),
            Some('r') => result.push('\r'),
            Some('t') => result.push('\t'),
            Some(other) => result.push(other),
            None => return Err(ERROR_INVALID_PARAMETER),
        }
    }
    Ok(result)
}

/// Writes the text and a 0; its length without the 0, or 0 with the last error set.
///
/// # Safety
/// `buffer` has room for `size` units, or for a pointer if the flags say that a block is wanted.
unsafe fn deliver<T: Copy + Default>(
    flags: u32,
    mut units: Vec<T>,
    buffer: *mut T,
    size: u32,
) -> u32 {
    let length = units.len();
    units.push(T::default());
    if buffer.is_null() {
        last_error::set(ERROR_INVALID_PARAMETER);
        return 0;
    }
    let target = if flags & ALLOCATE_BUFFER != 0 {
        let room = units.len().max(size as usize);
        let block = openwinhttp_GlobalAlloc(0, room.saturating_mul(size_of::<T>())).cast::<T>();
        if block.is_null() {
            last_error::set(ERROR_NOT_ENOUGH_MEMORY);
            return 0;
        }
        // SAFETY: the caller gives room for a pointer, though maybe not at an address that is aligned for one.
        unsafe { buffer.cast::<*mut T>().write_unaligned(block) };
        block
    } else if units.len() > size as usize {
        last_error::set(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    } else {
        buffer
    };
    // SAFETY: there is room for so many; the source is our own.
    unsafe { target.copy_from_nonoverlapping(units.as_ptr(), units.len()) };
    // At most what the caller's text and 32 bits allow.
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// `FormatMessageW`: the text of an error number, ending with CR LF, or the caller's text with its escapes replaced.
/// A block that it allocates is freed with `LocalFree`. Inserts are not offered: they give `ERROR_NOT_SUPPORTED`.
///
/// # Safety
/// `source` points to text with a 0 if the flags have `FORMAT_MESSAGE_FROM_STRING`. `buffer` has room for `size` units, or
/// for a pointer with `FORMAT_MESSAGE_ALLOCATE_BUFFER`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_FormatMessageW(
    flags: u32,
    source: *const c_void,
    number: u32,
    _language: u32,
    buffer: *mut u16,
    size: u32,
    _arguments: *const c_void,
) -> u32 {
    let source = (flags & FROM_STRING != 0)
        // SAFETY: the caller's promise.
        .then(|| String::from_utf16_lossy(unsafe { wide(source.cast()) }));
    match format(flags, source, number) {
        // SAFETY: the caller's promise.
        Ok(text) => unsafe { deliver(flags, text.encode_utf16().collect(), buffer, size) },
        Err(error) => {
            last_error::set(error);
            0
        }
    }
}

/// `FormatMessageA`, in UTF-8.
///
/// # Safety
/// As the wide one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_FormatMessageA(
    flags: u32,
    source: *const c_void,
    number: u32,
    _language: u32,
    buffer: *mut c_char,
    size: u32,
    _arguments: *const c_void,
) -> u32 {
    let source = (flags & FROM_STRING != 0)
        // SAFETY: the caller's promise.
        .then(|| String::from_utf8_lossy(unsafe { narrow(source.cast()) }).into_owned());
    match format(flags, source, number) {
        // SAFETY: the caller's promise; bytes are bytes.
        Ok(text) => unsafe { deliver(flags, text.into_bytes(), buffer.cast::<u8>(), size) },
        Err(error) => {
            last_error::set(error);
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::heap::openwinhttp_GlobalFree;
    use core::ptr::{null, null_mut};

    fn text(flags: u32, source: *const c_void, number: u32, size: u32) -> Result<String, u32> {
        let mut buffer = vec![0xEE_u8; 300];
        // SAFETY: enough room, texts with a 0.
        let length = unsafe {
            openwinhttp_FormatMessageA(
                flags,
                source,
                number,
                0,
                buffer.as_mut_ptr().cast(),
                size,
                null(),
            )
        };
        if length == 0 {
            return Err(last_error::get());
        }
        assert_eq!(buffer[length as usize], 0);
        buffer.truncate(length as usize);
        Ok(String::from_utf8(buffer).unwrap())
    }

    #[test]
    fn numbers_have_texts() {
        for number in [2, 87, 0x8007_0057, 12_002, 12_029, 12_175] {
            let found = text(
                FROM_HMODULE | FROM_SYSTEM | IGNORE_INSERTS,
                null(),
                number,
                300,
            );
            assert!(found.unwrap().ends_with(".\r\n"), "{number}");
        }
        let short = text(FROM_SYSTEM | MAX_WIDTH_MASK, null(), 5, 300);
        assert_eq!(short.as_deref(), Ok("Access is denied. "));
        assert_eq!(
            text(FROM_SYSTEM, null(), 5, 19),
            Err(ERROR_INSUFFICIENT_BUFFER)
        );
        assert!(text(FROM_SYSTEM, null(), 5, 20).is_ok());
        assert_eq!(
            text(FROM_SYSTEM, null(), 99_999, 300),
            Err(ERROR_MR_MID_NOT_FOUND)
        );
        assert_eq!(text(0, null(), 5, 300), Err(ERROR_INVALID_PARAMETER));
    }

    #[test]
    fn callers_texts_lose_their_escapes() {
        let source = |text: &'static core::ffi::CStr| text.as_ptr().cast();
        let plain = text(FROM_STRING, source(c"100%%%n%t%bx%0y"), 0, 300);
        assert_eq!(plain.as_deref(), Ok("100%\r\n\t x"));
        assert_eq!(
            text(FROM_STRING, source(c"%1"), 0, 300),
            Err(ERROR_NOT_SUPPORTED)
        );
        assert_eq!(
            text(FROM_STRING, source(c"%"), 0, 300),
            Err(ERROR_INVALID_PARAMETER)
        );
        let kept = text(FROM_STRING | IGNORE_INSERTS, source(c"%1%"), 0, 300);
        assert_eq!(kept.as_deref(), Ok("%1%"));
    }

    #[test]
    fn blocks_are_allocated_on_request() {
        let mut block: *mut u16 = null_mut();
        let flags = ALLOCATE_BUFFER | FROM_SYSTEM;
        // SAFETY: room for a pointer; the block is live until it is freed.
        unsafe {
            let length =
                openwinhttp_FormatMessageW(flags, null(), 6, 0, (&raw mut block).cast(), 0, null());
            let text = String::from_utf16(wide(block)).unwrap();
            assert_eq!(text, "The handle is not valid.\r\n");
            assert_eq!(length as usize, text.len());
            openwinhttp_GlobalFree(block.cast());
        }
    }
}
