//! Where a response's body ends, and whether the connection outlives it (RFC 9112 sections 6.3 and 9.3).

use crate::headers::{HeaderBlock, elements};
use crate::response::Exchange;
use crate::{Error, ResponseHead, Version};

/// How a body's end is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFraming {
    /// There is no body: an answer to HEAD, 204, 304, a switch of protocols, a tunnel.
    None,
    /// So many bytes; may be 0.
    Length(u64),
    /// Chunks, then trailers.
    Chunked,
    /// Until the server closes the connection.
    UntilClose,
}

/// Why a connection must not carry another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The connection speaks another protocol now: 101, or a tunnel.
    Upgraded,
    /// The request said `Connection: close`.
    RequestClose,
    /// The response said `Connection: close`.
    ResponseClose,
    /// HTTP/1.0 without `Connection: keep-alive`.
    Http10,
    /// The body lasts until the connection ends.
    UntilClose,
    /// Another reader could see another end of the body: Transfer-Encoding and Content-Length at once, Transfer-Encoding
    /// in HTTP/1.0, 204 that announces a body.
    AmbiguousLength,
    /// The connection ended before the body did.
    Truncated,
    /// The response is malformed or over a limit.
    Failed,
}

/// The framing of the body of the final response `head`, and why the connection cannot be used after it.
pub(crate) fn framing(
    exchange: &Exchange,
    head: &ResponseHead,
) -> Result<(BodyFraming, Option<CloseReason>), Error> {
    if head.status() == 101 || (exchange.connect && (200..300).contains(&head.status())) {
        return Ok((BodyFraming::None, Some(CloseReason::Upgraded)));
    }
    let fields = Fields::of(head.headers());
    let mut close = if exchange.request_close {
        Some(CloseReason::RequestClose)
    } else if fields.close {
        Some(CloseReason::ResponseClose)
    } else if head.version() == Version::Http10 && !fields.keep_alive {
        Some(CloseReason::Http10)
    } else {
        None
    };
    let headers = head.headers();
    // The order is that of RFC 9112 section 6.3: what no body can have is not even looked at.
    if exchange.head_request || head.status() == 304 {
        return Ok((BodyFraming::None, close));
    }
    if head.status() == 204 {
        let announced =
            fields.transfer_encoding || headers.get_all(CONTENT_LENGTH).any(|v| v != b"0");
        if announced {
            close = close.or(Some(CloseReason::AmbiguousLength));
        }
        return Ok((BodyFraming::None, close));
    }
    if fields.transfer_encoding {
        if fields.content_length || head.version() == Version::Http10 {
            close = close.or(Some(CloseReason::AmbiguousLength));
        }
        match transfer_coding(headers)? {
            Coding::Chunked => return Ok((BodyFraming::Chunked, close)),
            Coding::Other => {
                close = close.or(Some(CloseReason::UntilClose));
                return Ok((BodyFraming::UntilClose, close));
            }
            Coding::Identity => close = close.or(Some(CloseReason::AmbiguousLength)),
        }
    }
    if fields.content_length {
        return Ok((BodyFraming::Length(content_length(headers)?), close));
    }
    Ok((
        BodyFraming::UntilClose,
        close.or(Some(CloseReason::UntilClose)),
    ))
}

const CONTENT_LENGTH: &[u8] = b"content-length";
const TRANSFER_ENCODING: &[u8] = b"transfer-encoding";

/// What one pass over the headers finds.
#[derive(Default)]
struct Fields {
    content_length: bool,
    transfer_encoding: bool,
    close: bool,
    keep_alive: bool,
}

impl Fields {
    fn of(headers: &HeaderBlock) -> Self {
        let mut fields = Self::default();
        for header in headers.iter() {
            let named = |name: &[u8]| header.name.eq_ignore_ascii_case(name);
            match header.name.len() {
                14 if named(CONTENT_LENGTH) => fields.content_length = true,
                17 if named(TRANSFER_ENCODING) => fields.transfer_encoding = true,
                10 if named(b"connection") => {
                    for token in elements(header.value) {
                        fields.close |= token.eq_ignore_ascii_case(b"close");
                        fields.keep_alive |= token.eq_ignore_ascii_case(b"keep-alive");
                    }
                }
                // Never standard, but what old proxies say with it they do.
                16 if named(b"proxy-connection") => {
                    fields.close |=
                        elements(header.value).any(|token| token.eq_ignore_ascii_case(b"close"));
                }
                _ => {}
            }
        }
        fields
    }
}

enum Coding {
    Chunked,
    /// Nothing but `identity`, which RFC 2616 had: as if there was no such header.
    Identity,
    Other,
}

fn transfer_coding(headers: &HeaderBlock) -> Result<Coding, Error> {
    let codings = || {
        headers
            .get_all(TRANSFER_ENCODING)
            .flat_map(elements)
            .filter(|coding| !coding.is_empty())
    };
    let chunked = |coding: &&[u8]| coding.eq_ignore_ascii_case(b"chunked");
    let identity = |coding: &[u8]| coding.eq_ignore_ascii_case(b"identity");
    match codings().filter(chunked).count() {
        0 if codings().next().is_some() && codings().all(identity) => Ok(Coding::Identity),
        1 if codings().last().as_ref().is_some_and(chunked) => Ok(Coding::Chunked),
        0 | 1 => Ok(Coding::Other),
        _ => Err(Error::TransferEncoding),
    }
}

/// The one number that all Content-Length headers and their list elements say (RFC 9110 section 8.6).
fn content_length(headers: &HeaderBlock) -> Result<u64, Error> {
    let mut length = None;
    for element in headers.get_all(CONTENT_LENGTH).flat_map(elements) {
        let number = decimal(element).ok_or(Error::ContentLength)?;
        if length.is_some_and(|length| length != number) {
            return Err(Error::ContentLength);
        }
        length = Some(number);
    }
    length.ok_or(Error::ContentLength)
}

/// Digits only: no sign, no blanks.
fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |sum, &byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}
