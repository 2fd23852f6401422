//! Taking a URL apart: what `WinHttpCrackUrl` finds in it.

use std::ops::Range;

use super::Scheme;
use crate::{Error, Result};

/// What [`crack()`] does not accept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrackOptions {
    /// `ICU_REJECT_USERPWD`: a URL with user info, even an empty one, is invalid.
    pub reject_user_info: bool,
}

/// The parts of a URL, as ranges of UTF-16 units in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrackedUrl {
    /// [`Scheme::Http`] or [`Scheme::Https`].
    pub scheme: Scheme,
    /// The explicit port, 0 included; else the scheme's default.
    pub port: u16,
    /// The scheme as written.
    pub scheme_text: Range<usize>,
    /// What stands before the `@`, up to the first `:`; `None` without `@`.
    pub user_name: Option<Range<usize>>,
    /// What stands between that `:` and the `@`; `None` without `:`.
    pub password: Option<Range<usize>>,
    /// The host, never empty; IP version 6 literals with their brackets.
    pub host: Range<usize>,
    /// From the first `/`; empty, at the end of the host, if there is none.
    pub path: Range<usize>,
    /// From the first `?` or `#` to the end; empty, at the end of the URL, if there is none.
    pub extra: Range<usize>,
}

impl CrackedUrl {
    /// Path and extra info together: what the path is for a caller who does not ask for the extra info (facts 21.16,
    /// behaviour 9.1).
    pub fn path_and_extra(&self) -> Range<usize> {
        self.path.start..self.extra.end
    }
}

/// Takes an absolute `http` or `https` URL apart.
///
/// The authority ends at the first `/`, `?` or `#`; its last `@` ends the user info; the port stands behind the first `:`
/// after that (or after the `]` of a literal). Host, path and the rest may hold any units.
///
/// # Errors
/// [`Error::UnrecognizedScheme`] without `:` (so for an empty URL too) or with another scheme; [`Error::InvalidUrl`]
/// without `//`, with an empty host, an unfinished literal, a port that is no number up to 65535, or user info that
/// `options` reject. Facts 21.8 to 21.19, 21.22, 21.23; behaviour 9.1.
pub fn crack(url: &[u16], options: CrackOptions) -> Result<CrackedUrl> {
    let colon = find(url, 0, ":").ok_or(Error::UnrecognizedScheme)?;
    let scheme = match Scheme::from_units(&url[..colon]) {
        Some(scheme @ (Scheme::Http | Scheme::Https)) => scheme,
        _ => return Err(Error::UnrecognizedScheme),
    };
    if !url[colon + 1..].starts_with(&[u16::from(b'/'), u16::from(b'/')]) {
        return Err(Error::InvalidUrl);
    }
    let start = colon + 3;
    let end = find(url, start, "/?#").unwrap_or(url.len());

    let at = url[start..end].iter().rposition(|&unit| is(unit, b'@'));
    let at = at.map(|offset| start + offset);
    if at.is_some() && options.reject_user_info {
        return Err(Error::InvalidUrl);
    }
    let (user_name, password) = match at {
        None => (None, None),
        Some(at) => match find(&url[..at], start, ":") {
            None => (Some(start..at), None),
            Some(colon) => (Some(start..colon), Some(colon + 1..at)),
        },
    };

    let host_start = at.map_or(start, |at| at + 1);
    let host_end = host_end(&url[..end], host_start)?;
    let port = match &url[host_end..end] {
        [] | [_] => scheme.default_port(),
        [_, digits @ ..] => port(digits)?,
    };

    let (path, extra) = path_and_extra(url, end);
    Ok(CrackedUrl {
        scheme,
        port,
        scheme_text: 0..colon,
        user_name,
        password,
        host: host_start..host_end,
        path,
        extra,
    })
}

/// Where the host that begins at `start` ends: at the end of the authority or at the colon before the port.
fn host_end(authority: &[u16], start: usize) -> Result<usize> {
    let end = if authority.get(start).is_some_and(|&unit| is(unit, b'[')) {
        let end = find(authority, start, "]").ok_or(Error::InvalidUrl)? + 1;
        let empty = end == start + 2;
        if empty || authority.get(end).is_some_and(|&unit| !is(unit, b':')) {
            return Err(Error::InvalidUrl);
        }
        end
    } else {
        find(authority, start, ":").unwrap_or(authority.len())
    };
    if end == start {
        return Err(Error::InvalidUrl);
    }
    Ok(end)
}

/// A port of decimal digits, at least one.
fn port(digits: &[u16]) -> Result<u16> {
    digits.iter().try_fold(0u16, |port, &unit| {
        let digit = unit
            .checked_sub(u16::from(b'0'))
            .filter(|&digit| digit < 10);
        let digit = digit.ok_or(Error::InvalidUrl)?;
        let shifted = port.checked_mul(10).ok_or(Error::InvalidUrl)?;
        shifted.checked_add(digit).ok_or(Error::InvalidUrl)
    })
}

fn path_and_extra(url: &[u16], start: usize) -> (Range<usize>, Range<usize>) {
    // A lone question mark without a path counts as nothing (facts 21.14); with a path it is extra info (21.12).
    if matches!(&url[start..], &[unit] if is(unit, b'?')) {
        return (url.len()..url.len(), url.len()..url.len());
    }
    let extra = find(url, start, "?#").unwrap_or(url.len());
    (start..extra, extra..url.len())
}

/// The position of the first of these ASCII characters at or after `from`.
fn find(units: &[u16], from: usize, wanted: &str) -> Option<usize> {
    let rest = units.get(from..)?;
    let position = rest
        .iter()
        .position(|&unit| wanted.bytes().any(|byte| is(unit, byte)));
    position.map(|offset| from + offset)
}

fn is(unit: u16, byte: u8) -> bool {
    unit == u16::from(byte)
}
