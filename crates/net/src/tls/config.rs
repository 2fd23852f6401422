//! rustls configurations, shared by all connections with the same choices so that their sessions can be resumed.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, KeyLogFile, SignatureScheme, SupportedProtocolVersion};

use super::options::Settings;
use super::roots::{Roots, roots};
use super::verify::Verifier;
use super::{Protocols, TlsError, observe};

/// How many configurations are kept; the one unused for longest goes.
const KEPT: usize = 64;
/// How many servers one configuration remembers sessions of.
const SESSIONS: usize = 128;

static CACHE: Mutex<Vec<(Settings, Arc<ClientConfig>)>> = Mutex::new(Vec::new());

/// The process's cryptography. Never installed as rustls's process default: that belongs to the program.
pub(super) fn provider() -> &'static Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(rustls::crypto::ring::default_provider()))
}

/// The configuration for `settings`: a kept one, or a new one which is then kept.
pub(super) fn config(settings: Settings) -> Result<Arc<ClientConfig>, TlsError> {
    {
        let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = cache.iter().position(|(kept, _)| *kept == settings) {
            // Most recently used last.
            cache[index..].rotate_left(1);
            return Ok(cache[cache.len() - 1].1.clone());
        }
    }
    // Built outside of the lock: the first one reads the trusted roots from disk.
    let built = Arc::new(build(&settings, roots())?);
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, other)) = cache.iter().find(|(kept, _)| *kept == settings) {
        return Ok(other.clone());
    }
    if cache.len() == KEPT {
        cache.remove(0);
    }
    cache.push((settings, built.clone()));
    Ok(built)
}

fn build(settings: &Settings, roots: Arc<Roots>) -> Result<ClientConfig, TlsError> {
    static KEY_LOG: OnceLock<Arc<KeyLogFile>> = OnceLock::new();

    let mut versions: Vec<&'static SupportedProtocolVersion> = Vec::with_capacity(2);
    if settings.protocols.contains(Protocols::TLS1_3) {
        versions.push(&rustls::version::TLS13);
    }
    if settings.protocols.contains(Protocols::TLS1_2) {
        versions.push(&rustls::version::TLS12);
    }
    if versions.is_empty() {
        return Err(TlsError::Channel(
            "no TLS version that this library speaks is allowed".to_owned(),
        ));
    }
    let verifier = Verifier::new(
        roots,
        settings.ignore,
        provider().signature_verification_algorithms,
    );
    let chooser = Chooser {
        certified: settings
            .client_certificate
            .as_ref()
            .map(|certificate| certificate.certified()),
    };
    let mut config = ClientConfig::builder_with_provider(provider().clone())
        .with_protocol_versions(&versions)
        .map_err(|error| TlsError::Channel(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_cert_resolver(Arc::new(chooser));
    config.alpn_protocols = settings.alpn.clone();
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    config.key_log = KEY_LOG.get_or_init(|| Arc::new(KeyLogFile::new())).clone();
    Ok(config)
}

/// Shows the chosen client certificate, if there is one, and notes that the server asked.
#[derive(Debug)]
struct Chooser {
    certified: Option<Arc<CertifiedKey>>,
}

impl ResolvesClientCert for Chooser {
    fn resolve(
        &self,
        issuers: &[&[u8]],
        _schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        observe::saw_request(issuers);
        self.certified.clone()
    }

    fn has_certs(&self) -> bool {
        // Also without one: the question itself must be noticed.
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CertErrors, ClientOptions};
    use super::*;

    #[test]
    fn equal_settings_share_a_configuration_and_the_cache_is_bounded() {
        let options = ClientOptions {
            alpn: vec![b"share".to_vec()],
            ..ClientOptions::new("a")
        };
        let one = config(options.settings()).unwrap();
        let two = config(
            ClientOptions {
                server_name: "b".to_owned(),
                ..options.clone()
            }
            .settings(),
        )
        .unwrap();
        assert!(Arc::ptr_eq(&one, &two));
        let other = config(
            ClientOptions {
                ignore: CertErrors::INVALID_CA,
                ..options
            }
            .settings(),
        )
        .unwrap();
        assert!(!Arc::ptr_eq(&one, &other));
        for number in 0..KEPT + 10 {
            let alpn = vec![number.to_string().into_bytes()];
            config(
                ClientOptions {
                    alpn,
                    ..ClientOptions::default()
                }
                .settings(),
            )
            .unwrap();
        }
        assert!(CACHE.lock().unwrap().len() <= KEPT);
    }

    #[test]
    fn no_version_is_a_channel_error() {
        let options = ClientOptions {
            protocols: Protocols::NONE,
            ..ClientOptions::default()
        };
        assert!(matches!(
            config(options.settings()),
            Err(TlsError::Channel(_))
        ));
    }
}
