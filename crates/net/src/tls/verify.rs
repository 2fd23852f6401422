//! The verdict on a server's certificate: all reasons at once.
//!
//! webpki stops at the first reason; WinHTTP names all of them (facts 14.11, behaviour 18.108). So the questions are asked apart:
//!
//! * Is the leaf readable (0x2), within its dates (0x20), for servers (0x40), made for this name (0x10)?
//! * Does a chain lead from it to a trusted root (0x8)? For a leaf, or an issuer, that is outside of its dates, the chain is judged
//!   at the nearest moment at which it was valid, so that "expired" and "unknown" are told apart; and with every usage allowed, so
//!   that "wrong usage" and "unknown" are. A leaf which is itself in the trusted set needs no chain (private servers are run so).
//!
//! Trust is only ever assumed after webpki proved a chain or the leaf was found among the roots: whatever else goes wrong on the way
//! leaves [`CertErrors::INVALID_CA`] in the set. [`CertErrors::INVALID_CERT`] cannot be ignored.
//!
//! Choices where Windows is more lenient: names are compared with the subject alternative names only, never with the common name
//! (RFC 9525 §2), and X.509 versions before 3 are malformed.

use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeId, KeyPurposeIdIter};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::roots::Roots;
use super::{CertErrors, observe};
use std::sync::Arc;

/// How often the moment of judgement is moved for one chain: once per certificate outside of its dates, and a little.
const MOMENTS: usize = 8;

/// rustls's question "is this the server?", answered for one set of ignored reasons.
#[derive(Debug)]
pub(super) struct Verifier {
    roots: Arc<Roots>,
    ignore: CertErrors,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(
        roots: Arc<Roots>,
        ignore: CertErrors,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Verifier {
        Verifier {
            roots,
            ignore: ignore & CertErrors::IGNORABLE,
            algorithms,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let reasons = judge(
            &self.roots,
            &self.algorithms,
            end_entity,
            intermediates,
            server_name,
            now,
        );
        observe::saw_verdict(reasons);
        match alert(reasons.without(self.ignore)) {
            None => Ok(ServerCertVerified::assertion()),
            Some(error) => Err(Error::InvalidCertificate(error)),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// All reasons against `leaf` as the certificate of `server_name` at the moment `now`.
pub(super) fn judge(
    roots: &Roots,
    algorithms: &WebPkiSupportedAlgorithms,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> CertErrors {
    let Ok(entity) = EndEntityCert::try_from(leaf) else {
        return CertErrors::INVALID_CERT;
    };
    let chain = Chain {
        roots,
        algorithms,
        entity: &entity,
        intermediates,
    };

    let mut reasons = CertErrors::NONE;
    if entity
        .verify_is_valid_for_subject_name(server_name)
        .is_err()
    {
        reasons |= CertErrors::CN_INVALID;
    }
    // The usual case needs one look at the chain.
    if chain.verify(now, ForServers).is_ok() {
        return reasons;
    }
    let Some(facts) = LeafFacts::read(leaf) else {
        return reasons | CertErrors::INVALID_CERT;
    };
    if !facts.for_servers {
        reasons |= CertErrors::WRONG_USAGE;
    }
    let moment = now.as_secs().clamp(facts.not_before, facts.not_after);
    if moment != now.as_secs() {
        reasons |= CertErrors::DATE_INVALID;
    }
    if roots.contains(leaf) {
        return reasons;
    }
    reasons | chain.reasons(at(moment))
}

/// The leaf and what may lead from it to a root.
struct Chain<'a> {
    roots: &'a Roots,
    algorithms: &'a WebPkiSupportedAlgorithms,
    entity: &'a EndEntityCert<'a>,
    intermediates: &'a [CertificateDer<'a>],
}

impl Chain<'_> {
    fn verify(
        &self,
        moment: UnixTime,
        usage: impl ExtendedKeyUsageValidator,
    ) -> Result<(), webpki::Error> {
        self.entity
            .verify_for_usage(
                self.algorithms.all,
                self.roots.anchors(),
                self.intermediates,
                moment,
                usage,
                None,
                None,
            )
            .map(|_| ())
    }

    /// What speaks against the issuers, from a `moment` at which the leaf is valid.
    fn reasons(&self, mut moment: UnixTime) -> CertErrors {
        let mut reasons = CertErrors::NONE;
        for _ in 0..MOMENTS {
            match self.verify(moment, ForAnything) {
                Ok(()) => {
                    if self.verify(moment, ForServers).is_err() {
                        reasons |= CertErrors::WRONG_USAGE;
                    }
                    return reasons;
                }
                Err(webpki::Error::CertExpired { not_after, .. }) if not_after != moment => {
                    moment = not_after
                }
                Err(webpki::Error::CertNotValidYet { not_before, .. }) if not_before != moment => {
                    moment = not_before
                }
                Err(error) => return reasons | CertErrors::INVALID_CA | reason(&error),
            }
            reasons |= CertErrors::DATE_INVALID;
        }
        reasons | CertErrors::INVALID_CA
    }
}

/// What else an error of the chain says beside "no chain was proved".
fn reason(error: &webpki::Error) -> CertErrors {
    match error {
        webpki::Error::CertExpired { .. } | webpki::Error::CertNotValidYet { .. } => {
            CertErrors::DATE_INVALID
        }
        webpki::Error::EmptyEkuExtension => CertErrors::WRONG_USAGE,
        webpki::Error::BadDer
        | webpki::Error::BadDerTime
        | webpki::Error::InvalidCertValidity
        | webpki::Error::InvalidSerialNumber
        | webpki::Error::MalformedExtensions
        | webpki::Error::ExtensionValueInvalid
        | webpki::Error::SignatureAlgorithmMismatch
        | webpki::Error::TrailingData(_) => CertErrors::INVALID_CERT,
        _ => CertErrors::NONE,
    }
}

/// The error for rustls, which chooses the alert for the server by it; `None` when nothing is left.
fn alert(reasons: CertErrors) -> Option<CertificateError> {
    let order = [
        (CertErrors::INVALID_CERT, CertificateError::BadEncoding),
        (CertErrors::INVALID_CA, CertificateError::UnknownIssuer),
        (CertErrors::DATE_INVALID, CertificateError::Expired),
        (CertErrors::CN_INVALID, CertificateError::NotValidForName),
        (CertErrors::WRONG_USAGE, CertificateError::InvalidPurpose),
    ];
    if reasons.is_empty() {
        return None;
    }
    let named = order
        .into_iter()
        .find(|(reason, _)| reasons.contains(*reason))
        .map(|(_, error)| error);
    Some(named.unwrap_or(CertificateError::ApplicationVerificationFailure))
}

/// No usage named, or serverAuth (1.3.6.1.5.5.7.3.1) or anyExtendedKeyUsage (2.5.29.37.0) among them (RFC 5280 §4.2.1.12).
struct ForServers;

impl ExtendedKeyUsageValidator for ForServers {
    fn validate(&self, usages: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        const SERVER_AUTH: KeyPurposeId<'static> = KeyPurposeId::new(&[0x2b, 6, 1, 5, 5, 7, 3, 1]);
        const ANY: KeyPurposeId<'static> = KeyPurposeId::new(&[0x55, 0x1d, 0x25, 0]);
        let mut named = false;
        for usage in usages {
            let usage = usage?;
            if usage == SERVER_AUTH || usage == ANY {
                return Ok(());
            }
            named = true;
        }
        if named {
            Err(webpki::Error::EmptyEkuExtension)
        } else {
            Ok(())
        }
    }
}

struct ForAnything;

impl ExtendedKeyUsageValidator for ForAnything {
    fn validate(&self, _usages: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}

/// What is asked of the leaf apart from its chain. Moments in seconds since 1970.
struct LeafFacts {
    not_before: u64,
    not_after: u64,
    for_servers: bool,
}

impl LeafFacts {
    fn read(leaf: &CertificateDer<'_>) -> Option<LeafFacts> {
        let (_, certificate) = X509Certificate::from_der(leaf).ok()?;
        let seconds = |time: i64| u64::try_from(time).unwrap_or(0);
        let not_before = seconds(certificate.validity().not_before.timestamp());
        let not_after = seconds(certificate.validity().not_after.timestamp());
        let usages = certificate.extended_key_usage().ok()?;
        Some(LeafFacts {
            not_before,
            not_after: if not_after < not_before {
                return None;
            } else {
                not_after
            },
            for_servers: usages.is_none_or(|usages| usages.value.server_auth || usages.value.any),
        })
    }
}

fn at(seconds: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
