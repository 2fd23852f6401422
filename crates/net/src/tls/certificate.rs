//! What a certificate says, for WINHTTP_CERTIFICATE_INFO and for people.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use super::{Authentication, Hash};

/// The parts of a certificate that an application may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whom the certificate was made for: the values of the name's attributes, in the order in which the certificate holds them
    /// (usually country, state, locality, organization, unit, common name), separated by CR LF and without the attributes' names.
    /// Microsoft shows names so; it documents neither order nor separator, these are our choice.
    pub subject: String,
    /// Who issued it, in the same form.
    pub issuer: String,
    /// The first common name of the subject; empty when it has none.
    pub common_name: String,
    /// The first moment of validity (whole seconds; not before 1970).
    pub not_before: SystemTime,
    /// The last moment of validity (whole seconds; not before 1970).
    pub not_after: SystemTime,
    /// The kind of the public key.
    pub key: Authentication,
    /// The size of the public key in bits; 0 when its kind is unknown.
    pub key_bits: u32,
    /// The object identifier of the signature's algorithm, in dots: `1.2.840.113549.1.1.11`.
    pub signature_oid: String,
    /// The hash in the signature's algorithm, where it is known.
    pub signature_hash: Option<Hash>,
    /// The serial number, big-endian, as the certificate holds it.
    pub serial: Vec<u8>,
}

impl Certificate {
    /// Reads a certificate from DER. `None` when it is malformed.
    pub fn from_der(der: &[u8]) -> Option<Certificate> {
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let public_key = certificate.public_key();
        let parsed = public_key.parsed().ok();
        let oid = certificate.signature_algorithm.algorithm.to_id_string();
        let common_name = certificate
            .subject()
            .iter_common_name()
            .next()
            .map(text)
            .unwrap_or_default();
        Some(Certificate {
            subject: name(certificate.subject()),
            issuer: name(certificate.issuer()),
            common_name,
            not_before: moment(certificate.validity().not_before.timestamp()),
            not_after: moment(certificate.validity().not_after.timestamp()),
            key: match (
                &parsed,
                public_key.algorithm.algorithm.to_id_string().as_str(),
            ) {
                (Some(PublicKey::RSA(_)), _) => Authentication::Rsa,
                (Some(PublicKey::EC(_)), _) => Authentication::Ecdsa,
                (_, "1.3.101.112") => Authentication::Ed25519,
                _ => Authentication::Unknown,
            },
            key_bits: match (
                &parsed,
                public_key.algorithm.algorithm.to_id_string().as_str(),
            ) {
                (_, "1.3.101.112") => 256,
                (Some(key), _) => u32::try_from(key.key_size()).unwrap_or(0),
                _ => 0,
            },
            signature_hash: signature_hash(&oid),
            signature_oid: oid,
            serial: certificate.raw_serial().to_vec(),
        })
    }
}

fn moment(seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

fn name(name: &X509Name<'_>) -> String {
    let values: Vec<String> = name.iter_attributes().map(text).collect();
    values.join("\r\n")
}

/// An attribute's text. The older string types hold Latin-1 (T61String, in practice) or UTF-16 (BMPString).
fn text(attribute: &AttributeTypeAndValue<'_>) -> String {
    const T61_STRING: u32 = 20;
    const BMP_STRING: u32 = 30;
    if let Ok(text) = attribute.as_str() {
        return text.to_owned();
    }
    let bytes = attribute.as_slice();
    match attribute.attr_value().tag().0 {
        T61_STRING => bytes.iter().map(|&byte| char::from(byte)).collect(),
        BMP_STRING => {
            let units = bytes
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn signature_hash(oid: &str) -> Option<Hash> {
    Some(match oid {
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" => Hash::Sha1,
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" => Hash::Sha256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Hash::Sha384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" | "1.3.101.112" => Hash::Sha512,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, KeyPair, date_time_ymd};

    use super::*;

    fn make() -> Vec<u8> {
        let mut params = CertificateParams::new(["good.test".to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "DE");
        params.distinguished_name.push(
            DnType::OrganizationName,
            DnValue::BmpString("Bücher".try_into().unwrap()),
        );
        params.distinguished_name.push(
            DnType::OrganizationalUnitName,
            DnValue::TeletexString("Unit".try_into().unwrap()),
        );
        params
            .distinguished_name
            .push(DnType::CommonName, "good.test");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        params
            .self_signed(&KeyPair::generate().unwrap())
            .unwrap()
            .der()
            .to_vec()
    }

    #[test]
    fn the_parts_are_read() {
        let certificate = Certificate::from_der(&make()).unwrap();
        assert_eq!(certificate.subject, "DE\r\nBücher\r\nUnit\r\ngood.test");
        assert_eq!(certificate.issuer, certificate.subject);
        assert_eq!(certificate.common_name, "good.test");
        assert_eq!(
            certificate.not_before,
            UNIX_EPOCH + Duration::from_secs(1_577_836_800)
        );
        assert_eq!(
            certificate.not_after,
            UNIX_EPOCH + Duration::from_secs(2_208_988_800)
        );
        assert_eq!(
            (certificate.key, certificate.key_bits),
            (Authentication::Ecdsa, 256)
        );
        assert_eq!(certificate.signature_oid, "1.2.840.10045.4.3.2");
        assert_eq!(certificate.signature_hash, Some(Hash::Sha256));
        assert!(!certificate.serial.is_empty());
    }

    #[test]
    fn cut_and_longer_certificates_are_refused() {
        let der = make();
        for length in 0..der.len() {
            assert_eq!(
                Certificate::from_der(&der[..length]),
                None,
                "cut at {length}"
            );
        }
        assert_eq!(Certificate::from_der(&[&der[..], &[0]].concat()), None);
    }

    #[test]
    fn changed_certificates_do_no_harm() {
        let der = make();
        for index in 0..der.len() {
            for bit in [1, 0x20, 0x80] {
                let mut changed = der.clone();
                changed[index] ^= bit;
                let _ = Certificate::from_der(&changed);
            }
        }
    }
}
