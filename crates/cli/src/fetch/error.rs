//! Why a request came to nothing, and what the exit code is then.

use std::fmt;
use std::io;
use std::path::PathBuf;

use openwinhttp::{Api, Error, SecureFailure};

use crate::text::grouped;

/// Why `get` or `post` failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// WinHTTP's own error.
    Http(HttpFailure),
    /// The body is shorter than was announced, which is the end of the body to WinHTTP (behaviour 18.41).
    Truncated(Partial),
    /// The request's body cannot be read.
    Input(String, io::Error),
    /// The file with the request's body has fewer bytes than it had.
    Shrunk(String),
    /// The body's length is not known and HTTP/1.0 has no chunks.
    NoChunks,
    /// The client certificate cannot be used.
    Certificate(PathBuf, String),
    /// The output cannot be written.
    Output(String, io::Error),
    /// Nobody reads standard output any more.
    BrokenPipe,
    /// `--fail`, and this status.
    Status(u16, String),
    /// The asynchronous request has gone silent.
    Lost,
}

/// An error of WinHTTP and what there is to say about it.
#[derive(Debug)]
pub(crate) struct HttpFailure {
    pub(crate) error: Error,
    /// The call that failed; `None` before there was one.
    pub(crate) api: Option<Api>,
    /// What speaks against the server's certificate.
    pub(crate) reasons: Option<SecureFailure>,
    /// The server asked for a client certificate and there is none.
    pub(crate) certificate_wanted: bool,
    /// What had come of the body.
    pub(crate) partial: Option<Partial>,
}

/// A body that did not come whole.
#[derive(Debug)]
pub(crate) struct Partial {
    pub(crate) received: u64,
    pub(crate) expected: Option<u64>,
    /// Where the received bytes are; `None` for standard output.
    pub(crate) file: Option<PathBuf>,
}

impl Failure {
    /// An error outside of the five calls.
    pub(crate) fn of(error: Error) -> Self {
        Self::Http(HttpFailure {
            error,
            api: None,
            reasons: None,
            certificate_wanted: false,
            partial: None,
        })
    }

    /// What `--help` promises.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Http(failure) => match failure.error {
                Error::NameNotResolved | Error::CannotConnect => 3,
                Error::SecureFailure
                | Error::SecureChannelError
                | Error::ClientAuthCertNeeded
                | Error::ClientCertNoPrivateKey => 4,
                Error::Timeout => 5,
                Error::ConnectionError
                | Error::InvalidServerResponse
                | Error::HeaderCountExceeded
                | Error::HeaderSizeOverflow
                | Error::ChunkedEncodingHeaderSizeOverflow => 6,
                _ => crate::FAILURE,
            },
            Self::Truncated(_) => 6,
            Self::Status(..) => 7,
            _ => crate::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(failure) => failure.fmt(f),
            Self::Truncated(partial) => write!(f, "the connection ended too early; {partial}"),
            Self::Input(name, error) => write!(f, "cannot read {name}: {error}"),
            Self::Shrunk(name) => write!(f, "{name} became shorter while it was being sent"),
            Self::NoChunks => f.write_str(
                "the length of the body is not known, and HTTP/1.0 cannot send such a body",
            ),
            Self::Certificate(file, error) => write!(f, "{}: {error}", file.display()),
            Self::Output(name, error) => write!(f, "cannot write to {name}: {error}"),
            Self::BrokenPipe => f.write_str("nobody reads the output any more"),
            Self::Status(status, reason) => write!(f, "the server answers {status} {reason}"),
            Self::Lost => f.write_str("the request was never completed"),
        }
    }
}

impl fmt::Display for HttpFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, number) = name_and_number(self.error);
        write!(f, "{name} ({number})")?;
        if let Some(api) = self.api {
            write!(f, " in {}", function(api))?;
        }
        write!(f, ": {}", self.error)?;
        if let Some(reasons) = self.reasons {
            write!(f, ": {}", reasons_text(reasons))?;
        }
        if self.certificate_wanted {
            f.write_str("; it had asked for a client certificate (--cert)")?;
        }
        if let Some(partial) = &self.partial {
            write!(f, "; {partial}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Partial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(self.received))?;
        if let Some(expected) = self.expected {
            write!(f, " of {}", grouped(expected))?;
        }
        f.write_str(" bytes of the body came")?;
        match &self.file {
            Some(file) => write!(f, " and are kept in {}", file.display()),
            None => Ok(()),
        }
    }
}

/// The C function of an operation.
pub(crate) fn function(api: Api) -> &'static str {
    match api {
        Api::SendRequest => "WinHttpSendRequest",
        Api::WriteData => "WinHttpWriteData",
        Api::ReceiveResponse => "WinHttpReceiveResponse",
        Api::QueryDataAvailable => "WinHttpQueryDataAvailable",
        Api::ReadData => "WinHttpReadData",
        Api::WebSocketSend => "WinHttpWebSocketSend",
        Api::WebSocketReceive => "WinHttpWebSocketReceive",
        Api::WebSocketClose => "WinHttpWebSocketClose",
        Api::WebSocketShutdown => "WinHttpWebSocketShutdown",
    }
}

/// What speaks against a server, in words.
pub(crate) fn reasons_text(reasons: SecureFailure) -> String {
    const REASONS: [(u32, &str); 8] = [
        (0x01, "it cannot be learned whether it was revoked"),
        (0x02, "it is malformed"),
        (0x04, "it was revoked"),
        (
            0x08,
            "its authority is not trusted (SSL_CERT_FILE names one)",
        ),
        (0x10, "it is for another host"),
        (0x20, "it has expired or is not valid yet"),
        (0x40, "it is not for servers"),
        (
            0x8000_0000,
            "the two sides agree on no version, cipher or key",
        ),
    ];
    let texts: Vec<&str> = REASONS
        .iter()
        .filter(|(bit, _)| reasons.0 & bit != 0)
        .map(|(_, text)| *text)
        .collect();
    texts.join(", ")
}

/// The name in `winhttp.h` or `winerror.h`, and the number that `GetLastError` gives for it.
pub(crate) fn name_and_number(error: Error) -> (&'static str, u32) {
    match error {
        Error::FileNotFound => ("ERROR_FILE_NOT_FOUND", 2),
        Error::AccessDenied => ("ERROR_ACCESS_DENIED", 5),
        Error::InvalidHandle => ("ERROR_INVALID_HANDLE", 6),
        Error::NotEnoughMemory => ("ERROR_NOT_ENOUGH_MEMORY", 8),
        Error::NotSupported => ("ERROR_NOT_SUPPORTED", 50),
        Error::InvalidParameter => ("ERROR_INVALID_PARAMETER", 87),
        Error::InsufficientBuffer => ("ERROR_INSUFFICIENT_BUFFER", 122),
        Error::InvalidOperation => ("ERROR_INVALID_OPERATION", 4317),
        Error::Timeout => ("ERROR_WINHTTP_TIMEOUT", 12002),
        Error::InvalidUrl => ("ERROR_WINHTTP_INVALID_URL", 12005),
        Error::UnrecognizedScheme => ("ERROR_WINHTTP_UNRECOGNIZED_SCHEME", 12006),
        Error::NameNotResolved => ("ERROR_WINHTTP_NAME_NOT_RESOLVED", 12007),
        Error::InvalidOption => ("ERROR_WINHTTP_INVALID_OPTION", 12009),
        Error::OptionNotSettable => ("ERROR_WINHTTP_OPTION_NOT_SETTABLE", 12011),
        Error::Shutdown => ("ERROR_WINHTTP_SHUTDOWN", 12012),
        Error::LoginFailure => ("ERROR_WINHTTP_LOGIN_FAILURE", 12015),
        Error::OperationCancelled => ("ERROR_WINHTTP_OPERATION_CANCELLED", 12017),
        Error::IncorrectHandleType => ("ERROR_WINHTTP_INCORRECT_HANDLE_TYPE", 12018),
        Error::IncorrectHandleState => ("ERROR_WINHTTP_INCORRECT_HANDLE_STATE", 12019),
        Error::CannotConnect => ("ERROR_WINHTTP_CANNOT_CONNECT", 12029),
        Error::ConnectionError => ("ERROR_WINHTTP_CONNECTION_ERROR", 12030),
        Error::ResendRequest => ("ERROR_WINHTTP_RESEND_REQUEST", 12032),
        Error::ClientAuthCertNeeded => ("ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED", 12044),
        Error::HeaderNotFound => ("ERROR_WINHTTP_HEADER_NOT_FOUND", 12150),
        Error::InvalidServerResponse => ("ERROR_WINHTTP_INVALID_SERVER_RESPONSE", 12152),
        Error::HeaderAlreadyExists => ("ERROR_WINHTTP_HEADER_ALREADY_EXISTS", 12155),
        Error::RedirectFailed => ("ERROR_WINHTTP_REDIRECT_FAILED", 12156),
        Error::SecureChannelError => ("ERROR_WINHTTP_SECURE_CHANNEL_ERROR", 12157),
        Error::BadAutoProxyScript => ("ERROR_WINHTTP_BAD_AUTO_PROXY_SCRIPT", 12166),
        Error::UnableToDownloadScript => ("ERROR_WINHTTP_UNABLE_TO_DOWNLOAD_SCRIPT", 12167),
        Error::SecureFailure => ("ERROR_WINHTTP_SECURE_FAILURE", 12175),
        Error::AutoProxyServiceError => ("ERROR_WINHTTP_AUTO_PROXY_SERVICE_ERROR", 12178),
        Error::AutodetectionFailed => ("ERROR_WINHTTP_AUTODETECTION_FAILED", 12180),
        Error::HeaderCountExceeded => ("ERROR_WINHTTP_HEADER_COUNT_EXCEEDED", 12181),
        Error::HeaderSizeOverflow => ("ERROR_WINHTTP_HEADER_SIZE_OVERFLOW", 12182),
        Error::ChunkedEncodingHeaderSizeOverflow => {
            ("ERROR_WINHTTP_CHUNKED_ENCODING_HEADER_SIZE_OVERFLOW", 12183)
        }
        Error::ResponseDrainOverflow => ("ERROR_WINHTTP_RESPONSE_DRAIN_OVERFLOW", 12184),
        Error::ClientCertNoPrivateKey => ("ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY", 12185),
        Error::HttpProtocolMismatch => ("ERROR_WINHTTP_HTTP_PROTOCOL_MISMATCH", 12190),
        Error::FeatureDisabled => ("ERROR_WINHTTP_FEATURE_DISABLED", 12192),
        // `InternalError`, and what a newer openwinhttp may add.
        _ => ("ERROR_WINHTTP_INTERNAL_ERROR", 12004),
    }
}
