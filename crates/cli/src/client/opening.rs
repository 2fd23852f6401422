//! From a URL to an open WebSocket.

use std::fmt;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use openwinhttp::options::{RedirectPolicy, Timeout};
use openwinhttp::request_headers::Modifiers;
use openwinhttp::tls::CertErrors;
use openwinhttp::{
    Api, Buffer, Connect, Error, Mode, Notification, Observer, OpenRequest, Request, SecureFailure,
    Session, WebSocket,
};

use super::watch::{Call, Watch};
use crate::fetch::{AGENT, HttpFailure};
use crate::url::Url;

/// For TCP, for each address of the host.
const CONNECT_TIME: Timeout = Timeout(10_000);
/// For the server's answer to the request.
const OPENING_TIME: Timeout = Timeout(10_000);

/// `WINHTTP_OPTION_WEB_SOCKET_SEND_BUFFER_SIZE`, the default.
const SEND_BUFFER: u32 = 32 * 1024;

/// What a user wants to be connected to, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) url: Url,
    /// The preferred one first.
    pub(crate) subprotocols: Vec<String>,
    /// See [`header`].
    pub(crate) headers: Vec<(String, String)>,
    /// Faults of the server's certificate that do not matter.
    pub(crate) ignored: CertErrors,
    pub(crate) asynchronous: bool,
}

/// Why there is no WebSocket.
#[derive(Debug)]
pub(crate) enum OpenError {
    /// WinHTTP's own error.
    Http(HttpFailure),
    /// The server's answer is not 101.
    Status(u16, String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(failure) => failure.fmt(f),
            Self::Status(status, reason) => {
                write!(
                    f,
                    "the server answered {status} {} instead of 101",
                    reason.escape_debug()
                )
            }
        }
    }
}

/// Opens WebSockets to one server.
pub(crate) struct Client<'a> {
    wish: &'a Wish,
    connect: Connect,
}

impl<'a> Client<'a> {
    /// # Errors
    /// If the host's name is impossible.
    pub(crate) fn new(wish: &'a Wish) -> Result<Self, OpenError> {
        let mode = if wish.asynchronous {
            Mode::Asynchronous
        } else {
            Mode::Synchronous
        };
        let session = Session::new(Some(AGENT), mode);
        {
            let mut options = session.options();
            options.redirect_policy = RedirectPolicy::Never;
            options.fast_fallback = true;
            options.ignored_cert_errors = wish.ignored;
            options.timeouts.connect = CONNECT_TIME;
            options.timeouts.receive = OPENING_TIME;
            options.timeouts.set_receive_response(OPENING_TIME);
        }
        let url = &wish.url;
        let connect = session.connect(&url.host, url.port).map_err(bare)?;
        Ok(Self { wish, connect })
    }

    /// Makes the request and upgrades it. Gives the subprotocol that the server chose, too.
    ///
    /// # Errors
    /// As [`OpenError`] says.
    pub(crate) fn open<B: Buffer>(
        &self,
        watch: &Arc<dyn Watch>,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<(WebSocket<B>, Option<String>), OpenError> {
        let (opener, inbox) = Opener::new(Arc::clone(watch));
        let request = self.request::<B>(opener.clone()).map_err(bare)?;
        let talk = Talk {
            request: &request,
            opener: &opener,
            inbox: &inbox,
            asynchronous: self.wish.asynchronous,
        };
        talk.through()?;
        let response = request.response().map_err(bare)?;
        if watch.is_curious() {
            let mut raw = Vec::new();
            response.raw_crlf(&mut raw);
            watch.head('<', &raw);
        }
        if response.status() != 101 {
            let reason = String::from_utf8_lossy(response.reason()).into_owned();
            return Err(OpenError::Status(response.status(), reason));
        }
        let subprotocol = response
            .headers()
            .get("Sec-WebSocket-Protocol")
            .map(|name| String::from_utf8_lossy(name).into_owned());
        watch.call(&Call::CompleteUpgrade);
        let socket = request.complete_upgrade(observer).map_err(bare)?;
        Ok((socket, subprotocol))
    }

    fn request<B: Buffer>(&self, observer: Arc<dyn Observer>) -> Result<Request<B>, Error> {
        let object: Vec<u16> = self.wish.url.target.encode_utf16().collect();
        let mut open = OpenRequest::default();
        open.object = &object;
        open.secure = self.wish.url.secure;
        open.observer = Some(observer);
        let request: Request<B> = self.connect.open_request(open)?;
        request.with_headers(|headers| {
            let subprotocols = self.wish.subprotocols.join(", ");
            if !subprotocols.is_empty() {
                let name = b"Sec-WebSocket-Protocol";
                headers.add(name, subprotocols.as_bytes(), Modifiers::ADD)?;
            }
            self.wish.headers.iter().try_for_each(|(name, value)| {
                headers.add(name.as_bytes(), value.as_bytes(), Modifiers::ADD)
            })
        })?;
        request.upgrade_to_web_socket(SEND_BUFFER);
        Ok(request)
    }
}

/// How a call went: which one failed, if it did.
type Completion = Result<(), (Api, Error)>;

/// A request on its way to the response.
struct Talk<'a, B: Buffer> {
    request: &'a Request<B>,
    opener: &'a Opener,
    inbox: &'a Receiver<Completion>,
    asynchronous: bool,
}

impl<B: Buffer> Talk<'_, B> {
    fn through(&self) -> Result<(), OpenError> {
        let watch = &self.opener.watch;
        let mut sent = self.send();
        if matches!(sent, Err((_, Error::ClientAuthCertNeeded))) {
            // Many servers ask and do without.
            self.request.options().no_client_certificate = true;
            sent = self.send();
        }
        sent.map_err(|error| self.failure(error))?;
        if let Some(info) = self.request.tls_info() {
            watch.secured(&info);
        }
        self.request.with_request_head(|head| watch.head('>', head));
        watch.call(&Call::ReceiveResponse);
        self.complete(
            Api::ReceiveResponse,
            || self.request.receive_response(),
            || self.request.start_receive_response().map(|_| ()),
        )
        .map_err(|error| self.failure(error))
    }

    fn send(&self) -> Completion {
        self.opener.watch.call(&Call::SendRequest);
        self.complete(
            Api::SendRequest,
            || self.request.send(None, 0),
            || self.request.start_send(None, 0).map(|_| ()),
        )
    }

    /// Makes the call that suits the mode, and waits.
    fn complete(
        &self,
        api: Api,
        wait: impl FnOnce() -> Result<(), Error>,
        start: impl FnOnce() -> Result<(), Error>,
    ) -> Completion {
        if !self.asynchronous {
            return wait().map_err(|error| (api, error));
        }
        start().map_err(|error| (api, error))?;
        // It comes, exactly once.
        self.inbox
            .recv()
            .unwrap_or(Err((api, Error::InternalError)))
    }

    fn failure(&self, (api, error): (Api, Error)) -> OpenError {
        let reasons = *self
            .opener
            .reasons
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        OpenError::Http(HttpFailure {
            error,
            api: Some(api),
            reasons: reasons
                .filter(|_| matches!(error, Error::SecureFailure | Error::SecureChannelError)),
            certificate_wanted: false,
            partial: None,
        })
    }
}

/// Hears what the request has to say.
struct Opener {
    watch: Arc<dyn Watch>,
    news: Sender<Completion>,
    /// What speaks against the server's certificate.
    reasons: Mutex<Option<SecureFailure>>,
}

impl Opener {
    fn new(watch: Arc<dyn Watch>) -> (Arc<Self>, Receiver<Completion>) {
        let (news, inbox) = mpsc::channel();
        let opener = Arc::new(Self {
            watch,
            news,
            reasons: Mutex::new(None),
        });
        (opener, inbox)
    }
}

impl Observer for Opener {
    fn notify(&self, notification: &Notification<'_>) {
        self.watch.notification(notification);
        let news = match notification {
            Notification::SecureFailure(reasons) => {
                *self.reasons.lock().unwrap_or_else(PoisonError::into_inner) = Some(*reasons);
                return;
            }
            Notification::SendRequestComplete | Notification::HeadersAvailable => Ok(()),
            Notification::RequestError(api, error) => Err((*api, *error)),
            _ => return,
        };
        // Nobody waits any more when the request is closed.
        let _ = self.news.send(news);
    }
}

/// An error of no particular call.
fn bare(error: Error) -> OpenError {
    OpenError::Http(HttpFailure {
        error,
        api: None,
        reasons: None,
        certificate_wanted: false,
        partial: None,
    })
}

/// Takes `NAME: VALUE` apart.
///
/// # Errors
/// If it is not that, would break the request apart, or is one that the handshake sets itself.
pub(crate) fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = crate::fetch::header(text)?;
    let lower = name.to_ascii_lowercase();
    let ours = [
        "host",
        "connection",
        "upgrade",
        "content-length",
        "transfer-encoding",
    ];
    if ours.contains(&lower.as_str()) || lower.starts_with("sec-websocket-") {
        return Err(format!("{name} is set by the handshake itself"));
    }
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_headers_cannot_break_the_request() {
        assert_eq!(
            header("Cookie:  a=b; c "),
            Ok(("Cookie".into(), "a=b; c".into()))
        );
        for wrong in [
            "",
            "a",
            ": b",
            "a b: c",
            "a\r\n: c",
            "a: b\r\nc: d",
            "a: \0",
            "host: x",
            "Sec-WebSocket-Key: x",
            "Upgrade: x",
        ] {
            assert!(header(wrong).is_err(), "{wrong:?}");
        }
    }
}
