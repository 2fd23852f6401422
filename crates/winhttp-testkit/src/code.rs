//! Error numbers, printed with their names.

use std::fmt;

/// A Win32 error number; prints as the number and the name of `winhttp.h` or `winerror.h`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code(pub u32);

/// What a call gave: its result, or the error's number.
pub type Outcome<T = ()> = Result<T, Code>;

/// The error of an outcome, 0 for success: `assert_eq!(code(&outcome), 12019)` prints less than the whole.
pub fn code<T>(outcome: &Outcome<T>) -> u32 {
    outcome.as_ref().err().map_or(0, |code| code.0)
}

impl PartialEq<u32> for Code {
    fn eq(&self, other: &u32) -> bool {
        self.0 == *other
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, name(self.0))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The name of an error number, without its prefix.
pub fn name(code: u32) -> &'static str {
    NAMES
        .iter()
        .find(|(number, _)| *number == code)
        .map_or("(no name)", |(_, name)| name)
}

const NAMES: &[(u32, &str)] = &[
    (0, "SUCCESS"),
    (2, "FILE_NOT_FOUND"),
    (5, "ACCESS_DENIED"),
    (6, "INVALID_HANDLE"),
    (8, "NOT_ENOUGH_MEMORY"),
    (50, "NOT_SUPPORTED"),
    (87, "INVALID_PARAMETER"),
    (122, "INSUFFICIENT_BUFFER"),
    (997, "IO_PENDING"),
    (4317, "INVALID_OPERATION"),
    (12001, "OUT_OF_HANDLES"),
    (12002, "TIMEOUT"),
    (12004, "INTERNAL_ERROR"),
    (12005, "INVALID_URL"),
    (12006, "UNRECOGNIZED_SCHEME"),
    (12007, "NAME_NOT_RESOLVED"),
    (12009, "INVALID_OPTION"),
    (12011, "OPTION_NOT_SETTABLE"),
    (12012, "SHUTDOWN"),
    (12015, "LOGIN_FAILURE"),
    (12017, "OPERATION_CANCELLED"),
    (12018, "INCORRECT_HANDLE_TYPE"),
    (12019, "INCORRECT_HANDLE_STATE"),
    (12029, "CANNOT_CONNECT"),
    (12030, "CONNECTION_ERROR"),
    (12032, "RESEND_REQUEST"),
    (12044, "CLIENT_AUTH_CERT_NEEDED"),
    (12150, "HEADER_NOT_FOUND"),
    (12152, "INVALID_SERVER_RESPONSE"),
    (12155, "HEADER_ALREADY_EXISTS"),
    (12156, "REDIRECT_FAILED"),
    (12157, "SECURE_CHANNEL_ERROR"),
    (12166, "BAD_AUTO_PROXY_SCRIPT"),
    (12167, "UNABLE_TO_DOWNLOAD_SCRIPT"),
    (12175, "SECURE_FAILURE"),
    (12178, "AUTO_PROXY_SERVICE_ERROR"),
    (12180, "AUTODETECTION_FAILED"),
    (12181, "HEADER_COUNT_EXCEEDED"),
    (12182, "HEADER_SIZE_OVERFLOW"),
    (12183, "CHUNKED_ENCODING_HEADER_SIZE_OVERFLOW"),
    (12184, "RESPONSE_DRAIN_OVERFLOW"),
    (12185, "CLIENT_CERT_NO_PRIVATE_KEY"),
    (12190, "HTTP_PROTOCOL_MISMATCH"),
    (12192, "FEATURE_DISABLED"),
];
