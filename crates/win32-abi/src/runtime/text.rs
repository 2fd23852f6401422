//! Text between UTF-16 and UTF-8: `MultiByteToWideChar`, `WideCharToMultiByte` and what other functions need of it.
//!
//! The code pages of the system (`CP_ACP` ...) are UTF-8 here: it is what the systems below use. Others are refused.

use core::ffi::c_char;
use core::slice;

use super::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_NO_UNICODE_TRANSLATION, last_error,
};

/// `MB_ERR_INVALID_CHARS`.
const MB_ERR_INVALID_CHARS: u32 = 0x08;
/// `WC_ERR_INVALID_CHARS`.
const WC_ERR_INVALID_CHARS: u32 = 0x80;
/// `CP_ACP`, `CP_OEMCP`, `CP_MACCP`, `CP_THREAD_ACP`, US-ASCII and `CP_UTF8`.
const CODE_PAGES: [u32; 6] = [0, 1, 2, 3, 20127, 65001];

/// The text up to its 0, without it. NULL is empty.
///
/// # Safety
/// `text` is NULL or points to text with a 0 at its end that does not change during `'a`.
pub(super) unsafe fn wide<'a>(text: *const u16) -> &'a [u16] {
    if text.is_null() {
        return &[];
    }
    let mut length = 0;
    // SAFETY: before the 0, so in the text.
    while unsafe { text.add(length).read() } != 0 {
        length += 1;
    }
    // SAFETY: so many units were just read.
    unsafe { slice::from_raw_parts(text, length) }
}

/// The bytes up to the 0, without it. NULL is empty.
///
/// # Safety
/// As [`wide`].
pub(super) unsafe fn narrow<'a>(text: *const c_char) -> &'a [u8] {
    if text.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::ffi::CStr::from_ptr(text) }.to_bytes()
}

/// The text that a caller describes by address and length; -1: up to its 0, which is part of it then.
///
/// # Safety
/// `text` points to so many elements, or to a text with a 0 at its end if the length is -1.
unsafe fn counted<'a, T: Copy + PartialEq + Default>(
    text: *const T,
    length: i32,
) -> Option<&'a [T]> {
    if text.is_null() || length == 0 || length < -1 {
        return None;
    }
    let length = match usize::try_from(length) {
        Ok(length) => length,
        Err(_) => {
            let mut length = 0;
            // SAFETY: before the 0, so in the text.
            while unsafe { text.add(length).read() } != T::default() {
                length += 1;
            }
            length + 1
        }
    };
    // SAFETY: the caller's promise, or just read.
    Some(unsafe { slice::from_raw_parts(text, length) })
}

/// Writes `units` if there is room; how many there are, or 0 with the last error set.
///
/// # Safety
/// `room` elements can be written at `output`.
unsafe fn deliver<T: Copy>(units: &[T], output: *mut T, room: i32) -> i32 {
    let Ok(count) = i32::try_from(units.len()) else {
        last_error::set(ERROR_INVALID_PARAMETER);
        return 0;
    };
    if room == 0 {
        return count;
    }
    if output.is_null() || room < 0 {
        last_error::set(ERROR_INVALID_PARAMETER);
        return 0;
    }
    if count > room {
        last_error::set(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    // SAFETY: there is room for more. Source and target are different memory: the source is our own copy.
    unsafe { output.copy_from_nonoverlapping(units.as_ptr(), units.len()) };
    count
}

/// `MultiByteToWideChar`: from UTF-8. What is not UTF-8 becomes U+FFFD, or with `MB_ERR_INVALID_CHARS` an error.
///
/// # Safety
/// The text has `length` bytes, or a 0 at its end if that is -1; the output has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_MultiByteToWideChar(
    code_page: u32,
    flags: u32,
    text: *const c_char,
    length: i32,
    output: *mut u16,
    room: i32,
) -> i32 {
    // SAFETY: the caller's promise.
    let source = unsafe { counted(text.cast::<u8>(), length) };
    let Some(source) = source.filter(|_| CODE_PAGES.contains(&code_page)) else {
        last_error::set(ERROR_INVALID_PARAMETER);
        return 0;
    };
    if flags & MB_ERR_INVALID_CHARS != 0 && str::from_utf8(source).is_err() {
        last_error::set(ERROR_NO_UNICODE_TRANSLATION);
        return 0;
    }
    let units: Vec<u16> = String::from_utf8_lossy(source).encode_utf16().collect();
    // SAFETY: the caller's promise.
    unsafe { deliver(&units, output, room) }
}

/// `WideCharToMultiByte`: to UTF-8. A lone surrogate becomes U+FFFD, or with `WC_ERR_INVALID_CHARS` an error.
///
/// # Safety
/// The text has `length` units, or a 0 at its end if that is -1; the output has room for `room` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_WideCharToMultiByte(
    code_page: u32,
    flags: u32,
    text: *const u16,
    length: i32,
    output: *mut c_char,
    room: i32,
    _default: *const c_char,
    used_default: *mut i32,
) -> i32 {
    // SAFETY: the caller's promise.
    let source = unsafe { counted(text, length) };
    let Some(source) = source.filter(|_| CODE_PAGES.contains(&code_page)) else {
        last_error::set(ERROR_INVALID_PARAMETER);
        return 0;
    };
    if !used_default.is_null() {
        // SAFETY: the caller gives room for the answer, or NULL.
        unsafe { used_default.write(0) };
    }
    let narrow = match String::from_utf16(source) {
        Ok(narrow) => narrow,
        Err(_) if flags & WC_ERR_INVALID_CHARS != 0 => {
            last_error::set(ERROR_NO_UNICODE_TRANSLATION);
            return 0;
        }
        Err(_) => String::from_utf16_lossy(source),
    };
    // SAFETY: the caller's promise; bytes are bytes.
    unsafe { deliver(narrow.as_bytes(), output.cast(), room) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ptr::{null, null_mut};

    fn widen(flags: u32, text: &[u8], length: i32, room: i32) -> Result<Vec<u16>, u32> {
        let mut output = vec![0xEEEE; room as usize + 1];
        last_error::set(0);
        // SAFETY: the tests pass true lengths.
        let count = unsafe {
            openwinhttp_MultiByteToWideChar(
                65001,
                flags,
                text.as_ptr().cast(),
                length,
                output.as_mut_ptr(),
                room,
            )
        };
        assert_eq!(output[room as usize], 0xEEEE);
        match count {
            0 => Err(last_error::get()),
            count => {
                output.truncate(count.min(room) as usize);
                Ok(output)
            }
        }
    }

    fn narrow(flags: u32, text: &[u16], length: i32, room: i32) -> Result<Vec<u8>, u32> {
        let mut output = vec![0xEE_u8; room as usize + 1];
        last_error::set(0);
        let mut used = 7;
        // SAFETY: the tests pass true lengths.
        let count = unsafe {
            openwinhttp_WideCharToMultiByte(
                0,
                flags,
                text.as_ptr(),
                length,
                output.as_mut_ptr().cast(),
                room,
                null(),
                &raw mut used,
            )
        };
        assert_eq!(output[room as usize], 0xEE);
        assert!(used == 0 || length == 0);
        match count {
            0 => Err(last_error::get()),
            count => {
                output.truncate(count.min(room) as usize);
                Ok(output)
            }
        }
    }

    #[test]
    fn text_goes_both_ways() {
        let text = "a\u{fc}\u{20ac}\u{1f600}\0";
        let wide: Vec<u16> = text.encode_utf16().collect();
        assert_eq!(wide.len(), 6);
        for length in [-1, text.len() as i32] {
            assert_eq!(widen(8, text.as_bytes(), length, 6), Ok(wide.clone()));
        }
        assert_eq!(widen(0, text.as_bytes(), 1, 6), Ok(vec![97]));
        assert_eq!(
            widen(0, text.as_bytes(), -1, 5),
            Err(ERROR_INSUFFICIENT_BUFFER)
        );
        for length in [-1, 6] {
            assert_eq!(narrow(0x80, &wide, length, 11), Ok(text.into()));
        }
        assert_eq!(narrow(0, &wide, -1, 10), Err(ERROR_INSUFFICIENT_BUFFER));
        assert_eq!(narrow(0, &wide, 0, 10), Err(ERROR_INVALID_PARAMETER));
        assert_eq!(
            widen(0, text.as_bytes(), -2, 5),
            Err(ERROR_INVALID_PARAMETER)
        );
        // SAFETY: only asks for the length.
        let asked = unsafe {
            openwinhttp_MultiByteToWideChar(0, 0, text.as_ptr().cast(), -1, null_mut(), 0)
        };
        assert_eq!(asked, 6);
        // SAFETY: refused.
        let asked = unsafe {
            openwinhttp_MultiByteToWideChar(932, 0, text.as_ptr().cast(), -1, null_mut(), 0)
        };
        assert_eq!((asked, last_error::get()), (0, ERROR_INVALID_PARAMETER));
    }

    #[test]
    fn what_is_no_text_is_replaced_or_refused() {
        assert_eq!(widen(0, b"a\xFFb", 3, 8), Ok(vec![97, 0xFFFD, 98]));
        assert_eq!(widen(8, b"a\xFFb", 3, 8), Err(ERROR_NO_UNICODE_TRANSLATION));
        assert_eq!(narrow(0, &[0xD800, 98], 2, 8), Ok("\u{fffd}b".into()));
        assert_eq!(
            narrow(0x80, &[0xD800], 1, 8),
            Err(ERROR_NO_UNICODE_TRANSLATION)
        );
    }
}
