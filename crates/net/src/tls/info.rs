//! What a finished handshake gave.

use rustls::client::UnbufferedClientConnection;
use rustls::crypto::SupportedKxGroup;
use rustls::{HandshakeKind, NamedGroup, ProtocolVersion, SupportedCipherSuite};

use super::CertErrors;
use super::certificate::Certificate;

/// A TLS version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// A bulk cipher.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cipher {
    /// AES in Galois/counter mode.
    AesGcm,
    /// ChaCha20 with Poly1305.
    ChaCha20Poly1305,
}

impl Cipher {
    /// The block length in bytes (for a stream cipher: 64, that of its key stream).
    pub const fn block_bytes(self) -> u32 {
        match self {
            Cipher::AesGcm => 16,
            Cipher::ChaCha20Poly1305 => 64,
        }
    }

    /// The name of the cipher alone: `AES`, `CHACHA20_POLY1305`.
    pub const fn name(self) -> &'static str {
        match self {
            Cipher::AesGcm => "AES",
            Cipher::ChaCha20Poly1305 => "CHACHA20_POLY1305",
        }
    }
}

/// A hash function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hash {
    /// SHA-1 (in signatures of certificates only).
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512 (in signatures of certificates only).
    Sha512,
}

impl Hash {
    /// The output in bits.
    pub const fn bits(self) -> u32 {
        match self {
            Hash::Sha1 => 160,
            Hash::Sha256 => 256,
            Hash::Sha384 => 384,
            Hash::Sha512 => 512,
        }
    }

    /// The name: `SHA256`.
    pub const fn name(self) -> &'static str {
        match self {
            Hash::Sha1 => "SHA1",
            Hash::Sha256 => "SHA256",
            Hash::Sha384 => "SHA384",
            Hash::Sha512 => "SHA512",
        }
    }
}

/// By what kind of key a side proves who it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Authentication {
    /// RSA.
    Rsa,
    /// Elliptic curve (P-256, P-384, P-521).
    Ecdsa,
    /// Edwards curve 25519.
    Ed25519,
    /// Something else.
    Unknown,
}

/// A cipher suite.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Suite {
    /// The number in IANA's registry of TLS cipher suites.
    pub number: u16,
    /// The name in that registry: `TLS_AES_128_GCM_SHA256`.
    pub name: &'static str,
    /// The bulk cipher.
    pub cipher: Cipher,
    /// The bulk cipher's key length in bits: 128 or 256.
    pub key_bits: u32,
    /// The hash of the key schedule.
    pub hash: Hash,
}

/// How the session's keys were agreed on: always ephemeral, over an elliptic curve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyExchange {
    /// The number in IANA's registry of TLS supported groups; 0 when unknown (a resumed TLS 1.2 session makes no exchange).
    pub group: u16,
    /// The size of the curve in bits; 0 when unknown.
    pub bits: u32,
}

/// What a connection is: the facts behind WINHTTP_OPTION_SECURITY_INFO, SECURITY_KEY_BITNESS, SECURITY_CERTIFICATE_STRUCT and
/// SERVER_CERT_CONTEXT.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsInfo {
    /// The TLS version.
    pub version: Version,
    /// The cipher suite.
    pub suite: Suite,
    /// The key exchange.
    pub exchange: KeyExchange,
    /// The kind of the server's key.
    pub authentication: Authentication,
    /// The server's certificates as it sent them, in DER, leaf first. Also for a resumed session. Never empty.
    pub certificates: Vec<Vec<u8>>,
    /// What speaks against the leaf and was ignored.
    pub cert_errors: CertErrors,
    /// Whether an earlier session was resumed.
    pub resumed: bool,
    /// The application protocol agreed on (RFC 7301).
    pub alpn: Option<Vec<u8>>,
}

impl TlsInfo {
    /// The server's certificate, read. `None` when it is beyond reading, which the handshake lets pass for no server.
    pub fn server_certificate(&self) -> Option<Certificate> {
        Certificate::from_der(self.certificates.first()?)
    }

    /// Of a connection whose handshake is over.
    pub(super) fn of(
        connection: &UnbufferedClientConnection,
        cert_errors: CertErrors,
    ) -> Option<TlsInfo> {
        let certificates: Vec<Vec<u8>> = connection
            .peer_certificates()?
            .iter()
            .map(|certificate| certificate.to_vec())
            .collect();
        let leaf = Certificate::from_der(certificates.first()?);
        Some(TlsInfo {
            version: match connection.protocol_version()? {
                ProtocolVersion::TLSv1_3 => Version::Tls13,
                _ => Version::Tls12,
            },
            suite: suite(connection.negotiated_cipher_suite()?),
            exchange: exchange(connection.negotiated_key_exchange_group()),
            authentication: leaf.map_or(Authentication::Unknown, |leaf| leaf.key),
            certificates,
            cert_errors,
            resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
            alpn: connection.alpn_protocol().map(<[u8]>::to_vec),
        })
    }
}

fn suite(suite: SupportedCipherSuite) -> Suite {
    let number = u16::from(suite.suite());
    SUITES
        .iter()
        .copied()
        .find(|known| known.number == number)
        .unwrap_or(Suite {
            number,
            name: "",
            cipher: Cipher::AesGcm,
            key_bits: 0,
            hash: Hash::Sha256,
        })
}

/// All suites that the provider offers (IANA's registry; RFC 8446 §B.4, RFC 5289, RFC 7905).
#[rustfmt::skip]
const SUITES: [Suite; 9] = [
    aes(0x1301, "TLS_AES_128_GCM_SHA256", 128, Hash::Sha256),
    aes(0x1302, "TLS_AES_256_GCM_SHA384", 256, Hash::Sha384),
    chacha(0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
    aes(0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 128, Hash::Sha256),
    aes(0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 256, Hash::Sha384),
    aes(0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 128, Hash::Sha256),
    aes(0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 256, Hash::Sha384),
    chacha(0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    chacha(0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
];

const fn aes(number: u16, name: &'static str, key_bits: u32, hash: Hash) -> Suite {
    Suite {
        number,
        name,
        cipher: Cipher::AesGcm,
        key_bits,
        hash,
    }
}

const fn chacha(number: u16, name: &'static str) -> Suite {
    Suite {
        number,
        name,
        cipher: Cipher::ChaCha20Poly1305,
        key_bits: 256,
        hash: Hash::Sha256,
    }
}

fn exchange(group: Option<&'static dyn SupportedKxGroup>) -> KeyExchange {
    let Some(group) = group else {
        return KeyExchange { group: 0, bits: 0 };
    };
    let bits = match group.name() {
        NamedGroup::X25519 => 255,
        NamedGroup::secp256r1 => 256,
        NamedGroup::secp384r1 => 384,
        NamedGroup::secp521r1 => 521,
        _ => 0,
    };
    KeyExchange {
        group: u16::from(group.name()),
        bits,
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::provider;
    use super::*;

    #[test]
    fn every_suite_that_is_offered_is_known() {
        for offered in &provider().cipher_suites {
            let known = suite(*offered);
            let name = offered.suite().as_str().unwrap().replace("TLS13_", "TLS_");
            assert_eq!(known.name, name);
            assert!(known.name.contains(known.hash.name()));
            assert!(
                known.cipher != Cipher::AesGcm
                    || known.name.contains(&format!("AES_{}_", known.key_bits))
            );
        }
        for group in &provider().kx_groups {
            assert_ne!(exchange(Some(*group)).bits, 0);
        }
    }
}
