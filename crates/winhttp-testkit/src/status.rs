//! Names of the callback statuses.

const NAMES: &[(u32, &str)] = &[
    (0x1, "RESOLVING_NAME"),
    (0x2, "NAME_RESOLVED"),
    (0x4, "CONNECTING_TO_SERVER"),
    (0x8, "CONNECTED_TO_SERVER"),
    (0x10, "SENDING_REQUEST"),
    (0x20, "REQUEST_SENT"),
    (0x40, "RECEIVING_RESPONSE"),
    (0x80, "RESPONSE_RECEIVED"),
    (0x100, "CLOSING_CONNECTION"),
    (0x200, "CONNECTION_CLOSED"),
    (0x400, "HANDLE_CREATED"),
    (0x800, "HANDLE_CLOSING"),
    (0x1000, "DETECTING_PROXY"),
    (0x4000, "REDIRECT"),
    (0x8000, "INTERMEDIATE_RESPONSE"),
    (0x1_0000, "SECURE_FAILURE"),
    (0x2_0000, "HEADERS_AVAILABLE"),
    (0x4_0000, "DATA_AVAILABLE"),
    (0x8_0000, "READ_COMPLETE"),
    (0x10_0000, "WRITE_COMPLETE"),
    (0x20_0000, "REQUEST_ERROR"),
    (0x40_0000, "SENDREQUEST_COMPLETE"),
    (0x100_0000, "GETPROXYFORURL_COMPLETE"),
    (0x200_0000, "CLOSE_COMPLETE"),
    (0x400_0000, "SHUTDOWN_COMPLETE"),
    (0x800_0000, "GETPROXYSETTINGS_COMPLETE"),
];

/// The name of a status, without `WINHTTP_CALLBACK_STATUS_`.
pub fn status_name(status: u32) -> &'static str {
    NAMES
        .iter()
        .find(|(number, _)| *number == status)
        .map_or("(unknown status)", |(_, name)| name)
}

/// The status of a name.
pub(crate) fn status_number(name: &str) -> Option<u32> {
    NAMES
        .iter()
        .find(|(_, own)| *own == name)
        .map(|(number, _)| *number)
}
