//! What goes out: the request's head and how its body ends.

use http1_proto::Version;
use http1_proto::request::{self, BodyEncoder};
use ws_proto::handshake::ClientHandshake;

use super::state::Message;
use super::target::Fixed;
use crate::options::Options;
use crate::request_headers::RequestHeaders;
use crate::response_headers;
use crate::{Buffer, Error, Result};

/// How the body of a request is framed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BodyPlan {
    /// No body, and nothing is said about one.
    #[default]
    None,
    /// So many bytes, said in `Content-Length` by us.
    Length(u64),
    /// So many bytes, said in `Content-Length` by the application.
    OwnLength(u64),
    /// We frame chunks (`WINHTTP_FLAG_AUTOMATIC_CHUNKING`).
    Chunked,
    /// The application frames chunks; bytes go out as given (facts 24.6, spec/README 39).
    Raw,
}

impl BodyPlan {
    /// How a body of `total` bytes, or of `optional` bytes if `total` is 0, is framed.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: the lengths contradict each other, or the application's own headers.
    pub(super) fn new<B: Buffer>(
        fixed: &Fixed,
        message: &Message<B>,
        optional: usize,
        total: u64,
    ) -> Result<Self> {
        let optional = optional as u64;
        let own_chunks = message
            .headers
            .get(b"Transfer-Encoding", 0)
            .is_some_and(ends_with_chunked);
        let own_length = message.headers.get(b"Content-Length", 0);
        if own_chunks && own_length.is_some() {
            return Err(Error::InvalidParameter);
        }
        if own_chunks && !fixed.automatic_chunking {
            return Ok(Self::Raw);
        }
        if fixed.automatic_chunking && (own_chunks || total == 0 && own_length.is_none()) {
            return Ok(Self::Chunked);
        }
        if let Some(value) = own_length {
            // Strict: what goes out must be read in the same way by everybody.
            let length = response_headers::number64(value)?;
            if message.headers.get(b"Content-Length", 1).is_some() {
                return Err(Error::InvalidParameter);
            }
            if total != 0 && total != length || optional > length {
                return Err(Error::InvalidParameter);
            }
            return Ok(Self::OwnLength(length));
        }
        if total != 0 && total < optional {
            return Err(Error::InvalidParameter);
        }
        let total = total.max(optional);
        let always = matches!(&*fixed.verb, "POST" | "PUT");
        Ok(if total > 0 || always {
            Self::Length(total)
        } else {
            Self::None
        })
    }

    pub(super) fn encoder(self) -> BodyEncoder {
        match self {
            Self::None => BodyEncoder::None,
            Self::Length(length) | Self::OwnLength(length) => BodyEncoder::Length(length),
            Self::Chunked => BodyEncoder::Chunked,
            Self::Raw => BodyEncoder::Raw,
        }
    }
}

fn ends_with_chunked(value: &[u8]) -> bool {
    let last = value
        .rsplit(|byte| *byte == b',')
        .next()
        .unwrap_or_default();
    last.trim_ascii().eq_ignore_ascii_case(b"chunked")
}

/// Whether the connection may carry another request afterwards, as far as the request is concerned.
pub(super) fn keeps_alive<B: Buffer>(message: &Message<B>, options: &Options) -> bool {
    let own_close = (0..)
        .map_while(|n| message.headers.get(b"Connection", n))
        .any(|value| {
            value
                .split(|byte| *byte == b',')
                .any(|token| token.trim_ascii().eq_ignore_ascii_case(b"close"))
        });
    !(own_close || options.disabled.keep_alive || options.expire_connection)
}

/// What our own part of a head rarely exceeds, in bytes.
const HEAD_ESTIMATE: usize = 256;

/// Writes the head: the request line, our own headers where the application has none of that name, the application's.
///
/// # Errors
/// [`Error::InvalidParameter`]: the agent's name could be read as something else than a header's value.
pub(super) fn write_head<B: Buffer>(
    out: &mut Vec<u8>,
    fixed: &Fixed,
    agent: Option<&str>,
    message: &Message<B>,
    options: &Options,
) -> Result<()> {
    let own = &message.headers;
    let authority = fixed.url.authority();
    let length = match message.plan {
        BodyPlan::Length(length) => length.to_string(),
        _ => String::new(),
    };
    let keep = if keeps_alive(message, options) {
        "Keep-Alive"
    } else {
        "close"
    };
    let chunked = message.plan == BodyPlan::Chunked;
    let refresh = if fixed.refresh { "no-cache" } else { "" };
    let (mut key, mut version, mut upgrade) = (String::new(), "", "");
    if let Some(handshake) = &message.handshake {
        key = handshake_key(handshake);
        version = ws_proto::handshake::VERSION;
        upgrade = "websocket";
    }
    let connection = if upgrade.is_empty() { keep } else { "Upgrade" };
    let ours: [(&str, &str); 12] = [
        ("Connection", connection),
        ("User-Agent", agent.unwrap_or_default()),
        ("Host", &authority),
        ("Accept", &fixed.accept),
        ("Referer", &fixed.referrer),
        ("Upgrade", upgrade),
        ("Sec-WebSocket-Version", version),
        ("Sec-WebSocket-Key", &key),
        ("Pragma", refresh),
        ("Cache-Control", if fixed.http_1_0 { "" } else { refresh }),
        ("Content-Length", &length),
        ("Transfer-Encoding", if chunked { "chunked" } else { "" }),
    ];
    let ours = ours
        .iter()
        .filter(|(name, value)| !value.is_empty() && !own.contains(name.as_bytes()))
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let theirs = own.iter().map(|header| (header.name, header.value));
    let http_version = if fixed.http_1_0 {
        Version::Http10
    } else {
        Version::Http11
    };
    out.clear();
    out.reserve(HEAD_ESTIMATE + own.wire().len());
    request::write_head(
        out,
        fixed.verb.as_bytes(),
        fixed.url.target(),
        http_version,
        ours.chain(theirs),
    )
    .map_err(|_| Error::InvalidParameter)
}

fn handshake_key(handshake: &ClientHandshake) -> String {
    handshake
        .request_headers()
        .into_iter()
        .find(|header| header.name == "Sec-WebSocket-Key")
        .map(|header| header.value.into_owned())
        .unwrap_or_default()
}

/// A handshake that offers the subprotocols of the application's own header.
///
/// # Errors
/// [`Error::InvalidParameter`]: that header is malformed.
pub(super) fn handshake(headers: &RequestHeaders) -> Result<ClientHandshake> {
    let own: Vec<&[u8]> = (0..)
        .map_while(|n| headers.get(b"Sec-WebSocket-Protocol", n))
        .collect();
    let offered: Vec<&[u8]> = own
        .iter()
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|name| !name.is_empty())
        .collect();
    ClientHandshake::new(rand::random(), &offered, &[]).map_err(|_| Error::InvalidParameter)
}
