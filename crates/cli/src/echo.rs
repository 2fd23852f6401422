//! What an echo server does on one open connection.

use std::fmt;
use std::time::Duration;

use websocket_component::{CloseStatus, Message};
use ws_proto::close;

use crate::link::{Link, LinkError, Observer, Received};

/// How long a client may take to close its side after Close.
pub(crate) const LINGER: Duration = Duration::from_secs(2);

/// How a connection ended in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    /// The client's code; `None` if its Close was empty.
    pub(crate) code: Option<u16>,
    pub(crate) reason: String,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&close_text(self.code, &self.reason))
    }
}

/// Code and reason of a Close in words.
pub(crate) fn close_text(code: Option<u16>, reason: &str) -> String {
    match (code, reason) {
        (None, _) => "closed without a code".to_owned(),
        (Some(code), "") => format!("closed with code {code}"),
        (Some(code), reason) => format!("closed with code {code}, reason {reason:?}"),
    }
}

/// Sends everything back until the connection ends, and ends it. A piece of a message is sent before the next is received.
///
/// # Errors
/// If it ended in any other way than by Close from both sides; a client that broke the protocol has been told.
pub(crate) fn run<O: Observer>(link: &Link<O>) -> Result<Closed, LinkError> {
    finish(link, echo_until_close(link))
}

/// Sends Close first, and waits for the client's.
///
/// # Errors
/// As [`run`].
pub(crate) fn close_first<O: Observer>(
    link: &Link<O>,
    status: CloseStatus<Vec<u8>>,
) -> Result<Closed, LinkError> {
    let result = link.send(Message::Close(Some(status))).and_then(|()| {
        loop {
            // The client may have sent anything before our Close reached it.
            if let Received::Close { code, reason } = link.receive()? {
                return Ok(Closed { code, reason });
            }
        }
    });
    finish(link, result)
}

fn finish<O: Observer>(
    link: &Link<O>,
    result: Result<Closed, LinkError>,
) -> Result<Closed, LinkError> {
    match &result {
        Ok(_) => link.linger(LINGER),
        Err(LinkError::Protocol(error)) => {
            // Refused if Close was sent before; the client is told by the end of the connection then.
            let _ = link.send(Message::close(error.close_code(), error.to_string()));
            link.linger(LINGER);
        }
        Err(_) => link.cut(),
    }
    result
}

fn echo_until_close<O: Observer>(link: &Link<O>) -> Result<Closed, LinkError> {
    loop {
        match link.receive()? {
            Received::Data { kind, last, bytes } => link.send(Message::Data {
                kind,
                last,
                payload: Some(bytes),
            })?,
            Received::Pong => {}
            Received::Close { code, reason } => {
                let answer =
                    code.filter(|&code| close::may_be_sent(code))
                        .map(|code| CloseStatus {
                            code,
                            reason: Some(reason.clone().into_bytes()),
                        });
                link.send(Message::Close(answer))?;
                return Ok(Closed { code, reason });
            }
        }
    }
}
