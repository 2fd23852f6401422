//! What a request is for: fixed when it is opened.

use std::borrow::Cow;
use std::sync::Arc;

use crate::url::{EscapeFlags, Url};
use crate::{Error, Observer, Result};

/// The arguments of `WinHttpOpenRequest`.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct OpenRequest<'a> {
    /// The method; empty for `GET`. Sent as given.
    pub verb: &'a str,
    /// Path and query as UTF-16, before escaping; empty for `/`.
    pub object: &'a [u16],
    /// `HTTP/1.0` is honoured, anything else means `HTTP/1.1`.
    pub version: &'a str,
    /// `Referer`.
    pub referrer: &'a str,
    /// Joined into one `Accept` header.
    pub accept: &'a [&'a str],
    /// TLS (`WINHTTP_FLAG_SECURE`).
    pub secure: bool,
    /// How the object is escaped.
    pub escape: EscapeFlags,
    /// Asks caches to be passed by (`WINHTTP_FLAG_REFRESH`).
    pub refresh: bool,
    /// `write` frames chunks (`WINHTTP_FLAG_AUTOMATIC_CHUNKING`).
    pub automatic_chunking: bool,
    /// Who is told what happens. Can be changed later.
    pub observer: Option<Arc<dyn Observer>>,
}

/// What does not change any more.
pub(crate) struct Fixed {
    pub(super) url: Url,
    pub(super) verb: Cow<'static, str>,
    pub(super) http_1_0: bool,
    pub(super) referrer: Box<str>,
    pub(super) accept: Box<str>,
    pub(super) refresh: bool,
    pub(super) automatic_chunking: bool,
}

impl Fixed {
    pub(super) fn new(host: &str, port: u16, open: &OpenRequest<'_>) -> Result<Self> {
        let verb = if open.verb.is_empty() {
            "GET"
        } else {
            open.verb
        };
        if !verb.bytes().all(is_token) {
            return Err(Error::InvalidParameter);
        }
        let accept = open.accept.join(", ");
        let breaks_out = |text: &str| text.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0));
        if breaks_out(open.referrer) || breaks_out(&accept) {
            return Err(Error::InvalidParameter);
        }
        Ok(Self {
            url: Url::new(open.secure, host, port, open.object, open.escape)?,
            verb: match verb {
                "GET" => Cow::Borrowed("GET"),
                "POST" => Cow::Borrowed("POST"),
                other => Cow::Owned(other.to_owned()),
            },
            http_1_0: open.version.eq_ignore_ascii_case("HTTP/1.0"),
            referrer: open.referrer.into(),
            accept: accept.into(),
            refresh: open.refresh,
            automatic_chunking: open.automatic_chunking,
        })
    }
}

/// RFC 9110, section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
