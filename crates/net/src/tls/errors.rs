//! Why a server is not trusted, and why there is no TLS connection.

use std::fmt;
use std::io;
use std::ops::{BitAnd, BitOr, BitOrAssign, Not};

/// A set of reasons against a certificate. The bits have the values and meanings of WINHTTP_CALLBACK_STATUS_SECURE_FAILURE's
/// flags (facts 14.11; Microsoft's page of WINHTTP_STATUS_CALLBACK).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CertErrors(u32);

impl CertErrors {
    /// No reason at all.
    pub const NONE: CertErrors = CertErrors(0);
    /// Revocation could not be checked. Not given by this crate: it does not ask about revocation.
    pub const REV_FAILED: CertErrors = CertErrors(1);
    /// The certificate is malformed, or carries a critical extension or version that cannot be judged.
    pub const INVALID_CERT: CertErrors = CertErrors(2);
    /// The certificate was revoked. Not given by this crate.
    pub const REVOKED: CertErrors = CertErrors(4);
    /// No chain to a trusted root could be proved.
    pub const INVALID_CA: CertErrors = CertErrors(8);
    /// The certificate was made for another name.
    pub const CN_INVALID: CertErrors = CertErrors(0x10);
    /// The certificate, or one that it depends on, is not yet or no longer valid.
    pub const DATE_INVALID: CertErrors = CertErrors(0x20);
    /// The certificate, or one that it depends on, is not for authenticating servers.
    pub const WRONG_USAGE: CertErrors = CertErrors(0x40);

    /// The reasons that an application may ask to be ignored (SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS, options §3).
    pub const IGNORABLE: CertErrors = CertErrors(
        Self::INVALID_CA.0 | Self::CN_INVALID.0 | Self::DATE_INVALID.0 | Self::WRONG_USAGE.0,
    );

    /// The bits, with SECURE_FAILURE's values.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set of these bits; bits without a meaning are dropped.
    pub const fn from_bits_truncate(bits: u32) -> CertErrors {
        CertErrors(bits & 0x7f)
    }

    /// Whether there is no reason.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every reason of `other` is in this set.
    pub const fn contains(self, other: CertErrors) -> bool {
        self.0 & other.0 == other.0
    }

    /// This set without the reasons of `other`.
    pub const fn without(self, other: CertErrors) -> CertErrors {
        CertErrors(self.0 & !other.0)
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        const NAMES: [(CertErrors, &str); 7] = [
            (CertErrors::REV_FAILED, "revocation could not be checked"),
            (CertErrors::INVALID_CERT, "malformed"),
            (CertErrors::REVOKED, "revoked"),
            (CertErrors::INVALID_CA, "not issued by a trusted authority"),
            (CertErrors::CN_INVALID, "made for another name"),
            (CertErrors::DATE_INVALID, "outside its validity"),
            (CertErrors::WRONG_USAGE, "not for servers"),
        ];
        NAMES
            .into_iter()
            .filter(move |(reason, _)| self.contains(*reason))
            .map(|(_, name)| name)
    }
}

impl BitOr for CertErrors {
    type Output = CertErrors;
    fn bitor(self, other: CertErrors) -> CertErrors {
        CertErrors(self.0 | other.0)
    }
}

impl BitOrAssign for CertErrors {
    fn bitor_assign(&mut self, other: CertErrors) {
        self.0 |= other.0;
    }
}

impl BitAnd for CertErrors {
    type Output = CertErrors;
    fn bitand(self, other: CertErrors) -> CertErrors {
        CertErrors(self.0 & other.0)
    }
}

impl Not for CertErrors {
    type Output = CertErrors;
    fn not(self) -> CertErrors {
        CertErrors::from_bits_truncate(!self.0)
    }
}

impl fmt::Debug for CertErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertErrors({:#x})", self.0)
    }
}

/// `none`, or the reasons in words, separated by commas.
impl fmt::Display for CertErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        for (index, name) in self.names().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// Why there is no TLS connection. Not one byte of the application was sent when one of these comes (behaviour 18.112).
#[derive(Debug)]
pub enum TlsError {
    /// The server's certificate was refused: all reasons that were not to be ignored.
    Certificate(CertErrors),
    /// The server asked for a client certificate and the application has chosen neither one nor to go without
    /// (ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED). The handshake was given up.
    ClientCertificateNeeded {
        /// The authorities that the server accepts: distinguished names in DER; empty when it named none.
        issuers: Vec<Vec<u8>>,
    },
    /// The two sides found no common ground: no common version or suite, an alert, a bad signature, or bytes that are not TLS.
    /// The text is for logs.
    Channel(String),
    /// The connection under TLS failed; `TimedOut` when a send or receive took too long, `UnexpectedEof` when the server hung up.
    Io(io::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlsError::Certificate(reasons) => {
                write!(f, "the server's certificate is refused: {reasons}")
            }
            TlsError::ClientCertificateNeeded { .. } => {
                f.write_str("the server asks for a client certificate")
            }
            TlsError::Channel(text) => write!(f, "no TLS connection is possible: {text}"),
            TlsError::Io(error) => {
                write!(f, "the connection failed during the TLS handshake: {error}")
            }
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TlsError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for TlsError {
    fn from(error: io::Error) -> TlsError {
        TlsError::Io(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_combine_and_are_told_in_words() {
        let reasons = CertErrors::INVALID_CA | CertErrors::CN_INVALID | CertErrors::DATE_INVALID;
        assert_eq!(reasons.bits(), 0x38);
        assert!(reasons.contains(CertErrors::CN_INVALID));
        assert!(!reasons.contains(CertErrors::WRONG_USAGE));
        assert_eq!(reasons.without(CertErrors::IGNORABLE), CertErrors::NONE);
        assert_eq!(
            reasons.to_string(),
            "not issued by a trusted authority, made for another name, outside its validity"
        );
        assert_eq!(CertErrors::NONE.to_string(), "none");
        assert_eq!(CertErrors::from_bits_truncate(u32::MAX).bits(), 0x7f);
        assert_eq!((!CertErrors::NONE).bits(), 0x7f);
    }
}
