//! Whom to trust.

use std::sync::{Arc, OnceLock};

use rustls::pki_types::{CertificateDer, TrustAnchor};

/// A set of trusted authorities.
#[derive(Debug)]
pub(super) struct Roots {
    anchors: Vec<TrustAnchor<'static>>,
}

impl Roots {
    /// The set of these certificates; what cannot be read as a certificate is left out.
    pub(super) fn new<'a>(certificates: impl IntoIterator<Item = CertificateDer<'a>>) -> Roots {
        let anchors = certificates
            .into_iter()
            .filter_map(|certificate| {
                webpki::anchor_from_trusted_cert(&certificate)
                    .ok()
                    .map(|anchor| anchor.to_owned())
            })
            .collect();
        Roots { anchors }
    }

    pub(super) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.anchors
    }

    /// Whether `certificate` itself is one of the trusted ones: the same subject and the same key. (Who holds a trusted key may
    /// issue any certificate with it, so comparing the key is as strict as comparing every byte, and needs no second copy of the
    /// store in memory.)
    pub(super) fn contains(&self, certificate: &CertificateDer<'_>) -> bool {
        let Ok(candidate) = webpki::anchor_from_trusted_cert(certificate) else {
            return false;
        };
        self.anchors.iter().any(|anchor| {
            anchor.subject == candidate.subject
                && anchor.subject_public_key_info == candidate.subject_public_key_info
                && anchor.name_constraints.is_none()
        })
    }
}

/// The trusted authorities of this machine, read once, when the first TLS connection is made.
///
/// On Linux and the other Unixes: the system's bundle, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name. An empty store is no error:
/// then every authority is unknown. On Windows and macOS the system's store is read for now; asking the system itself for its verdict
/// (rustls-platform-verifier, which knows distrust lists and enterprise policy) is for the issue that brings those platforms, and
/// this function is the place where it comes in.
pub(super) fn roots() -> Arc<Roots> {
    static ROOTS: OnceLock<Arc<Roots>> = OnceLock::new();
    ROOTS
        .get_or_init(|| Arc::new(Roots::new(rustls_native_certs::load_native_certs().certs)))
        .clone()
}
