//! The absolute URL of a request.

use std::fmt::{self, Write as _};
use std::net::Ipv6Addr;

use super::{CrackOptions, EscapeFlags, Scheme, crack, escape_object_name};
use crate::{Error, Result};

/// The URL of a request: `http` or `https`, host, port and request target, checked so that none of it can break out of a
/// request head. It has no fragment and no user info.
///
/// `to_string` gives what `WINHTTP_OPTION_URL` shows: the port only if it is not the scheme's default (facts 3.12).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Url {
    secure: bool,
    host: String,
    port: u16,
    target: String,
}

impl Url {
    /// A URL of its parts. Port 0 is the scheme's default (facts 1.5); an IP version 6 address gets its brackets; the object
    /// name is escaped as [`escape_object_name`] says.
    ///
    /// # Errors
    /// [`Error::InvalidUrl`] for a host that is empty or holds white space, control characters, or characters that mean
    /// something else in a URL (`/`, `?`, `#`, `@`, `\`, a colon outside of a literal, and the like).
    pub fn new(
        secure: bool,
        host: &str,
        port: u16,
        object: &[u16],
        flags: EscapeFlags,
    ) -> Result<Self> {
        Ok(Self {
            secure,
            host: checked_host(host)?,
            port: if port == 0 {
                scheme(secure).default_port()
            } else {
                port
            },
            target: escape_object_name(object, flags),
        })
    }

    /// Reads an absolute URL. Its path and query are escaped where they need it; its fragment and user info are dropped.
    ///
    /// # Errors
    /// [`Error::UnrecognizedScheme`] and [`Error::InvalidUrl`] as [`crack()`] and [`Url::new`].
    pub fn parse(url: &str) -> Result<Self> {
        let units: Vec<u16> = url.trim_ascii().encode_utf16().collect();
        let cracked = crack(&units, CrackOptions::default())?;
        let object = without_fragment(&units[cracked.path_and_extra()]);
        let host = String::from_utf16_lossy(&units[cracked.host]);
        Self::new(
            cracked.scheme == Scheme::Https,
            &host,
            cracked.port,
            object,
            EscapeFlags::default(),
        )
    }

    /// The URL that a reference (a Location header's value) means when it is found here: RFC 3986 section 5.2, dot segments
    /// removed. The fragments of both are dropped.
    ///
    /// # Errors
    /// As [`Url::parse`]: [`Error::UnrecognizedScheme`] for an absolute reference that is neither `http` nor `https`.
    pub fn resolve(&self, reference: &str) -> Result<Self> {
        let reference = reference.trim_ascii();
        let reference = reference.split('#').next().unwrap_or_default();
        let mut url = if has_scheme(reference) {
            Self::parse(reference)?
        } else if reference.starts_with("//") {
            Self::parse(&format!("{}:{reference}", scheme(self.secure).name()))?
        } else {
            let (path, _) = self.split_target();
            let object = match reference.as_bytes().first() {
                None => return Ok(self.clone()),
                Some(b'/') => reference.to_owned(),
                Some(b'?') => format!("{path}{reference}"),
                Some(_) => {
                    let directory = path.rfind('/').map_or("/", |slash| &path[..=slash]);
                    format!("{directory}{reference}")
                }
            };
            let object: Vec<u16> = object.encode_utf16().collect();
            Self {
                target: escape_object_name(&object, EscapeFlags::default()),
                ..self.clone()
            }
        };
        let (path, query) = url.split_target();
        url.target = remove_dot_segments(path) + query;
        Ok(url)
    }

    /// Whether the scheme is `https`.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// The host as it was given, IP version 6 literals with brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, never 0: that stands for the default in a URL too.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The request target in origin form: path and query, beginning with `/`; or `*`.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The value of the Host header: the port only if it is not the default.
    pub fn authority(&self) -> String {
        let mut authority = String::with_capacity(self.host.len() + ":65535".len());
        authority.push_str(&self.host);
        if self.port != scheme(self.secure).default_port() {
            // A String takes everything.
            let _ = write!(authority, ":{}", self.port);
        }
        authority
    }

    /// Whether both URLs have the same scheme, host (in any case of letters) and port.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.secure == other.secure
            && self.port == other.port
            && self.host.eq_ignore_ascii_case(&other.host)
    }

    /// Path and query (with its `?`, or empty). The path of `*` is empty.
    fn split_target(&self) -> (&str, &str) {
        let target = if self.target == "*" { "" } else { &self.target };
        target.split_at(target.find('?').unwrap_or(target.len()))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, query) = self.split_target();
        let scheme = scheme(self.secure).name();
        write!(f, "{scheme}://{}{path}{query}", self.authority())
    }
}

fn scheme(secure: bool) -> Scheme {
    if secure { Scheme::Https } else { Scheme::Http }
}

fn without_fragment(object: &[u16]) -> &[u16] {
    let hash = object.iter().position(|&unit| unit == u16::from(b'#'));
    &object[..hash.unwrap_or(object.len())]
}

/// Whether the reference begins with a scheme and a colon (RFC 3986 section 3.1).
fn has_scheme(reference: &str) -> bool {
    let Some((scheme, _)) = reference.split_once(':') else {
        return false;
    };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// RFC 3986 section 5.2.4 for a path that begins with `/` (or is empty).
fn remove_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if segments.peek().is_none() {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// The host as it stands in a URL, if it may stand there.
fn checked_host(host: &str) -> Result<String> {
    let literal = |inside: &str| {
        inside.contains(':')
            && inside.bytes().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b':' | b'.' | b'%' | b'-' | b'_' | b'~')
            })
    };
    if let Some(inside) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return literal(inside)
            .then(|| host.to_owned())
            .ok_or(Error::InvalidUrl);
    }
    if host.contains(':') {
        let address = host.split('%').next().unwrap_or_default();
        let valid = literal(host) && address.parse::<Ipv6Addr>().is_ok();
        return valid.then(|| format!("[{host}]")).ok_or(Error::InvalidUrl);
    }
    let forbidden = |character: char| {
        character.is_control()
            || character.is_whitespace()
            || "\"#/<>?@[\\]^`{|}".contains(character)
    };
    if host.is_empty() || host.contains(forbidden) {
        return Err(Error::InvalidUrl);
    }
    Ok(host.to_owned())
}
