//! Errors and their Win32 numbers: the one place where they meet.

use openwinhttp::Error;

/// The number that `GetLastError` gives for an error.
pub(crate) fn win32_error(error: Error) -> u32 {
    match error {
        Error::FileNotFound => 2,
        Error::AccessDenied => 5,
        Error::InvalidHandle => 6,
        Error::NotEnoughMemory => 8,
        Error::NotSupported => 50,
        Error::InvalidParameter => 87,
        Error::InsufficientBuffer => 122,
        Error::InvalidOperation => 4317,
        Error::Timeout => 12002,
        Error::InvalidUrl => 12005,
        Error::UnrecognizedScheme => 12006,
        Error::NameNotResolved => 12007,
        Error::InvalidOption => 12009,
        Error::OptionNotSettable => 12011,
        Error::Shutdown => 12012,
        Error::LoginFailure => 12015,
        Error::OperationCancelled => 12017,
        Error::IncorrectHandleType => 12018,
        Error::IncorrectHandleState => 12019,
        Error::CannotConnect => 12029,
        Error::ConnectionError => 12030,
        Error::ResendRequest => 12032,
        Error::ClientAuthCertNeeded => 12044,
        Error::HeaderNotFound => 12150,
        Error::InvalidServerResponse => 12152,
        Error::HeaderAlreadyExists => 12155,
        Error::RedirectFailed => 12156,
        Error::SecureChannelError => 12157,
        Error::BadAutoProxyScript => 12166,
        Error::UnableToDownloadScript => 12167,
        Error::SecureFailure => 12175,
        Error::AutoProxyServiceError => 12178,
        Error::AutodetectionFailed => 12180,
        Error::HeaderCountExceeded => 12181,
        Error::HeaderSizeOverflow => 12182,
        Error::ChunkedEncodingHeaderSizeOverflow => 12183,
        Error::ResponseDrainOverflow => 12184,
        Error::ClientCertNoPrivateKey => 12185,
        Error::HttpProtocolMismatch => 12190,
        Error::FeatureDisabled => 12192,
        // `InternalError`, and what a newer openwinhttp may add.
        _ => 12004,
    }
}

/// What `GetLastError` gives next on this thread.
pub(crate) fn set_last_error(number: u32) {
    win32_abi::runtime::openwinhttp_SetLastError(number);
}

/// What `GetLastError` gives now on this thread.
pub(crate) fn last_error() -> u32 {
    win32_abi::runtime::openwinhttp_GetLastError()
}

/// The operation was accepted and goes on.
pub(crate) const ERROR_IO_PENDING: u32 = 997;
