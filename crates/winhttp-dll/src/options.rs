//! Options: `WinHttpQueryOption`, `WinHttpSetOption`, `WinHttpSetTimeouts`.
//!
//! One table says of every option on which handles it can be read and set, what a value looks like, and where it is kept. Most
//! options are numbers, texts or structures that are kept as they are; the others have functions of their own.
//!
//! | file | owns |
//! |---|---|
//! | `table` | the table |
//! | `row` | what a row of the table says |
//! | `values` | the caller's buffers |
//! | `target` | handles as the options see them |
//! | `stored` | values that are kept for features which look at them later |
//! | `handle`, `session`, `request`, `proxy` | options with functions of their own |
//! | `security` | those of TLS and certificates |
//! | `system` | memory that the program frees, events, certificates |
//!
//! Errors, in the order of the checks. Setting: an unknown or unsupported option 12009, one that can only be read 12011, another
//! kind of handle 12018, a NULL buffer 87, another size 122 (87 for some), another value 87, the wrong moment 12019. Reading: no
//! size 87, option 0 87, an unknown or unsupported option 12009, one that can only be set 87, another kind of handle 12018, the
//! wrong moment 12019, too little room 122 (spec/README 4 to 6; facts 2, 3; options §1).

mod handle;
mod proxy;
mod request;
mod row;
mod security;
mod session;
mod stored;
mod system;
mod table;
mod target;
mod values;

use std::ffi::c_void;

use openwinhttp::options::Timeout;
use openwinhttp::{Error, Result};
use win32_abi::winhttp::HINTERNET;

use self::row::{Row, Shape};
pub(crate) use self::stored::StoredOptions;
use self::target::{CONNECT, PROCESS, Target};
use self::values::{In, Out};

/// `WinHttpQueryOption`.
///
/// # Errors
/// As the module says.
///
/// # Safety
/// The caller's contract: `buffer` is NULL or can be read and written for `*length` bytes, `length` is NULL or can be read and
/// written.
pub(crate) unsafe fn query(
    handle: HINTERNET,
    option: u32,
    buffer: *mut c_void,
    length: *mut u32,
) -> Result<()> {
    let target = Target::of(handle)?;
    // SAFETY: passed on.
    let out = unsafe { Out::new(buffer, length) }?;
    if option == 0 {
        return Err(Error::InvalidParameter);
    }
    let row = row(option)?;
    if row.query_on == 0 {
        return Err(Error::InvalidParameter);
    }
    check_kind(&target, row.query_on)?;
    match row.shape {
        Shape::Number(_, place) => out.number(place.get(row.number, &target)?),
        Shape::Text(_) => out.units(&target.stored()?.text(row.number)),
        Shape::Bytes(size, _) => out.bytes(&target.stored()?.bytes(row.number, size)),
        Shape::Own { query, .. } => query(&target, &out),
        Shape::Unsupported => Err(Error::InvalidOption),
    }
}

/// `WinHttpSetOption`.
///
/// # Errors
/// As the module says.
///
/// # Safety
/// The caller's contract: `buffer` is NULL or can be read for `length` bytes; for texts for `length` units, or up to a NUL.
pub(crate) unsafe fn set(
    handle: HINTERNET,
    option: u32,
    buffer: *const c_void,
    length: u32,
) -> Result<()> {
    let target = Target::of(handle)?;
    let row = row(option)?;
    if row.set_on == 0 {
        return Err(Error::OptionNotSettable);
    }
    check_kind(&target, row.set_on)?;
    // SAFETY: passed on.
    let input = unsafe { In::new(buffer, length, row.wrong_size) };
    let is_late = || {
        row.before_send
            && target
                .request()
                .is_ok_and(|object| object.request.is_busy())
    };
    match row.shape {
        Shape::Number(rule, place) => {
            let value = rule.check(input.number()?)?;
            if is_late() {
                return Err(Error::IncorrectHandleState);
            }
            place.set(row.number, &target, value)
        }
        Shape::Text(longest) => {
            let text = input.units()?;
            if text.len() > longest {
                return Err(Error::InvalidParameter);
            }
            target.stored()?.set_text(row.number, &text);
            Ok(())
        }
        Shape::Bytes(size, is_valid) => {
            let bytes = input.bytes(size)?;
            if !is_valid(&bytes) {
                return Err(Error::InvalidParameter);
            }
            target.stored()?.set_bytes(row.number, &bytes);
            Ok(())
        }
        Shape::Own { set, .. } => {
            if is_late() {
                return Err(Error::IncorrectHandleState);
            }
            set(&target, &input)
        }
        Shape::Unsupported => Err(Error::InvalidOption),
    }
}

/// `WinHttpSetTimeouts`: resolving, connecting, sending, receiving, in milliseconds; 0 and -1 are without limit.
///
/// # Errors
/// [`Error::InvalidParameter`]: a value below -1, before anything else. [`Error::InvalidHandle`].
/// [`Error::IncorrectHandleType`]: neither a session nor a request.
pub(crate) fn set_timeouts(handle: HINTERNET, limits: [i32; 4]) -> Result<()> {
    if limits.iter().any(|&limit| limit < -1) {
        return Err(Error::InvalidParameter);
    }
    let [resolve, connect, send, receive] = limits.map(|limit| Timeout(limit.cast_unsigned()));
    let target = Target::of(handle)?;
    match target.kind() {
        PROCESS => return Err(Error::InvalidHandle),
        CONNECT => return Err(Error::IncorrectHandleType),
        _ => {}
    }
    target.change(|options| {
        options.timeouts.resolve = resolve;
        options.timeouts.connect = connect;
        options.timeouts.send = send;
        options.timeouts.receive = receive;
    })
}

/// The row of an option.
///
/// # Errors
/// [`Error::InvalidOption`]: there is none, or it says that the option is not supported.
fn row(option: u32) -> Result<&'static Row> {
    table::find(option)
        .filter(|row| !matches!(row.shape, Shape::Unsupported))
        .ok_or(Error::InvalidOption)
}

/// Whether an option for the handles `wanted` fits this one.
///
/// # Errors
/// [`Error::InvalidHandle`]: NULL, where the option is not one of the process. [`Error::IncorrectHandleType`].
fn check_kind(target: &Target, wanted: u8) -> Result<()> {
    match target.kind() {
        kind if kind & wanted != 0 => Ok(()),
        PROCESS => Err(Error::InvalidHandle),
        _ => Err(Error::IncorrectHandleType),
    }
}
