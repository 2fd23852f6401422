//! Certificates and TLS servers of the tests.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

/// The certificate authority that the library under test trusts, and nobody else.
pub struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    /// Its certificate.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The PEM file with its certificate, which SSL_CERT_FILE names.
    pub fn file(&self) -> &PathBuf {
        &self.file
    }
}

/// The authority of this process. The first call makes it, writes its certificate to a file and names that file in the
/// environment variable SSL_CERT_FILE; [`library`](crate::library::library) sees to it that this is before the library is
/// loaded.
pub fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(|| {
        let (certificate, issuer) = make_authority("OpenWinHTTP test authority");
        let directory = std::env::temp_dir().join("openwinhttp-test-authorities");
        std::fs::create_dir_all(&directory).expect("the temporary directory is writable");
        remove_old(&directory);
        let file = directory.join(format!("{}.pem", std::process::id()));
        std::fs::write(&file, certificate.pem()).expect("the temporary directory is writable");
        // SAFETY: Rust code reads the environment under a lock of the standard library, and the C code that could read it
        // at the same time (name resolution) is started by the library under test, which is loaded after this.
        unsafe { std::env::set_var("SSL_CERT_FILE", &file) };
        Authority {
            certificate: certificate.der().clone(),
            issuer,
            file,
        }
    })
}

/// Removes what processes of an hour ago and earlier left: a process cannot remove its own, which is read at any time.
fn remove_old(directory: &Path) {
    let old = |entry: &std::fs::DirEntry| {
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age.as_secs() > 3600))
    };
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        if old(&entry) {
            // Another process may have done it.
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// An authority that nobody trusts.
fn stranger() -> &'static Issuer<'static, KeyPair> {
    static STRANGER: OnceLock<Issuer<'static, KeyPair>> = OnceLock::new();
    STRANGER.get_or_init(|| make_authority("A stranger").1)
}

fn make_authority(name: &str) -> (rcgen::Certificate, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("valid parameters");
    (certificate, Issuer::new(params, key))
}

/// A certificate with its key.
pub struct Identity {
    /// Leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// PKCS#8.
    pub key: PrivateKeyDer<'static>,
    /// The leaf as PEM.
    pub certificate_pem: String,
    /// The key as PEM.
    pub key_pem: String,
}

impl Identity {
    /// Good for localhost, 127.0.0.1 and ::1.
    pub fn good() -> Self {
        Self::issue(Self::server(&["localhost", "127.0.0.1", "::1"]), true)
    }

    /// Good for these names and addresses.
    pub fn named(names: &[&str]) -> Self {
        Self::issue(Self::server(names), true)
    }

    /// For another host.
    pub fn wrong_host() -> Self {
        Self::issue(Self::server(&["elsewhere.test"]), true)
    }

    /// No longer valid.
    pub fn expired() -> Self {
        let mut params = Self::server(&["localhost", "127.0.0.1", "::1"]);
        params.not_after = date_time_ymd(2020, 1, 1);
        Self::issue(params, true)
    }

    /// Not valid yet.
    pub fn not_yet_valid() -> Self {
        let mut params = Self::server(&["localhost", "127.0.0.1", "::1"]);
        params.not_before = date_time_ymd(3000, 1, 1);
        Self::issue(params, true)
    }

    /// Expired and for another host.
    pub fn expired_and_wrong_host() -> Self {
        let mut params = Self::server(&["elsewhere.test"]);
        params.not_after = date_time_ymd(2020, 1, 1);
        Self::issue(params, true)
    }

    /// From an authority that is not trusted.
    pub fn untrusted() -> Self {
        Self::issue(Self::server(&["localhost", "127.0.0.1", "::1"]), false)
    }

    /// From an authority that is not trusted, and for another host.
    pub fn untrusted_and_wrong_host() -> Self {
        Self::issue(Self::server(&["elsewhere.test"]), false)
    }

    /// Signed by its own key.
    pub fn self_signed() -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = Self::server(&["localhost", "127.0.0.1", "::1"])
            .self_signed(&key)
            .expect("valid parameters");
        Self::from_parts(&certificate, &key)
    }

    /// For clients only.
    pub fn wrong_usage() -> Self {
        let mut params = Self::server(&["localhost", "127.0.0.1", "::1"]);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        Self::issue(params, true)
    }

    /// A client's certificate.
    pub fn client(name: &str) -> Self {
        let mut params = Self::server(&[]);
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        Self::issue(params, true)
    }

    fn server(names: &[&str]) -> CertificateParams {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("valid names");
        params
            .distinguished_name
            .push(DnType::CommonName, "test server");
        params
            .distinguished_name
            .push(DnType::OrganizationName, "OpenWinHTTP");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(3010, 1, 1);
        params
    }

    fn issue(params: CertificateParams, trusted: bool) -> Self {
        let issuer = if trusted {
            &authority().issuer
        } else {
            stranger()
        };
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, issuer).expect("valid parameters");
        Self::from_parts(&certificate, &key)
    }

    fn from_parts(certificate: &rcgen::Certificate, key: &KeyPair) -> Self {
        Self {
            chain: vec![certificate.der().clone()],
            key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        }
    }
}

/// Whether a server asks for client certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientCertificates {
    /// It does not ask.
    #[default]
    Ignored,
    /// It asks, and goes on without.
    Optional,
    /// It refuses clients that have none of the [`authority`].
    Required,
}

/// What a TLS server is like.
pub struct ServerOptions {
    /// Protocol versions that it speaks; TLS 1.2 and 1.3 by default.
    pub versions: &'static [&'static SupportedProtocolVersion],
    /// Whether it asks for client certificates.
    pub clients: ClientCertificates,
    /// ALPN protocols.
    pub alpn: Vec<Vec<u8>>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            versions: rustls::ALL_VERSIONS,
            clients: ClientCertificates::default(),
            alpn: Vec::new(),
        }
    }
}

/// A server with this certificate, for [`Builder::tls`](crate::server::Builder::tls).
pub fn server(identity: Identity) -> Arc<ServerConfig> {
    server_with(identity, ServerOptions::default())
}

/// A server with this certificate and these options.
pub fn server_with(identity: Identity, options: ServerOptions) -> Arc<ServerConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(options.versions)
        .expect("ring knows these versions");
    let builder = if options.clients == ClientCertificates::Ignored {
        builder.with_no_client_auth()
    } else {
        let mut roots = RootCertStore::empty();
        roots
            .add(authority().certificate().clone())
            .expect("a certificate");
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = if options.clients == ClientCertificates::Optional {
            verifier.allow_unauthenticated()
        } else {
            verifier
        };
        builder.with_client_cert_verifier(verifier.build().expect("there is a root"))
    };
    let mut config = builder
        .with_single_cert(identity.chain, identity.key)
        .expect("certificate and key belong together");
    config.alpn_protocols = options.alpn;
    Arc::new(config)
}
