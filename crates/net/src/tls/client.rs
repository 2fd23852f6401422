//! The client side of one TLS connection, before its first byte.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;

use super::options::Settings;
use super::{CertErrors, ClientOptions, TlsError, config};

/// The client side of one TLS connection, made from [`ClientOptions`] and given to [`crate::conn::Conn::start_tls`].
///
/// The configuration behind it is shared with all connections of the same choices, so that sessions are resumed.
pub struct Client {
    pub(super) connection: UnbufferedClientConnection,
    pub(super) server_name: ServerName<'static>,
    pub(super) policy: Policy,
}

/// What this crate has to decide itself, apart from rustls.
pub(super) struct Policy {
    /// The server's question for a client certificate ends the handshake.
    pub(super) client_certificate_missing: bool,
    pub(super) ignore: CertErrors,
}

impl Client {
    /// Prepares a connection. Reads the trusted roots when it is the first one of the process.
    ///
    /// # Errors
    ///
    /// [`TlsError::Channel`] when no version is allowed, or the server's name is neither a host name nor an address.
    pub fn new(options: &ClientOptions) -> Result<Client, TlsError> {
        let server_name = server_name(&options.server_name)
            .ok_or_else(|| TlsError::Channel("the server's name is not a host name".to_owned()))?;
        let settings: Settings = options.settings();
        let policy = Policy {
            client_certificate_missing: settings.client_certificate.is_none()
                && !settings.no_client_certificate,
            ignore: settings.ignore,
        };
        let config = config::config(settings)?;
        let connection = UnbufferedClientConnection::new(Arc::clone(&config), server_name.clone())
            .map_err(|error| TlsError::Channel(error.to_string()))?;
        Ok(Client {
            connection,
            server_name,
            policy,
        })
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("server_name", &self.server_name)
            .finish_non_exhaustive()
    }
}

/// A host name or address as a certificate names it: without the brackets and the scope id of an IPv6 literal.
fn server_name(name: &str) -> Option<ServerName<'static>> {
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    let address = bare
        .split_once('%')
        .map_or(bare, |(address, _scope)| address);
    if let Ok(address) = address.parse::<IpAddr>() {
        return Some(ServerName::from(address));
    }
    ServerName::try_from(name.to_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_told_apart() {
        let address = |text: &str| ServerName::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(server_name("127.0.0.1"), Some(address("127.0.0.1")));
        assert_eq!(server_name("[::1]"), Some(address("::1")));
        assert_eq!(server_name("fe80::1%eth0"), Some(address("fe80::1")));
        assert_eq!(server_name("[fe80::1%25eth0]"), Some(address("fe80::1")));
        assert!(matches!(
            server_name("Example.com"),
            Some(ServerName::DnsName(_))
        ));
        assert!(matches!(
            server_name("under_score.test"),
            Some(ServerName::DnsName(_))
        ));
        for bad in ["", "a b", "a\0b", "[", "[]", "..", &"a".repeat(300)] {
            assert_eq!(server_name(bad), None, "{bad:?}");
        }
    }
}
