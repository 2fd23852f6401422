//! What the application chose for TLS, and what must be equal for a connection to be reused.

use std::ops::BitOr;
use std::sync::Arc;

use super::{CertErrors, ClientCertificate};

/// A set of TLS versions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Protocols(u8);

impl Protocols {
    /// No version: no connection is possible.
    pub const NONE: Protocols = Protocols(0);
    /// TLS 1.2 (RFC 5246).
    pub const TLS1_2: Protocols = Protocols(1);
    /// TLS 1.3 (RFC 8446).
    pub const TLS1_3: Protocols = Protocols(2);
    /// Both: the default.
    pub const ALL: Protocols = Protocols(3);

    /// Whether every version of `other` is in this set.
    pub const fn contains(self, other: Protocols) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set holds no version.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Default for Protocols {
    fn default() -> Protocols {
        Protocols::ALL
    }
}

impl BitOr for Protocols {
    type Output = Protocols;
    fn bitor(self, other: Protocols) -> Protocols {
        Protocols(self.0 | other.0)
    }
}

/// What the application chose for the TLS side of a connection.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// The host name or address literal (also bracketed, also with a scope id) that the certificate must be made for; names are
    /// sent as SNI too.
    pub server_name: String,
    /// The versions to offer.
    pub protocols: Protocols,
    /// The reasons against a certificate that do not matter (SECURITY_FLAG_IGNORE_*). What is not in [`CertErrors::IGNORABLE`]
    /// has no effect here.
    pub ignore: CertErrors,
    /// The certificate to show when the server asks for one.
    pub client_certificate: Option<Arc<ClientCertificate>>,
    /// Without a `client_certificate`: go on anonymously when the server asks (WINHTTP_NO_CLIENT_CERT_CONTEXT), instead of
    /// [`super::TlsError::ClientCertificateNeeded`].
    pub no_client_certificate: bool,
    /// Application protocols to offer (RFC 7301), most wanted first; empty: no such extension.
    pub alpn: Vec<Vec<u8>>,
}

impl ClientOptions {
    /// The choices of a fresh request to `server_name`.
    pub fn new(server_name: impl Into<String>) -> ClientOptions {
        ClientOptions {
            server_name: server_name.into(),
            ..ClientOptions::default()
        }
    }

    /// What must be equal for a connection made with these options to be used by another request.
    pub fn identity(&self) -> Identity {
        Identity {
            server_name: self.server_name.to_ascii_lowercase(),
            settings: self.settings(),
        }
    }

    pub(super) fn settings(&self) -> Settings {
        Settings {
            protocols: self.protocols,
            ignore: self.ignore & CertErrors::IGNORABLE,
            client_certificate: self.client_certificate.clone(),
            no_client_certificate: self.client_certificate.is_none() && self.no_client_certificate,
            alpn: self.alpn.clone(),
        }
    }
}

/// What must be equal for a TLS connection to be reused: the server's name (without regard to case) and every choice of
/// [`ClientOptions`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Identity {
    server_name: String,
    settings: Settings,
}

/// The choices apart from the server's name: what a cached configuration is found by.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Settings {
    pub(super) protocols: Protocols,
    pub(super) ignore: CertErrors,
    pub(super) client_certificate: Option<Arc<ClientCertificate>>,
    pub(super) no_client_certificate: bool,
    pub(super) alpn: Vec<Vec<u8>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_differ_by_every_choice_but_not_by_case() {
        let base = ClientOptions::new("Example.COM");
        assert_eq!(
            base.identity(),
            ClientOptions::new("example.com").identity()
        );
        assert_ne!(
            base.identity(),
            ClientOptions::new("example.org").identity()
        );
        assert_ne!(
            base.identity(),
            ClientOptions {
                protocols: Protocols::TLS1_2,
                ..base.clone()
            }
            .identity()
        );
        assert_ne!(
            base.identity(),
            ClientOptions {
                ignore: CertErrors::INVALID_CA,
                ..base.clone()
            }
            .identity()
        );
        assert_ne!(
            base.identity(),
            ClientOptions {
                no_client_certificate: true,
                ..base.clone()
            }
            .identity()
        );
        assert_ne!(
            base.identity(),
            ClientOptions {
                alpn: vec![b"h2".to_vec()],
                ..base.clone()
            }
            .identity()
        );
        // What cannot be ignored does not make another connection.
        assert_eq!(
            base.identity(),
            ClientOptions {
                ignore: CertErrors::INVALID_CERT,
                ..base.clone()
            }
            .identity()
        );
    }
}
