//! Error numbers. [`super::messages`] has their texts.
//!
//! Sources: `../shared/spec/winhttp-options.md`, section 5.

use super::types::DWORD;

// Error numbers.

/// Where they start.
pub const WINHTTP_ERROR_BASE: DWORD = 12_000;
/// No more handles can be made.
pub const ERROR_WINHTTP_OUT_OF_HANDLES: DWORD = 12_001;
/// The operation took longer than its time limit allows.
pub const ERROR_WINHTTP_TIMEOUT: DWORD = 12_002;
/// An error inside the library happened.
pub const ERROR_WINHTTP_INTERNAL_ERROR: DWORD = 12_004;
/// The URL is not valid.
pub const ERROR_WINHTTP_INVALID_URL: DWORD = 12_005;
/// The URL's scheme is neither http nor https.
pub const ERROR_WINHTTP_UNRECOGNIZED_SCHEME: DWORD = 12_006;
/// The server's name could not be resolved to an address.
pub const ERROR_WINHTTP_NAME_NOT_RESOLVED: DWORD = 12_007;
/// The option is not known or not supported.
pub const ERROR_WINHTTP_INVALID_OPTION: DWORD = 12_009;
/// The option can be queried but not set.
pub const ERROR_WINHTTP_OPTION_NOT_SETTABLE: DWORD = 12_011;
/// The library is being unloaded.
pub const ERROR_WINHTTP_SHUTDOWN: DWORD = 12_012;
/// The server did not accept the login.
pub const ERROR_WINHTTP_LOGIN_FAILURE: DWORD = 12_015;
/// The operation was cancelled, usually because its handle was closed.
pub const ERROR_WINHTTP_OPERATION_CANCELLED: DWORD = 12_017;
/// The handle is of the wrong type for this operation.
pub const ERROR_WINHTTP_INCORRECT_HANDLE_TYPE: DWORD = 12_018;
/// The handle is in the wrong state for this operation.
pub const ERROR_WINHTTP_INCORRECT_HANDLE_STATE: DWORD = 12_019;
/// A connection to the server could not be made.
pub const ERROR_WINHTTP_CANNOT_CONNECT: DWORD = 12_029;
/// The connection to the server was reset or ended too early.
pub const ERROR_WINHTTP_CONNECTION_ERROR: DWORD = 12_030;
/// The request has to be sent again.
pub const ERROR_WINHTTP_RESEND_REQUEST: DWORD = 12_032;
/// The certificate is not valid yet or has expired.
pub const ERROR_WINHTTP_SECURE_CERT_DATE_INVALID: DWORD = 12_037;
/// The certificate is for a host of another name.
pub const ERROR_WINHTTP_SECURE_CERT_CN_INVALID: DWORD = 12_038;
/// The server asks for a client certificate.
pub const ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED: DWORD = 12_044;
/// The certificate's issuer is not trusted.
pub const ERROR_WINHTTP_SECURE_INVALID_CA: DWORD = 12_045;
/// Whether the certificate is revoked could not be checked.
pub const ERROR_WINHTTP_SECURE_CERT_REV_FAILED: DWORD = 12_057;
/// This cannot be called before the request is opened.
pub const ERROR_WINHTTP_CANNOT_CALL_BEFORE_OPEN: DWORD = 12_100;
/// This cannot be called before the request is sent.
pub const ERROR_WINHTTP_CANNOT_CALL_BEFORE_SEND: DWORD = 12_101;
/// This cannot be called after the request is sent.
pub const ERROR_WINHTTP_CANNOT_CALL_AFTER_SEND: DWORD = 12_102;
/// This cannot be called after the request is opened.
pub const ERROR_WINHTTP_CANNOT_CALL_AFTER_OPEN: DWORD = 12_103;
/// There is no such header.
pub const ERROR_WINHTTP_HEADER_NOT_FOUND: DWORD = 12_150;
/// The server's response could not be understood.
pub const ERROR_WINHTTP_INVALID_SERVER_RESPONSE: DWORD = 12_152;
/// The header is not valid.
pub const ERROR_WINHTTP_INVALID_HEADER: DWORD = 12_153;
/// The header query is not valid.
pub const ERROR_WINHTTP_INVALID_QUERY_REQUEST: DWORD = 12_154;
/// The header exists already.
pub const ERROR_WINHTTP_HEADER_ALREADY_EXISTS: DWORD = 12_155;
/// The redirect could not be followed.
pub const ERROR_WINHTTP_REDIRECT_FAILED: DWORD = 12_156;
/// A secure channel to the server could not be made.
pub const ERROR_WINHTTP_SECURE_CHANNEL_ERROR: DWORD = 12_157;
/// The proxy configuration script has an error.
pub const ERROR_WINHTTP_BAD_AUTO_PROXY_SCRIPT: DWORD = 12_166;
/// The proxy configuration script could not be downloaded.
pub const ERROR_WINHTTP_UNABLE_TO_DOWNLOAD_SCRIPT: DWORD = 12_167;
/// The certificate is not valid.
pub const ERROR_WINHTTP_SECURE_INVALID_CERT: DWORD = 12_169;
/// The certificate is revoked.
pub const ERROR_WINHTTP_SECURE_CERT_REVOKED: DWORD = 12_170;
/// The library is not initialized.
pub const ERROR_WINHTTP_NOT_INITIALIZED: DWORD = 12_172;
/// The server's certificate was not accepted.
pub const ERROR_WINHTTP_SECURE_FAILURE: DWORD = 12_175;
/// The proxy configuration script is of a type that cannot be run.
pub const ERROR_WINHTTP_UNHANDLED_SCRIPT_TYPE: DWORD = 12_176;
/// The proxy configuration script failed while it ran.
pub const ERROR_WINHTTP_SCRIPT_EXECUTION_ERROR: DWORD = 12_177;
/// No proxy could be determined for the URL.
pub const ERROR_WINHTTP_AUTO_PROXY_SERVICE_ERROR: DWORD = 12_178;
/// The certificate may not be used for this purpose.
pub const ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE: DWORD = 12_179;
/// No proxy configuration script was found in the network.
pub const ERROR_WINHTTP_AUTODETECTION_FAILED: DWORD = 12_180;
/// The response has too many headers.
pub const ERROR_WINHTTP_HEADER_COUNT_EXCEEDED: DWORD = 12_181;
/// The headers of the response are larger than the limit.
pub const ERROR_WINHTTP_HEADER_SIZE_OVERFLOW: DWORD = 12_182;
/// The header of a chunk of the response is too long.
pub const ERROR_WINHTTP_CHUNKED_ENCODING_HEADER_SIZE_OVERFLOW: DWORD = 12_183;
/// More of the response is unread than may be thrown away.
pub const ERROR_WINHTTP_RESPONSE_DRAIN_OVERFLOW: DWORD = 12_184;
/// The client certificate has no private key.
pub const ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY: DWORD = 12_185;
/// The private key of the client certificate cannot be used.
pub const ERROR_WINHTTP_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY: DWORD = 12_186;
/// The proxy asks for a client certificate.
pub const ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED_PROXY: DWORD = 12_187;
/// The proxy's certificate was not accepted.
pub const ERROR_WINHTTP_SECURE_FAILURE_PROXY: DWORD = 12_188;
/// This number is reserved.
pub const ERROR_WINHTTP_RESERVED_189: DWORD = 12_189;
/// The server does not speak the HTTP version that is required.
pub const ERROR_WINHTTP_HTTP_PROTOCOL_MISMATCH: DWORD = 12_190;
/// A callback of the process failed.
pub const ERROR_WINHTTP_GLOBAL_CALLBACK_FAILED: DWORD = 12_191;
/// The feature is disabled.
pub const ERROR_WINHTTP_FEATURE_DISABLED: DWORD = 12_192;
/// The largest.
pub const WINHTTP_ERROR_LAST: DWORD = 12_192;

// Error numbers of Win32 that the functions give.

/// No error.
pub const ERROR_SUCCESS: DWORD = 0;
/// There is no such thing.
pub const ERROR_FILE_NOT_FOUND: DWORD = 2;
/// Not allowed.
pub const ERROR_ACCESS_DENIED: DWORD = 5;
/// Closed, or never a handle.
pub const ERROR_INVALID_HANDLE: DWORD = 6;
/// Out of memory.
pub const ERROR_NOT_ENOUGH_MEMORY: DWORD = 8;
/// There is nothing more.
pub const ERROR_NO_MORE_FILES: DWORD = 18;
/// Not supported.
pub const ERROR_NOT_SUPPORTED: DWORD = 50;
/// An argument is wrong.
pub const ERROR_INVALID_PARAMETER: DWORD = 87;
/// The buffer is too small; the length says what is needed.
pub const ERROR_INSUFFICIENT_BUFFER: DWORD = 122;
/// There is nothing more.
pub const ERROR_NO_MORE_ITEMS: DWORD = 259;
/// The end comes by callback.
pub const ERROR_IO_PENDING: DWORD = 997;
/// There is no such thing.
pub const ERROR_NOT_FOUND: DWORD = 1168;
/// Another operation is in the way, or it is too late.
pub const ERROR_INVALID_OPERATION: DWORD = 4317;
