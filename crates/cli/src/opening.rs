//! A server's opening handshake: HTTP around the component's part.

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use websocket_component::{Config, Error, Role};
use ws_proto::handshake::{Field, HandshakeError, requested_subprotocols};

use crate::http::{HeadBuffer, HeadError, Request, head_text, read_head};
use crate::link::Handle;
use crate::stream::Stream;

/// How long a refused client may take to accept the refusal.
const REFUSAL_TIME: Duration = Duration::from_secs(2);

/// A connection whose handshake is done.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) component: Handle,
    /// Bytes that came behind the peer's part of the handshake.
    pub(crate) early: Vec<u8>,
    /// What was asked for: path and query.
    pub(crate) target: String,
    pub(crate) subprotocol: Option<String>,
    /// The response as it was on the wire.
    pub(crate) response: String,
}

/// Sizes of a component's receive and send areas.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Areas {
    pub(crate) receive: u32,
    pub(crate) send: u32,
}

impl Areas {
    fn config(self) -> Config {
        Config {
            receive_buffer_size: self.receive,
            send_buffer_size: self.send,
            ..Config::new(Role::Server)
        }
    }
}

/// Why a server refused a request.
#[derive(Debug)]
pub(crate) enum ServerError {
    /// Nobody is there to answer.
    Gone(HeadError),
    /// Answered with this status, for this reason.
    Refused(Status, String),
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(error) => error.fmt(f),
            Self::Refused(status, reason) => write!(f, "answered {}: {reason}", status.text()),
        }
    }
}

/// The responses of the server that refuse a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    BadRequest,
    MethodNotAllowed,
    RequestTimeout,
    UpgradeRequired,
    HeadersTooLarge,
    InternalError,
    Unavailable,
    VersionNotSupported,
}

impl Status {
    const fn text(self) -> &'static str {
        match self {
            Self::BadRequest => "400 Bad Request",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::RequestTimeout => "408 Request Timeout",
            Self::UpgradeRequired => "426 Upgrade Required",
            Self::HeadersTooLarge => "431 Request Header Fields Too Large",
            Self::InternalError => "500 Internal Server Error",
            Self::Unavailable => "503 Service Unavailable",
            Self::VersionNotSupported => "505 HTTP Version Not Supported",
        }
    }

    /// The whole response; `reason` becomes its body.
    pub(crate) fn response(self, reason: &str) -> String {
        let extra = match self {
            Self::MethodNotAllowed => "Allow: GET\r\n",
            Self::UpgradeRequired => "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
            _ => "",
        };
        // RFC 9110 section 7.8: Upgrade is named in Connection.
        let connection = match self {
            Self::UpgradeRequired => "Upgrade, close",
            _ => "close",
        };
        let body = format!("{reason}\n");
        format!(
            "HTTP/1.1 {}\r\n{extra}Connection: {connection}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.text(),
            body.len()
        )
    }
}

/// Opens a connection as a server, or answers why not.
///
/// # Errors
/// As [`ServerError`] says; the answer has been written then.
pub(crate) fn open_server(
    stream: &Stream,
    subprotocols: &[String],
    areas: Areas,
    deadline: Instant,
) -> Result<Opened, ServerError> {
    let mut buffer = HeadBuffer::default();
    let result = match read_head::<Request>(stream, &mut buffer, deadline) {
        Ok(request) => accept(&request, subprotocols, areas),
        Err(error) => Err(match error {
            HeadError::Malformed(_) => (Status::BadRequest, error.to_string()),
            HeadError::TooLarge => (Status::HeadersTooLarge, error.to_string()),
            HeadError::TimedOut => (Status::RequestTimeout, error.to_string()),
            HeadError::Ended | HeadError::Io(_) => return Err(ServerError::Gone(error)),
        }),
    };
    let accepted = match result {
        Ok(accepted) => accepted,
        Err((status, reason)) => {
            // The deadline may be what was missed. If it cannot be written, the client does not want to know.
            let deadline = Instant::now() + REFUSAL_TIME;
            let _ = write_by(stream, status.response(&reason).as_bytes(), deadline);
            return Err(ServerError::Refused(status, reason));
        }
    };
    write_by(stream, accepted.response.as_bytes(), deadline)
        .map_err(|error| ServerError::Gone(HeadError::Io(error)))?;
    Ok(Opened {
        early: buffer.into_rest(),
        ..accepted
    })
}

/// Decides on a request without any I/O.
fn accept(
    request: &Request,
    subprotocols: &[String],
    areas: Areas,
) -> Result<Opened, (Status, String)> {
    let bad = |reason: &str| Err((Status::BadRequest, reason.to_owned()));
    if request.method != "GET" {
        let reason = format!("the method is {}, not GET", request.method);
        return Err((Status::MethodNotAllowed, reason));
    }
    if request.minor_version != 1 {
        return Err((Status::VersionNotSupported, "HTTP/1.1 is needed".into()));
    }
    let headers = &request.headers;
    if headers.count("Host") != 1 {
        return bad("there must be one Host header");
    }
    let is_empty = |length: &[u8]| length == b"0";
    if headers.count("Transfer-Encoding") > 0 || !headers.values("Content-Length").all(is_empty) {
        return bad("the request must not have a body");
    }
    let subprotocol = match requested_subprotocols(headers.iter()) {
        Ok(names) => names.into_iter().find(|name| {
            subprotocols
                .iter()
                .any(|own| own.eq_ignore_ascii_case(name))
        }),
        Err(error) => return bad(&error.to_string()),
    };
    let answer = |error: Error| (status_for(&error), error.to_string());
    let mut component = Handle::server(areas.config()).map_err(answer)?;
    let response = component
        .begin_server_handshake(headers.iter(), subprotocol.map(str::as_bytes), &[])
        .map_err(answer)?;
    Ok(Opened {
        component,
        early: Vec::new(),
        target: request.target.clone(),
        subprotocol: subprotocol.map(str::to_owned),
        response: head_text("HTTP/1.1 101 Switching Protocols", &response),
    })
}

/// RFC 6455 section 4.4 and RFC 9110 section 15.5.22: a request that is no WebSocket handshake, or one of another version,
/// is told what it takes.
fn status_for(error: &Error) -> Status {
    match error {
        Error::Handshake(error) => match error {
            HandshakeError::MissingHeader(Field::Upgrade | Field::Connection | Field::Version)
            | HandshakeError::TokenMissing(_)
            | HandshakeError::BadVersion
            | HandshakeError::VersionNotSupported => Status::UpgradeRequired,
            _ => Status::BadRequest,
        },
        _ => Status::InternalError,
    }
}

fn write_by(stream: &Stream, bytes: &[u8], deadline: Instant) -> io::Result<()> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    stream.socket().set_write_timeout(Some(left))?;
    stream.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREAS: Areas = Areas {
        receive: 256,
        send: 16,
    };

    /// A good request with one line replaced by another.
    fn request(replace: &str, by: &str) -> Request {
        let text = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        assert!(text.contains(replace));
        let text = text.replace(replace, by);
        let head = HeadBuffer::default().push(text.as_bytes());
        head.expect("well-formed HTTP").expect("a whole head")
    }

    fn status(replace: &str, by: &str) -> Option<Status> {
        accept(&request(replace, by), &[], AREAS)
            .err()
            .map(|(status, _)| status)
    }

    #[test]
    fn requests_that_are_no_handshake_are_refused() {
        assert_eq!(status("Host: h", "Host: h"), None);
        for (line, by, expected) in [
            ("GET", "POST", Status::MethodNotAllowed),
            ("HTTP/1.1", "HTTP/1.0", Status::VersionNotSupported),
            ("Host: h", "X: h", Status::BadRequest),
            ("Host: h", "Host: h\r\nHost: h", Status::BadRequest),
            (
                "Host: h",
                "Host: h\r\nContent-Length: 1",
                Status::BadRequest,
            ),
            (
                "Host: h",
                "Host: h\r\nTransfer-Encoding: chunked",
                Status::BadRequest,
            ),
            (
                "Upgrade: websocket",
                "Upgrade: h2c",
                Status::UpgradeRequired,
            ),
            ("Upgrade: websocket", "X: y", Status::UpgradeRequired),
            (
                "Connection: Upgrade",
                "Connection: close",
                Status::UpgradeRequired,
            ),
            ("Version: 13", "Version: 8", Status::UpgradeRequired),
            ("Version: 13", "Version: x", Status::UpgradeRequired),
            ("dGhlIHNhbXBsZSBub25jZQ==", "dGhl", Status::BadRequest),
            ("Sec-WebSocket-Key", "X", Status::BadRequest),
            (
                "Host: h",
                "Host: h\r\nSec-WebSocket-Protocol: a, a",
                Status::BadRequest,
            ),
            (
                "Host: h",
                "Host: h\r\nSec-WebSocket-Protocol: @",
                Status::BadRequest,
            ),
        ] {
            assert_eq!(status(line, by), Some(expected), "{line} → {by}");
        }
    }

    #[test]
    fn the_clients_order_of_subprotocols_decides() {
        let ours = ["b".to_owned(), "A".to_owned()];
        for (asked, chosen) in [("x, a, b", Some("a")), ("b,a", Some("b")), ("x", None)] {
            let line = format!("Host: h\r\nSec-WebSocket-Protocol: {asked}");
            let opened = accept(&request("Host: h", &line), &ours, AREAS).expect("accepted");
            assert_eq!(opened.subprotocol.as_deref(), chosen);
            let header = format!("Sec-WebSocket-Protocol: {}\r\n", chosen.unwrap_or_default());
            assert_eq!(opened.response.contains(&header), chosen.is_some());
        }
    }

    #[test]
    fn a_refusal_tells_the_version() {
        let response = Status::UpgradeRequired.response("no");
        assert!(response.starts_with("HTTP/1.1 426 Upgrade Required\r\n"));
        assert!(response.contains("\r\nSec-WebSocket-Version: 13\r\n"));
        assert!(response.ends_with("\r\nContent-Length: 3\r\n\r\nno\n"));
    }
}
