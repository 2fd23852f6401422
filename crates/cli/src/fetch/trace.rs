//! What `--verbose` says: notifications with their times and threads, and the heads that go out and come in.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use openwinhttp::tls::{self, TlsInfo};
use openwinhttp::{Api, BufferKind, Notification, SecureFailure};

use super::error::{name_and_number, reasons_text};

/// Listens to a request.
pub(crate) struct Trace {
    verbose: bool,
    start: Instant,
    reasons: Mutex<Option<SecureFailure>>,
}

impl Trace {
    pub(crate) fn new(verbose: bool) -> Self {
        Self {
            verbose,
            start: Instant::now(),
            reasons: Mutex::new(None),
        }
    }

    /// Whether anything is said.
    pub(crate) const fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Something happened to the request.
    pub(crate) fn notification(&self, notification: &Notification<'_>) {
        if let Notification::SecureFailure(reasons) = notification {
            *self.reasons.lock().unwrap_or_else(PoisonError::into_inner) = Some(*reasons);
        }
        if self.verbose {
            self.event(&describe(notification));
        }
    }

    /// What speaks against the server's certificate.
    pub(crate) fn reasons(&self) -> Option<SecureFailure> {
        *self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something else worth telling.
    pub(crate) fn note(&self, text: &str) {
        if self.verbose {
            self.event(&format!("({text})"));
        }
    }

    /// The secure connection.
    pub(crate) fn secured(&self, info: &TlsInfo) {
        if self.verbose {
            self.note(&describe_tls(info));
        }
    }

    /// A head, each line after a mark: `>` goes out, `<` comes in.
    pub(crate) fn head(&self, mark: char, head: &[u8]) {
        if self.verbose {
            let mut text = String::new();
            for line in String::from_utf8_lossy(head).trim_end().split("\r\n") {
                text.push(mark);
                text.push(' ');
                push_safely(&mut text, line);
                text.push('\n');
            }
            say(&text);
        }
    }

    fn event(&self, what: &str) {
        let milliseconds = self.start.elapsed().as_secs_f64() * 1000.0;
        let mut text = format!("{milliseconds:9.3} ms  ");
        let current = thread::current();
        match current.name() {
            Some(name) => text.push_str(name),
            None => {
                let _ = write!(text, "{:?}", current.id());
            }
        }
        text.push_str("  ");
        push_safely(&mut text, what);
        text.push('\n');
        say(&text);
    }
}

/// A secure connection in words.
pub(crate) fn describe_tls(info: &TlsInfo) -> String {
    let version = match info.version {
        tls::Version::Tls12 => "TLS 1.2",
        tls::Version::Tls13 => "TLS 1.3",
    };
    let resumed = if info.resumed { ", resumed" } else { "" };
    let mut text = format!("{version}, {}{resumed}", info.suite.name);
    if !info.cert_errors.is_empty() {
        let ignored = reasons_text(SecureFailure(info.cert_errors.bits()));
        let _ = write!(text, "; the certificate passes although {ignored}");
    }
    text
}

/// On standard error, whole. Nobody is left to tell if that fails.
fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Control characters are escaped: the server must not steer the terminal.
fn push_safely(out: &mut String, text: &str) {
    for character in text.chars() {
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
}

/// The kind of a WebSocket's buffer, without `WINHTTP_WEB_SOCKET_` and `_BUFFER_TYPE`.
pub(crate) const fn kind_name(kind: BufferKind) -> &'static str {
    match kind {
        BufferKind::BinaryMessage => "BINARY_MESSAGE",
        BufferKind::BinaryFragment => "BINARY_FRAGMENT",
        BufferKind::Utf8Message => "UTF8_MESSAGE",
        BufferKind::Utf8Fragment => "UTF8_FRAGMENT",
        BufferKind::Close => "CLOSE",
    }
}

/// A notification by the name that `winhttp.h` has for it, without `WINHTTP_CALLBACK_STATUS_`.
pub(crate) fn describe(notification: &Notification<'_>) -> String {
    let bytes = |name: &str, count: usize| match count {
        1 => format!("{name} 1 byte"),
        _ => format!("{name} {count} bytes"),
    };
    match notification {
        Notification::ResolvingName(name) => format!("RESOLVING_NAME {name}"),
        Notification::NameResolved(addresses) => format!("NAME_RESOLVED {addresses}"),
        Notification::ConnectingToServer(address) => format!("CONNECTING_TO_SERVER {address}"),
        Notification::ConnectedToServer(address) => format!("CONNECTED_TO_SERVER {address}"),
        Notification::SendingRequest => String::from("SENDING_REQUEST"),
        Notification::RequestSent(count) => bytes("REQUEST_SENT", *count as usize),
        Notification::ReceivingResponse => String::from("RECEIVING_RESPONSE"),
        Notification::ResponseReceived(count) => bytes("RESPONSE_RECEIVED", *count as usize),
        Notification::ClosingConnection => String::from("CLOSING_CONNECTION"),
        Notification::ConnectionClosed => String::from("CONNECTION_CLOSED"),
        Notification::Redirect(url) => format!("REDIRECT {url}"),
        Notification::IntermediateResponse(status) => format!("INTERMEDIATE_RESPONSE {status}"),
        Notification::SecureFailure(reasons) => {
            format!(
                "SECURE_FAILURE 0x{:x} ({})",
                reasons.0,
                reasons_text(*reasons)
            )
        }
        Notification::SendRequestComplete => String::from("SENDREQUEST_COMPLETE"),
        Notification::HeadersAvailable => String::from("HEADERS_AVAILABLE"),
        Notification::DataAvailable(count) => bytes("DATA_AVAILABLE", *count as usize),
        Notification::ReadComplete(read) => bytes("READ_COMPLETE", read.len()),
        Notification::WriteComplete(count) => bytes("WRITE_COMPLETE", *count as usize),
        Notification::WebSocketSent(count, kind) => {
            format!(
                "{} {}",
                bytes("WRITE_COMPLETE", *count as usize),
                kind_name(*kind)
            )
        }
        Notification::WebSocketReceived(read, kind) => {
            format!(
                "{} {}",
                bytes("READ_COMPLETE", read.len()),
                kind_name(*kind)
            )
        }
        Notification::WebSocketCloseComplete => String::from("CLOSE_COMPLETE"),
        Notification::WebSocketShutdownComplete => String::from("SHUTDOWN_COMPLETE"),
        Notification::RequestError(api, error) => {
            let api = match api {
                Api::SendRequest => "API_SEND_REQUEST",
                Api::WriteData => "API_WRITE_DATA",
                Api::ReceiveResponse => "API_RECEIVE_RESPONSE",
                Api::QueryDataAvailable => "API_QUERY_DATA_AVAILABLE",
                Api::ReadData => "API_READ_DATA",
                Api::WebSocketSend => "WEB_SOCKET_SEND_OPERATION",
                Api::WebSocketReceive => "WEB_SOCKET_RECEIVE_OPERATION",
                Api::WebSocketClose => "WEB_SOCKET_CLOSE_OPERATION",
                Api::WebSocketShutdown => "WEB_SOCKET_SHUTDOWN_OPERATION",
            };
            let (name, number) = name_and_number(*error);
            format!("REQUEST_ERROR {api} {name} ({number})")
        }
        Notification::Closed => String::from("HANDLE_CLOSING"),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openwinhttp::Error;

    #[test]
    fn notifications_have_microsofts_names() {
        for (notification, text) in [
            (Notification::ResolvingName("h"), "RESOLVING_NAME h"),
            (Notification::RequestSent(1), "REQUEST_SENT 1 byte"),
            (Notification::ReadComplete(b""), "READ_COMPLETE 0 bytes"),
            (
                Notification::RequestError(Api::ReadData, Error::Timeout),
                "REQUEST_ERROR API_READ_DATA ERROR_WINHTTP_TIMEOUT (12002)",
            ),
            (
                Notification::SecureFailure(SecureFailure(0x30)),
                "SECURE_FAILURE 0x30 (it is for another host, it has expired or is not valid yet)",
            ),
        ] {
            assert_eq!(describe(&notification), text);
        }
    }

    #[test]
    fn a_server_cannot_steer_the_terminal() {
        let mut text = String::new();
        push_safely(&mut text, "a\u{1b}[2J\u{9b}\n\u{e9}");
        assert_eq!(text, "a\\u{1b}[2J\\u{9b}\\n\u{e9}");
    }
}
