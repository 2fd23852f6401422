//! `WinHttpQueryHeaders`.

use openwinhttp::date::DateTime;
use openwinhttp::response_headers::{self, Level, LineEnd};
use openwinhttp::{Error, Result};
use win32_abi::winhttp::*;

use super::source::Source;
use crate::guard::boolean;
use crate::memory::wide;
use crate::objects::{Object, RequestObject};

/// Modifiers that choose the form of the answer; at most one may be set.
const FORMS: u32 =
    WINHTTP_QUERY_FLAG_NUMBER | WINHTTP_QUERY_FLAG_NUMBER64 | WINHTTP_QUERY_FLAG_SYSTEMTIME;
/// Modifiers that choose where to look.
const PLACES: u32 = WINHTTP_QUERY_FLAG_REQUEST_HEADERS | WINHTTP_QUERY_FLAG_TRAILERS;
const MODIFIERS: u32 = FORMS | PLACES | WINHTTP_QUERY_FLAG_WIRE_ENCODING;

/// `WinHttpQueryHeaders`.
///
/// # Safety
/// With `WINHTTP_QUERY_CUSTOM` `name` is NULL or ends with a NUL; `buffer` is NULL or can be written for `*buffer_length`
/// bytes; `buffer_length` and `index` are NULL or can be read and written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpQueryHeaders(
    request: HINTERNET,
    info_level: DWORD,
    name: LPCWSTR,
    buffer: LPVOID,
    buffer_length: LPDWORD,
    index: LPDWORD,
) -> BOOL {
    boolean(|| {
        let object = Object::request(request)?;
        if buffer_length.is_null() {
            return Err(Error::InvalidParameter);
        }
        // SAFETY: the caller's contract, for all that follows.
        let occurrence = unsafe {
            if index.is_null() {
                0
            } else {
                index.read_unaligned()
            }
        };
        let query = Query::new(info_level)?;
        let name = match query.level {
            // SAFETY: see above.
            Level::Custom => unsafe { wide(name) },
            // Ignored (facts 6.6), so it need not be text.
            _ => None,
        };
        let answer = query.answer(&object, name, occurrence)?;
        // SAFETY: see above.
        unsafe { give(&answer.bytes, answer.terminator, buffer, buffer_length)? };
        if answer.counts && !index.is_null() {
            // SAFETY: see above.
            unsafe { index.write_unaligned(occurrence.saturating_add(1)) };
        }
        Ok(())
    })
}

/// Puts an answer into the caller's buffer; the length becomes that of the answer, or, when it does not fit, what is needed.
///
/// # Safety
/// `buffer` is NULL or can be written for `*length` bytes; `length` can be read and written.
unsafe fn give(bytes: &[u8], terminator: usize, buffer: LPVOID, length: LPDWORD) -> Result<()> {
    // SAFETY: the caller's contract.
    let room = unsafe { length.read_unaligned() } as usize;
    let needed = bytes.len() + terminator;
    if buffer.is_null() || room < needed {
        let needed = u32::try_from(needed).map_err(|_| Error::InsufficientBuffer)?;
        // SAFETY: the caller's contract.
        unsafe { length.write_unaligned(needed) };
        return Err(Error::InsufficientBuffer);
    }
    // SAFETY: there is room for the answer and its terminator, and the two do not overlap: the answer is our own memory.
    unsafe {
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), buffer.cast(), bytes.len());
        std::ptr::write_bytes(buffer.cast::<u8>().add(bytes.len()), 0, terminator);
        length.write_unaligned(bytes.len() as u32);
    }
    Ok(())
}

/// An info level taken apart.
struct Query {
    level: Level,
    modifiers: u32,
}

struct Answer {
    bytes: Vec<u8>,
    /// Bytes of NUL after it.
    terminator: usize,
    /// The index goes on to the next header of the name.
    counts: bool,
}

impl Query {
    fn new(info_level: u32) -> Result<Self> {
        let modifiers = info_level & MODIFIERS;
        if (modifiers & FORMS).count_ones() > 1 || modifiers & PLACES == PLACES {
            return Err(Error::InvalidParameter);
        }
        Ok(Self {
            level: Level::from_number(info_level & !MODIFIERS)?,
            modifiers,
        })
    }

    fn has(&self, modifier: u32) -> bool {
        self.modifiers & modifier != 0
    }

    fn answer(
        &self,
        object: &RequestObject,
        name: Option<&[u16]>,
        occurrence: u32,
    ) -> Result<Answer> {
        if self.level == Level::RequestMethod {
            return self.text(object.request.verb().as_bytes(), false);
        }
        let name = match self.level {
            Level::Header(name) => name.as_bytes().to_vec(),
            Level::Custom => {
                let name = name
                    .filter(|name| !name.is_empty())
                    .ok_or(Error::InvalidParameter)?;
                openwinhttp::request_headers::encode(name)
            }
            _ => Vec::new(),
        };
        if self.has(WINHTTP_QUERY_FLAG_REQUEST_HEADERS) {
            object
                .request
                .with_request_head(|head| self.look(&Source::request(head), &name, occurrence))
        } else if self.has(WINHTTP_QUERY_FLAG_TRAILERS) {
            let trailers = object.request.trailers()?;
            self.look(&Source::trailers(trailers.as_deref()), &name, occurrence)
        } else {
            let response = object.request.response()?;
            self.look(&Source::response(&response), &name, occurrence)
        }
    }

    fn look(&self, source: &Source<'_>, name: &[u8], occurrence: u32) -> Result<Answer> {
        match self.level {
            Level::Version => self.text(source.version()?, false),
            Level::StatusCode => self.text(source.status_code()?.as_bytes(), false),
            Level::StatusText => self.text(source.reason()?, false),
            Level::RawHeaders => self.raw(source, LineEnd::Nul),
            Level::RawHeadersCrlf => self.raw(source, LineEnd::CrLf),
            Level::Header(_) | Level::Custom => {
                let nth = usize::try_from(occurrence).unwrap_or(usize::MAX);
                let value = response_headers::nth_value(source.headers(), name, nth)
                    .ok_or(Error::HeaderNotFound)?;
                self.text(value, true)
            }
            Level::RequestMethod => Err(Error::InternalError),
        }
    }

    /// A single value in the form that is wanted.
    fn text(&self, value: &[u8], counts: bool) -> Result<Answer> {
        let (bytes, terminator) = if self.has(WINHTTP_QUERY_FLAG_NUMBER) {
            (response_headers::number(value)?.to_ne_bytes().to_vec(), 0)
        } else if self.has(WINHTTP_QUERY_FLAG_NUMBER64) {
            (response_headers::number64(value)?.to_ne_bytes().to_vec(), 0)
        } else if self.has(WINHTTP_QUERY_FLAG_SYSTEMTIME) {
            let time = systemtime(&response_headers::date(value)?);
            (
                time.iter().flat_map(|field| field.to_ne_bytes()).collect(),
                0,
            )
        } else if self.has(WINHTTP_QUERY_FLAG_WIRE_ENCODING) {
            (value.to_vec(), 1)
        } else {
            (
                response_headers::utf16(value)
                    .flat_map(u16::to_ne_bytes)
                    .collect(),
                2,
            )
        };
        Ok(Answer {
            bytes,
            terminator,
            counts,
        })
    }

    fn raw(&self, source: &Source<'_>, end: LineEnd) -> Result<Answer> {
        if self.modifiers & FORMS != 0 {
            return Err(Error::InvalidParameter);
        }
        let (first, headers) = (source.first_line(), source.headers());
        let (bytes, terminator) = if self.has(WINHTTP_QUERY_FLAG_WIRE_ENCODING) {
            (response_headers::raw_bytes(&first, headers, end), 1)
        } else {
            let text = response_headers::raw(&first, headers, end);
            (text.into_iter().flat_map(u16::to_ne_bytes).collect(), 2)
        };
        Ok(Answer {
            bytes,
            terminator,
            counts: false,
        })
    }
}

/// The members of `SYSTEMTIME`, in order.
fn systemtime(time: &DateTime) -> [u16; 8] {
    [
        time.year,
        time.month,
        time.day_of_week,
        time.day,
        time.hour,
        time.minute,
        time.second,
        time.millisecond,
    ]
}
