//! PKCS #12 (RFC 7292): a certificate, its issuers and its key in one file that a password protects (`.p12`, `.pfx`).
//!
//! Known are the protections that Windows, OpenSSL and Java write: PBES2 with AES-CBC, and of the older ones triple DES and
//! RC2 with 40 bits; as integrity check HMAC with SHA-1 or SHA-2. Not known: RC2 with 128 bits, RC4, PBMAC1, files that are
//! protected by a public key, and BER that is not DER.
//!
//! A password costs as much as the file says: up to a million iterations, or with scrypt up to 1 GiB of memory, for each
//! protected part. That and [`MAX_LENGTH`] bound the work, but somebody who gives a made-up file can make a call take long.

use std::fmt;
use std::hint::black_box;

use p12_keystore::error::Error;
use p12_keystore::{Certificate, Pkcs12Archive, PrivateKeyBag};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::ClientCertificateError;
use super::config::provider;

/// Longer files are refused, in bytes.
pub const MAX_LENGTH: usize = 1 << 20;
/// So many certificates of a file are looked at.
const MAX_CERTIFICATES: usize = 64;

/// What a file holds for a client.
pub struct Contents {
    /// Certificates in DER: that of the key, then each one's issuer as far as the file has it, without the self-signed root.
    pub chain: Vec<Vec<u8>>,
    /// The private key (PKCS #8). Its bytes are cleared when this is dropped.
    pub key: Vec<u8>,
}

/// Reads a file: its first private key and the certificates that belong to it. Nothing is verified but the file's
/// integrity, if it has a check for that. An empty password is one.
///
/// # Errors
/// [`ClientCertificateError::WrongPassword`], [`Unsupported`](ClientCertificateError::Unsupported) for a protection that is
/// not known, [`NoKey`](ClientCertificateError::NoKey) and [`NoCertificate`](ClientCertificateError::NoCertificate) if the file
/// has none, [`KeyMismatch`](ClientCertificateError::KeyMismatch) if none of its certificates is the key's, and
/// [`Encoding`](ClientCertificateError::Encoding) if it is not such a file, or longer than [`MAX_LENGTH`].
pub fn read(data: &[u8], password: &str) -> Result<Contents, ClientCertificateError> {
    if data.len() > MAX_LENGTH {
        return Err(ClientCertificateError::Encoding(format!(
            "more than {MAX_LENGTH} bytes"
        )));
    }
    let archive = Pkcs12Archive::from_pkcs12(data, password).map_err(refusal)?;
    let key = archive.keys.first().ok_or(ClientCertificateError::NoKey)?;
    if archive.certs.is_empty() {
        return Err(ClientCertificateError::NoCertificate);
    }
    let leaf = leaf(&archive, key)?;
    Ok(Contents {
        chain: chain(&archive, leaf),
        key: key.key.as_der().to_vec(),
    })
}

impl Drop for Contents {
    fn drop(&mut self) {
        self.key.fill(0);
        black_box(self.key.as_ptr());
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contents")
            .field("certificates", &self.chain.len())
            .finish_non_exhaustive()
    }
}

fn refusal(error: Error) -> ClientCertificateError {
    match error {
        // Which of them a wrong password gives depends on whether the file has an integrity check.
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => {
            ClientCertificateError::WrongPassword
        }
        Error::UnsupportedEncryptionScheme
        | Error::UnsupportedMacAlgorithm
        | Error::UnsupportedContentType
        | Error::UnsupportedCertificateType => {
            ClientCertificateError::Unsupported(error.to_string())
        }
        error => ClientCertificateError::Encoding(error.to_string()),
    }
}

/// The certificate of the key: the one that the file calls so, if that is true, or any other that is.
fn leaf<'a>(
    archive: &'a Pkcs12Archive,
    key: &PrivateKeyBag,
) -> Result<&'a Certificate, ClientCertificateError> {
    let named = archive.certs.iter().filter(|bag| {
        let id = key.local_key_id.as_ref().map(|id| &id.0);
        id.is_some() && bag.local_key_id.as_ref() == id
    });
    let mut error = ClientCertificateError::KeyMismatch;
    for bag in named.chain(&archive.certs).take(MAX_CERTIFICATES) {
        match fits(&bag.cert, key.key.as_der()) {
            Ok(()) => return Ok(&bag.cert),
            Err(ClientCertificateError::KeyMismatch) => {}
            Err(other) => error = other,
        }
    }
    Err(error)
}

fn fits(certificate: &Certificate, key: &[u8]) -> Result<(), ClientCertificateError> {
    let chain = vec![CertificateDer::from(certificate.as_der().to_vec())];
    let key = PrivateKeyDer::try_from(key.to_vec())
        .map_err(|text| ClientCertificateError::Encoding(text.to_owned()))?;
    match CertifiedKey::from_der(chain, key, provider()) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => Err(ClientCertificateError::KeyMismatch),
        Err(error) => Err(ClientCertificateError::Encoding(error.to_string())),
    }
}

fn chain(archive: &Pkcs12Archive, leaf: &Certificate) -> Vec<Vec<u8>> {
    let mut chain = vec![leaf.as_der().to_vec()];
    let mut last = leaf;
    while last.issuer() != last.subject() && chain.len() < MAX_CERTIFICATES {
        let mut others = archive.certs.iter().take(MAX_CERTIFICATES);
        let Some(issuer) = others.find(|bag| bag.cert.subject() == last.issuer()) else {
            break;
        };
        last = &issuer.cert;
        let known = chain.iter().any(|known| known == last.as_der());
        if known || last.issuer() == last.subject() {
            break;
        }
        chain.push(last.as_der().to_vec());
    }
    chain
}

#[cfg(test)]
#[path = "pkcs12_tests.rs"]
mod tests;
