//! A certificate and key by which this side shows who it is.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::config::provider;

/// A client certificate: a chain, leaf first, and the leaf's private key. Two of them are equal when their chains are.
///
/// The key stays inside; it is neither shown by `Debug` nor given out again.
pub struct ClientCertificate {
    certified: Arc<CertifiedKey>,
}

impl ClientCertificate {
    /// From PEM text that holds one or more CERTIFICATE blocks (leaf first) and one private key (PKCS #8, PKCS #1 or SEC 1, not
    /// encrypted), in any order; put two files together for a certificate and a key that are kept apart.
    pub fn from_pem(pem: &[u8]) -> Result<ClientCertificate, ClientCertificateError> {
        let chain = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| ClientCertificateError::Encoding(error.to_string()))?;
        if chain.is_empty() {
            return Err(ClientCertificateError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
            rustls::pki_types::pem::Error::NoItemsFound => ClientCertificateError::NoKey,
            error => ClientCertificateError::Encoding(error.to_string()),
        })?;
        Self::build(chain, key)
    }

    /// From DER: the chain, leaf first, and the private key (PKCS #8, PKCS #1 or SEC 1).
    pub fn from_der(
        chain: Vec<Vec<u8>>,
        key: Vec<u8>,
    ) -> Result<ClientCertificate, ClientCertificateError> {
        if chain.is_empty() {
            return Err(ClientCertificateError::NoCertificate);
        }
        let key = PrivateKeyDer::try_from(key)
            .map_err(|text| ClientCertificateError::Encoding(text.to_owned()))?;
        Self::build(chain.into_iter().map(CertificateDer::from).collect(), key)
    }

    /// From the bytes of a PKCS #12 file (.p12, .pfx); see [`pkcs12::read`](super::pkcs12::read).
    #[cfg(feature = "pkcs12")]
    pub fn from_pkcs12(
        data: &[u8],
        password: &str,
    ) -> Result<ClientCertificate, ClientCertificateError> {
        let contents = super::pkcs12::read(data, password)?;
        Self::from_der(contents.chain.clone(), contents.key.clone())
    }

    /// The chain in DER, leaf first.
    pub fn chain(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.certified
            .cert
            .iter()
            .map(|certificate| certificate.as_ref())
    }

    pub(super) fn certified(&self) -> Arc<CertifiedKey> {
        self.certified.clone()
    }

    fn build(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<ClientCertificate, ClientCertificateError> {
        let certified =
            CertifiedKey::from_der(chain, key, provider()).map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => ClientCertificateError::KeyMismatch,
                error => ClientCertificateError::Encoding(error.to_string()),
            })?;
        Ok(ClientCertificate {
            certified: Arc::new(certified),
        })
    }
}

impl PartialEq for ClientCertificate {
    fn eq(&self, other: &ClientCertificate) -> bool {
        Arc::ptr_eq(&self.certified, &other.certified)
            || self.certified.cert == other.certified.cert
    }
}

impl Eq for ClientCertificate {}

impl Hash for ClientCertificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.certified
            .cert
            .first()
            .map(|leaf| leaf.as_ref())
            .hash(state);
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("certificates", &self.certified.cert.len())
            .finish_non_exhaustive()
    }
}

/// Why a client certificate cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientCertificateError {
    /// There is no certificate.
    NoCertificate,
    /// There is no private key (an encrypted one does not count).
    NoKey,
    /// The private key is not that of the first certificate.
    KeyMismatch,
    /// The password is not the one with which the file was written.
    WrongPassword,
    /// The file is encrypted or signed in a way that is not known here. The text is for logs.
    Unsupported(String),
    /// A certificate or the key is malformed or of an unknown kind. The text is for logs.
    Encoding(String),
}

impl fmt::Display for ClientCertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientCertificateError::NoCertificate => f.write_str("there is no certificate"),
            ClientCertificateError::NoKey => f.write_str("there is no private key"),
            ClientCertificateError::KeyMismatch => {
                f.write_str("the private key does not belong to the certificate")
            }
            ClientCertificateError::WrongPassword => f.write_str("the password is wrong"),
            ClientCertificateError::Unsupported(text) => {
                write!(f, "the file is protected in an unknown way: {text}")
            }
            ClientCertificateError::Encoding(text) => {
                write!(f, "the certificate or key cannot be used: {text}")
            }
        }
    }
}

impl std::error::Error for ClientCertificateError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(name: &str) -> (String, String) {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn pem_is_read_in_any_order_and_equal_chains_are_equal() {
        let (certificate, key) = make("client");
        let one = ClientCertificate::from_pem(format!("{certificate}{key}").as_bytes()).unwrap();
        let two =
            ClientCertificate::from_pem(format!("noise\n{key}\n{certificate}").as_bytes()).unwrap();
        assert_eq!(one, two);
        assert_eq!(one.chain().len(), 1);
        assert!(!format!("{one:?}").contains("PRIVATE"));
        let (other, other_key) = make("client");
        assert_ne!(
            one,
            ClientCertificate::from_pem(format!("{other}{other_key}").as_bytes()).unwrap()
        );
    }

    #[test]
    fn der_gives_the_same_as_pem() {
        let made = rcgen::generate_simple_self_signed(["client".to_owned()]).unwrap();
        let der = ClientCertificate::from_der(
            vec![made.cert.der().to_vec()],
            made.signing_key.serialize_der(),
        )
        .unwrap();
        let pem = format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem());
        assert_eq!(der, ClientCertificate::from_pem(pem.as_bytes()).unwrap());
    }

    #[test]
    fn what_cannot_be_used_is_told_apart() {
        let (certificate, key) = make("client");
        let (_, other_key) = make("other");
        let error = |pem: String| ClientCertificate::from_pem(pem.as_bytes()).unwrap_err();
        assert_eq!(error(String::new()), ClientCertificateError::NoCertificate);
        assert_eq!(error(key.clone()), ClientCertificateError::NoCertificate);
        assert_eq!(error(certificate.clone()), ClientCertificateError::NoKey);
        assert_eq!(
            error(format!("{certificate}{other_key}")),
            ClientCertificateError::KeyMismatch
        );
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(
            error(format!("{broken}{key}")),
            ClientCertificateError::Encoding(_)
        ));
        assert_eq!(
            ClientCertificate::from_der(vec![], vec![]),
            Err(ClientCertificateError::NoCertificate)
        );
        assert!(matches!(
            ClientCertificate::from_der(vec![vec![1]], vec![1, 2]),
            Err(ClientCertificateError::Encoding(_))
        ));
    }
}
