//! Certificates and a private key in PEM (RFC 7468).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What a PEM text holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// DER, in the order of the text.
    pub(super) certificates: Vec<Vec<u8>>,
    /// DER of the first private key: PKCS #8, PKCS #1 or SEC 1.
    pub(super) key: Option<Vec<u8>>,
}

/// Why a text is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PemError {
    /// A block does not end, or is no base64.
    Broken,
    /// The private key is encrypted.
    Encrypted,
}

/// Adds what a text holds. Other blocks, and text around blocks, are passed over.
pub(super) fn read(text: &[u8], contents: &mut Contents) -> Result<(), PemError> {
    let mut lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    while let Some(line) = lines.next() {
        let Some(label) = label(line, b"-----BEGIN ") else {
            continue;
        };
        let mut digits = Vec::new();
        loop {
            let line = lines.next().ok_or(PemError::Broken)?;
            if self::label(line, b"-----END ") == Some(label) {
                break;
            }
            if line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED") {
                return Err(PemError::Encrypted);
            }
            digits.extend_from_slice(line);
        }
        let is_certificate = matches!(label, b"CERTIFICATE" | b"X509 CERTIFICATE");
        let is_key = matches!(
            label,
            b"PRIVATE KEY" | b"RSA PRIVATE KEY" | b"EC PRIVATE KEY"
        );
        if label == b"ENCRYPTED PRIVATE KEY" {
            return Err(PemError::Encrypted);
        }
        if !is_certificate && !is_key {
            continue;
        }
        let der = STANDARD.decode(digits).map_err(|_| PemError::Broken)?;
        if is_certificate {
            contents.certificates.push(der);
        } else {
            contents.key.get_or_insert(der);
        }
    }
    Ok(())
}

fn label<'a>(line: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    line.strip_prefix(start)?.strip_suffix(b"-----")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_and_others_passed_over() {
        let text = b"Bag Attributes\r\n-----BEGIN CERTIFICATE-----\r\nAQID\r\nBA==\r\n-----END CERTIFICATE-----\r\n\
            -----BEGIN EC PARAMETERS-----\n???\n-----END EC PARAMETERS-----\n\
            -----BEGIN EC PRIVATE KEY-----\nBQY=\n-----END EC PRIVATE KEY-----\n\
            -----BEGIN PRIVATE KEY-----\nBw==\n-----END PRIVATE KEY-----\n\
            -----BEGIN CERTIFICATE-----\nCA==\n-----END CERTIFICATE-----";
        let mut contents = Contents::default();
        read(text, &mut contents).unwrap();
        assert_eq!(contents.certificates, [vec![1, 2, 3, 4], vec![8]]);
        assert_eq!(contents.key, Some(vec![5, 6]));
    }

    #[test]
    fn broken_and_encrypted_ones_are_refused() {
        let refused = |text: &str| read(text.as_bytes(), &mut Contents::default()).unwrap_err();
        assert_eq!(
            refused("-----BEGIN CERTIFICATE-----\nAQID\n"),
            PemError::Broken
        );
        assert_eq!(
            refused("-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----"),
            PemError::Broken
        );
        assert_eq!(
            refused(
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAQID\n-----END ENCRYPTED PRIVATE KEY-----"
            ),
            PemError::Encrypted
        );
        assert_eq!(
            refused(
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END RSA PRIVATE KEY-----"
            ),
            PemError::Encrypted
        );
    }
}
