//! What can go wrong, by the names of `winhttp.h`.

use std::fmt;

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// Why a call failed. Each variant is the Microsoft error of that name; the numbers are the C layer's.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Error { $($(#[$doc])* $name),+ }

        impl fmt::Display for Error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$name => $text),+ })
            }
        }
    };
}

errors! {
    /// `ERROR_ACCESS_DENIED`.
    AccessDenied = "access is denied",
    /// `ERROR_INVALID_HANDLE`: closed, or never a handle.
    InvalidHandle = "the handle is invalid",
    /// `ERROR_NOT_ENOUGH_MEMORY`.
    NotEnoughMemory = "not enough memory",
    /// `ERROR_NOT_SUPPORTED`.
    NotSupported = "not supported",
    /// `ERROR_FILE_NOT_FOUND`.
    FileNotFound = "not found",
    /// `ERROR_INVALID_PARAMETER`: the caller's fault.
    InvalidParameter = "a parameter is incorrect",
    /// `ERROR_INSUFFICIENT_BUFFER`.
    InsufficientBuffer = "the buffer is too small",
    /// `ERROR_INVALID_OPERATION`: another operation is in the way.
    InvalidOperation = "the operation is not valid now",
    /// `ERROR_WINHTTP_TIMEOUT`.
    Timeout = "a time limit expired",
    /// `ERROR_WINHTTP_INTERNAL_ERROR`.
    InternalError = "an internal error happened",
    /// `ERROR_WINHTTP_INVALID_URL`.
    InvalidUrl = "the URL is invalid",
    /// `ERROR_WINHTTP_UNRECOGNIZED_SCHEME`.
    UnrecognizedScheme = "the URL's scheme is neither http nor https",
    /// `ERROR_WINHTTP_NAME_NOT_RESOLVED`.
    NameNotResolved = "the server's name could not be resolved",
    /// `ERROR_WINHTTP_INVALID_OPTION`.
    InvalidOption = "the option is unknown or not supported",
    /// `ERROR_WINHTTP_OPTION_NOT_SETTABLE`.
    OptionNotSettable = "the option can only be queried",
    /// `ERROR_WINHTTP_SHUTDOWN`.
    Shutdown = "the library is shutting down",
    /// `ERROR_WINHTTP_LOGIN_FAILURE`.
    LoginFailure = "authentication failed",
    /// `ERROR_WINHTTP_OPERATION_CANCELLED`: the handle was closed under the operation.
    OperationCancelled = "the operation was cancelled",
    /// `ERROR_WINHTTP_INCORRECT_HANDLE_TYPE`.
    IncorrectHandleType = "the handle is of another type",
    /// `ERROR_WINHTTP_INCORRECT_HANDLE_STATE`.
    IncorrectHandleState = "the handle is in another state",
    /// `ERROR_WINHTTP_CANNOT_CONNECT`.
    CannotConnect = "the server cannot be reached",
    /// `ERROR_WINHTTP_CONNECTION_ERROR`.
    ConnectionError = "the connection was reset or ended too early",
    /// `ERROR_WINHTTP_RESEND_REQUEST`.
    ResendRequest = "the request must be sent again",
    /// `ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED`.
    ClientAuthCertNeeded = "the server asks for a client certificate",
    /// `ERROR_WINHTTP_HEADER_NOT_FOUND`.
    HeaderNotFound = "there is no such header",
    /// `ERROR_WINHTTP_INVALID_SERVER_RESPONSE`.
    InvalidServerResponse = "the server's response is malformed",
    /// `ERROR_WINHTTP_HEADER_ALREADY_EXISTS`.
    HeaderAlreadyExists = "the header exists already",
    /// `ERROR_WINHTTP_REDIRECT_FAILED`.
    RedirectFailed = "a redirect could not be followed",
    /// `ERROR_WINHTTP_SECURE_CHANNEL_ERROR`.
    SecureChannelError = "no secure channel is possible",
    /// `ERROR_WINHTTP_BAD_AUTO_PROXY_SCRIPT`.
    BadAutoProxyScript = "the proxy script is wrong",
    /// `ERROR_WINHTTP_UNABLE_TO_DOWNLOAD_SCRIPT`.
    UnableToDownloadScript = "the proxy script cannot be had",
    /// `ERROR_WINHTTP_SECURE_FAILURE`: reasons come by notification.
    SecureFailure = "the server's certificate was refused",
    /// `ERROR_WINHTTP_AUTO_PROXY_SERVICE_ERROR`.
    AutoProxyServiceError = "no proxy could be determined",
    /// `ERROR_WINHTTP_AUTODETECTION_FAILED`.
    AutodetectionFailed = "no proxy script was found in the network",
    /// `ERROR_WINHTTP_HEADER_COUNT_EXCEEDED`.
    HeaderCountExceeded = "the response has too many headers",
    /// `ERROR_WINHTTP_HEADER_SIZE_OVERFLOW`.
    HeaderSizeOverflow = "the response's headers are too large",
    /// `ERROR_WINHTTP_CHUNKED_ENCODING_HEADER_SIZE_OVERFLOW`.
    ChunkedEncodingHeaderSizeOverflow = "a chunk's header is too large",
    /// `ERROR_WINHTTP_RESPONSE_DRAIN_OVERFLOW`.
    ResponseDrainOverflow = "too much of the last response is unread",
    /// `ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY`.
    ClientCertNoPrivateKey = "the client certificate has no private key",
    /// `ERROR_WINHTTP_HTTP_PROTOCOL_MISMATCH`.
    HttpProtocolMismatch = "the required protocol was not negotiated",
    /// `ERROR_WINHTTP_FEATURE_DISABLED`.
    FeatureDisabled = "the feature is disabled",
}

impl std::error::Error for Error {}

/// The result of most calls.
pub type Result<T> = std::result::Result<T, Error>;
