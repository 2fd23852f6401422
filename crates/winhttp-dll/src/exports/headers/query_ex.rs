//! `WinHttpQueryHeadersEx`: names and values as an array in the caller's buffer.

use openwinhttp::response_headers::{self, Level};
use openwinhttp::{Error, Result};
use win32_abi::winhttp::*;

use super::source::Source;
use crate::guard::code;
use crate::memory::{wide, write};
use crate::objects::Object;

const PLACES: u32 = WINHTTP_QUERY_FLAG_REQUEST_HEADERS | WINHTTP_QUERY_FLAG_TRAILERS;

/// `WinHttpQueryHeadersEx`.
///
/// # Safety
/// `name` is NULL or holds a string with NUL, of `char` with `WINHTTP_QUERY_FLAG_WIRE_ENCODING`; `buffer` is NULL or can be
/// written for `*buffer_length` bytes; the other pointers are NULL or can be read and written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpQueryHeadersEx(
    request: HINTERNET,
    info_level: DWORD,
    flags: ULONGLONG,
    code_page: UINT,
    index: *mut DWORD,
    name: *mut WINHTTP_HEADER_NAME,
    buffer: PVOID,
    buffer_length: *mut DWORD,
    headers: *mut *mut WINHTTP_EXTENDED_HEADER,
    headers_count: *mut DWORD,
) -> DWORD {
    code(|| {
        let object = Object::request(request)?;
        let wire = info_level & WINHTTP_QUERY_FLAG_WIRE_ENCODING != 0;
        let modifiers = info_level & (PLACES | WINHTTP_QUERY_FLAG_WIRE_ENCODING);
        let level = info_level & !modifiers;
        // Only the system's own conversion, which is UTF-8, is known.
        let code_page_known = matches!(code_page, 0 | 65001);
        if flags != 0 || !code_page_known || buffer_length.is_null() || modifiers & PLACES == PLACES
        {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: the caller's contract.
        let wanted = match (level, Level::from_number(level)) {
            (WINHTTP_QUERY_EX_ALL_HEADERS, _) => None,
            (_, Ok(Level::Header(name))) => Some(name.as_bytes().to_vec()),
            // SAFETY: the caller's contract.
            (_, Ok(Level::Custom)) => Some(unsafe { custom_name(name, wire) }?),
            _ => return Err(Error::InvalidParameter),
        };
        // SAFETY: the caller's contract.
        let occurrence = unsafe {
            if index.is_null() {
                0
            } else {
                index.read_unaligned()
            }
        };
        let look = |source: &Source<'_>| collect(source, wanted.as_deref(), occurrence);
        let found = if modifiers & WINHTTP_QUERY_FLAG_REQUEST_HEADERS != 0 {
            object
                .request
                .with_request_head(|head| look(&Source::request(head)))?
        } else if modifiers & WINHTTP_QUERY_FLAG_TRAILERS != 0 {
            look(&Source::trailers(object.request.trailers()?.as_deref()))?
        } else {
            look(&Source::response(&*object.request.response()?))?
        };
        let layout = Layout::new(&found, wire);
        // SAFETY: the caller's contract.
        unsafe {
            layout.write(buffer, buffer_length, headers)?;
            write(headers_count, found.len() as u32);
            if wanted.is_some() {
                write(index, occurrence.saturating_add(1));
            }
        }
        Ok(())
    })
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn collect(source: &Source<'_>, wanted: Option<&[u8]>, occurrence: u32) -> Result<Pairs> {
    let owned = |(name, value): (&[u8], &[u8])| (name.to_vec(), value.to_vec());
    let Some(wanted) = wanted else {
        return Ok(source.headers().map(owned).collect());
    };
    let found = source
        .headers()
        .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .nth(usize::try_from(occurrence).unwrap_or(usize::MAX));
    Ok(vec![owned(found.ok_or(Error::HeaderNotFound)?)])
}

/// # Safety
/// As of [`WinHttpQueryHeadersEx`].
unsafe fn custom_name(name: *const WINHTTP_HEADER_NAME, wire: bool) -> Result<Vec<u8>> {
    if name.is_null() {
        return Err(Error::InvalidParameter);
    }
    // SAFETY: not NULL; `wire` tells which member is meant.
    let name = unsafe {
        if wire {
            let text = (*name).pszName;
            (!text.is_null()).then(|| std::ffi::CStr::from_ptr(text.cast()).to_bytes().to_vec())
        } else {
            wide((*name).pwszName).map(openwinhttp::request_headers::encode)
        }
    };
    name.filter(|name| !name.is_empty())
        .ok_or(Error::InvalidParameter)
}

/// The array, then the strings.
struct Layout {
    strings: Vec<u8>,
    /// Where each name and value begins in `strings`.
    places: Vec<(usize, usize)>,
    wire: bool,
}

impl Layout {
    fn new(pairs: &Pairs, wire: bool) -> Self {
        let mut layout = Self {
            strings: Vec::new(),
            places: Vec::new(),
            wire,
        };
        for (name, value) in pairs {
            let place = (layout.push(name), layout.push(value));
            layout.places.push(place);
        }
        layout
    }

    fn push(&mut self, text: &[u8]) -> usize {
        let place = self.strings.len();
        if self.wire {
            self.strings.extend_from_slice(text);
            self.strings.push(0);
        } else {
            self.strings.extend(
                response_headers::utf16(text)
                    .chain([0])
                    .flat_map(u16::to_ne_bytes),
            );
        }
        place
    }

    /// # Safety
    /// `buffer` is NULL or can be written for `*length` bytes; `length` can be read and written; `headers` is NULL or can be
    /// written.
    unsafe fn write(
        &self,
        buffer: PVOID,
        length: *mut DWORD,
        headers: *mut *mut WINHTTP_EXTENDED_HEADER,
    ) -> Result<()> {
        // SAFETY: the caller's contract.
        let room = unsafe { length.read_unaligned() } as usize;
        let padding = if buffer.is_null() {
            0
        } else {
            buffer
                .cast::<u8>()
                .align_offset(align_of::<WINHTTP_EXTENDED_HEADER>())
        };
        let array = self.places.len() * size_of::<WINHTTP_EXTENDED_HEADER>();
        let needed = padding + array + self.strings.len();
        let reported = u32::try_from(needed).map_err(|_| Error::NotEnoughMemory)?;
        // SAFETY: the caller's contract.
        unsafe { length.write_unaligned(reported) };
        if buffer.is_null() || room < needed {
            return Err(Error::InsufficientBuffer);
        }
        // SAFETY: the buffer has room for padding, array and strings, in this order, and the array is aligned by the padding.
        unsafe {
            let first = buffer
                .cast::<u8>()
                .add(padding)
                .cast::<WINHTTP_EXTENDED_HEADER>();
            let strings = buffer.cast::<u8>().add(padding + array);
            std::ptr::copy_nonoverlapping(self.strings.as_ptr(), strings, self.strings.len());
            for (index, (name, value)) in self.places.iter().enumerate() {
                first.add(index).write(WINHTTP_EXTENDED_HEADER {
                    name: WINHTTP_HEADER_NAME {
                        pszName: strings.add(*name).cast(),
                    },
                    value: WINHTTP_EXTENDED_HEADER_VALUE {
                        pszValue: strings.add(*value).cast(),
                    },
                });
            }
            write(headers, first);
        }
        Ok(())
    }
}
