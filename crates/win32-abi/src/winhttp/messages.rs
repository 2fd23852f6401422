//! Texts of the error numbers, as `FormatMessage` gives them for `winhttp.dll` on Windows. The sentences are ours.

use super::errors::*;

/// One English sentence for an error number of `winhttp.h`; `None` for numbers without a name.
pub fn message(code: u32) -> Option<&'static str> {
    let found = MESSAGES.binary_search_by_key(&code, |&(number, _)| number);
    found.ok().map(|place| MESSAGES[place].1)
}

/// Every number that has a name, in ascending order, with its text.
pub const MESSAGES: [(u32, &str); 55] = [
    (ERROR_WINHTTP_OUT_OF_HANDLES, "No more handles can be made."),
    (
        ERROR_WINHTTP_TIMEOUT,
        "The operation took longer than its time limit allows.",
    ),
    (
        ERROR_WINHTTP_INTERNAL_ERROR,
        "An error inside the library happened.",
    ),
    (ERROR_WINHTTP_INVALID_URL, "The URL is not valid."),
    (
        ERROR_WINHTTP_UNRECOGNIZED_SCHEME,
        "The URL's scheme is neither http nor https.",
    ),
    (
        ERROR_WINHTTP_NAME_NOT_RESOLVED,
        "The server's name could not be resolved to an address.",
    ),
    (
        ERROR_WINHTTP_INVALID_OPTION,
        "The option is not known or not supported.",
    ),
    (
        ERROR_WINHTTP_OPTION_NOT_SETTABLE,
        "The option can be queried but not set.",
    ),
    (ERROR_WINHTTP_SHUTDOWN, "The library is being unloaded."),
    (
        ERROR_WINHTTP_LOGIN_FAILURE,
        "The server did not accept the login.",
    ),
    (
        ERROR_WINHTTP_OPERATION_CANCELLED,
        "The operation was cancelled, usually because its handle was closed.",
    ),
    (
        ERROR_WINHTTP_INCORRECT_HANDLE_TYPE,
        "The handle is of the wrong type for this operation.",
    ),
    (
        ERROR_WINHTTP_INCORRECT_HANDLE_STATE,
        "The handle is in the wrong state for this operation.",
    ),
    (
        ERROR_WINHTTP_CANNOT_CONNECT,
        "A connection to the server could not be made.",
    ),
    (
        ERROR_WINHTTP_CONNECTION_ERROR,
        "The connection to the server was reset or ended too early.",
    ),
    (
        ERROR_WINHTTP_RESEND_REQUEST,
        "The request has to be sent again.",
    ),
    (
        ERROR_WINHTTP_SECURE_CERT_DATE_INVALID,
        "The certificate is not valid yet or has expired.",
    ),
    (
        ERROR_WINHTTP_SECURE_CERT_CN_INVALID,
        "The certificate is for a host of another name.",
    ),
    (
        ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED,
        "The server asks for a client certificate.",
    ),
    (
        ERROR_WINHTTP_SECURE_INVALID_CA,
        "The certificate's issuer is not trusted.",
    ),
    (
        ERROR_WINHTTP_SECURE_CERT_REV_FAILED,
        "Whether the certificate is revoked could not be checked.",
    ),
    (
        ERROR_WINHTTP_CANNOT_CALL_BEFORE_OPEN,
        "This cannot be called before the request is opened.",
    ),
    (
        ERROR_WINHTTP_CANNOT_CALL_BEFORE_SEND,
        "This cannot be called before the request is sent.",
    ),
    (
        ERROR_WINHTTP_CANNOT_CALL_AFTER_SEND,
        "This cannot be called after the request is sent.",
    ),
    (
        ERROR_WINHTTP_CANNOT_CALL_AFTER_OPEN,
        "This cannot be called after the request is opened.",
    ),
    (ERROR_WINHTTP_HEADER_NOT_FOUND, "There is no such header."),
    (
        ERROR_WINHTTP_INVALID_SERVER_RESPONSE,
        "The server's response could not be understood.",
    ),
    (ERROR_WINHTTP_INVALID_HEADER, "The header is not valid."),
    (
        ERROR_WINHTTP_INVALID_QUERY_REQUEST,
        "The header query is not valid.",
    ),
    (
        ERROR_WINHTTP_HEADER_ALREADY_EXISTS,
        "The header exists already.",
    ),
    (
        ERROR_WINHTTP_REDIRECT_FAILED,
        "The redirect could not be followed.",
    ),
    (
        ERROR_WINHTTP_SECURE_CHANNEL_ERROR,
        "A secure channel to the server could not be made.",
    ),
    (
        ERROR_WINHTTP_BAD_AUTO_PROXY_SCRIPT,
        "The proxy configuration script has an error.",
    ),
    (
        ERROR_WINHTTP_UNABLE_TO_DOWNLOAD_SCRIPT,
        "The proxy configuration script could not be downloaded.",
    ),
    (
        ERROR_WINHTTP_SECURE_INVALID_CERT,
        "The certificate is not valid.",
    ),
    (
        ERROR_WINHTTP_SECURE_CERT_REVOKED,
        "The certificate is revoked.",
    ),
    (
        ERROR_WINHTTP_NOT_INITIALIZED,
        "The library is not initialized.",
    ),
    (
        ERROR_WINHTTP_SECURE_FAILURE,
        "The server's certificate was not accepted.",
    ),
    (
        ERROR_WINHTTP_UNHANDLED_SCRIPT_TYPE,
        "The proxy configuration script is of a type that cannot be run.",
    ),
    (
        ERROR_WINHTTP_SCRIPT_EXECUTION_ERROR,
        "The proxy configuration script failed while it ran.",
    ),
    (
        ERROR_WINHTTP_AUTO_PROXY_SERVICE_ERROR,
        "No proxy could be determined for the URL.",
    ),
    (
        ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE,
        "The certificate may not be used for this purpose.",
    ),
    (
        ERROR_WINHTTP_AUTODETECTION_FAILED,
        "No proxy configuration script was found in the network.",
    ),
    (
        ERROR_WINHTTP_HEADER_COUNT_EXCEEDED,
        "The response has too many headers.",
    ),
    (
        ERROR_WINHTTP_HEADER_SIZE_OVERFLOW,
        "The headers of the response are larger than the limit.",
    ),
    (
        ERROR_WINHTTP_CHUNKED_ENCODING_HEADER_SIZE_OVERFLOW,
        "The header of a chunk of the response is too long.",
    ),
    (
        ERROR_WINHTTP_RESPONSE_DRAIN_OVERFLOW,
        "More of the response is unread than may be thrown away.",
    ),
    (
        ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY,
        "The client certificate has no private key.",
    ),
    (
        ERROR_WINHTTP_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY,
        "The private key of the client certificate cannot be used.",
    ),
    (
        ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED_PROXY,
        "The proxy asks for a client certificate.",
    ),
    (
        ERROR_WINHTTP_SECURE_FAILURE_PROXY,
        "The proxy's certificate was not accepted.",
    ),
    (ERROR_WINHTTP_RESERVED_189, "This number is reserved."),
    (
        ERROR_WINHTTP_HTTP_PROTOCOL_MISMATCH,
        "The server does not speak the HTTP version that is required.",
    ),
    (
        ERROR_WINHTTP_GLOBAL_CALLBACK_FAILED,
        "A callback of the process failed.",
    ),
    (ERROR_WINHTTP_FEATURE_DISABLED, "The feature is disabled."),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Statements: functions 10.76; options 9.60
    #[test]
    fn fc76_every_number_with_a_name_has_a_sentence() {
        assert!(MESSAGES.is_sorted_by(|a, b| a.0 < b.0));
        for (code, text) in MESSAGES {
            assert_eq!(message(code), Some(text));
            assert!(
                text.ends_with('.') && text.is_ascii() && text.len() < 120,
                "{text}"
            );
            assert!((WINHTTP_ERROR_BASE..=WINHTTP_ERROR_LAST).contains(&code));
        }
        let named = (0..20_000).filter(|&code| message(code).is_some()).count();
        assert_eq!(named, MESSAGES.len());
    }
}
