//! Structures of `wincrypt.h`: certificates as programs look into them.
//!
//! Source: <https://learn.microsoft.com/windows/win32/api/wincrypt/>.
#![allow(non_snake_case, reason = "Microsoft's field names")]

use core::ffi::{c_char, c_void};
use core::mem::{offset_of, size_of};

use super::time::FILETIME;

/// `X509_ASN_ENCODING`: certificates as X.509 has them.
pub const X509_ASN_ENCODING: u32 = 1;
/// `PKCS_7_ASN_ENCODING`.
pub const PKCS_7_ASN_ENCODING: u32 = 0x1_0000;

/// Bytes.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct CRYPT_DATA_BLOB {
    /// How many.
    pub cbData: u32,
    /// Where.
    pub pbData: *mut u8,
}

/// Bits.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct CRYPT_BIT_BLOB {
    /// How many bytes.
    pub cbData: u32,
    /// Where.
    pub pbData: *mut u8,
    /// Bits of the last byte that do not count.
    pub cUnusedBits: u32,
}

/// An algorithm.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct CRYPT_ALGORITHM_IDENTIFIER {
    /// Its number, as `1.2.840.113549.1.1.11`.
    pub pszObjId: *mut c_char,
    /// DER.
    pub Parameters: CRYPT_DATA_BLOB,
}

/// A public key.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct CERT_PUBLIC_KEY_INFO {
    /// Its kind.
    pub Algorithm: CRYPT_ALGORITHM_IDENTIFIER,
    /// The key.
    pub PublicKey: CRYPT_BIT_BLOB,
}

/// An extension.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct CERT_EXTENSION {
    /// Its number, as `2.5.29.17`.
    pub pszObjId: *mut c_char,
    /// `BOOL`.
    pub fCritical: i32,
    /// DER.
    pub Value: CRYPT_DATA_BLOB,
}

/// What a certificate says.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct CERT_INFO {
    /// 0, 1 or 2 for version 1, 2 or 3.
    pub dwVersion: u32,
    /// Least significant byte first.
    pub SerialNumber: CRYPT_DATA_BLOB,
    /// How it is signed.
    pub SignatureAlgorithm: CRYPT_ALGORITHM_IDENTIFIER,
    /// A name in DER.
    pub Issuer: CRYPT_DATA_BLOB,
    /// The first moment.
    pub NotBefore: FILETIME,
    /// The last moment.
    pub NotAfter: FILETIME,
    /// A name in DER.
    pub Subject: CRYPT_DATA_BLOB,
    /// The subject's key.
    pub SubjectPublicKeyInfo: CERT_PUBLIC_KEY_INFO,
    /// Usually none.
    pub IssuerUniqueId: CRYPT_BIT_BLOB,
    /// Usually none.
    pub SubjectUniqueId: CRYPT_BIT_BLOB,
    /// How many extensions.
    pub cExtension: u32,
    /// Where.
    pub rgExtension: *mut CERT_EXTENSION,
}

/// A certificate.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct CERT_CONTEXT {
    /// `X509_ASN_ENCODING`.
    pub dwCertEncodingType: u32,
    /// DER.
    pub pbCertEncoded: *mut u8,
    /// Its length.
    pub cbCertEncoded: u32,
    /// What it says.
    pub pCertInfo: *mut CERT_INFO,
    /// NULL here: there are no stores.
    pub hCertStore: *mut c_void,
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<CRYPT_DATA_BLOB>() == 16 && offset_of!(CRYPT_DATA_BLOB, pbData) == 8);
    assert!(size_of::<CRYPT_BIT_BLOB>() == 24 && offset_of!(CRYPT_BIT_BLOB, cUnusedBits) == 16);
    assert!(size_of::<CRYPT_ALGORITHM_IDENTIFIER>() == 24);
    assert!(size_of::<CERT_PUBLIC_KEY_INFO>() == 48);
    assert!(size_of::<CERT_EXTENSION>() == 32 && offset_of!(CERT_EXTENSION, Value) == 16);
    assert!(size_of::<CERT_CONTEXT>() == 40 && offset_of!(CERT_CONTEXT, pCertInfo) == 24);
    assert!(size_of::<CERT_INFO>() == 208 && offset_of!(CERT_INFO, SerialNumber) == 8);
    assert!(offset_of!(CERT_INFO, Issuer) == 48 && offset_of!(CERT_INFO, NotBefore) == 64);
    assert!(offset_of!(CERT_INFO, Subject) == 80 && offset_of!(CERT_INFO, rgExtension) == 200);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(size_of::<CRYPT_DATA_BLOB>() == 8 && offset_of!(CRYPT_DATA_BLOB, pbData) == 4);
    assert!(size_of::<CRYPT_BIT_BLOB>() == 12 && offset_of!(CRYPT_BIT_BLOB, cUnusedBits) == 8);
    assert!(size_of::<CRYPT_ALGORITHM_IDENTIFIER>() == 12);
    assert!(size_of::<CERT_PUBLIC_KEY_INFO>() == 24);
    assert!(size_of::<CERT_EXTENSION>() == 16 && offset_of!(CERT_EXTENSION, Value) == 8);
    assert!(size_of::<CERT_CONTEXT>() == 20 && offset_of!(CERT_CONTEXT, pCertInfo) == 12);
    assert!(size_of::<CERT_INFO>() == 112 && offset_of!(CERT_INFO, SerialNumber) == 4);
    assert!(offset_of!(CERT_INFO, Issuer) == 24 && offset_of!(CERT_INFO, NotBefore) == 32);
    assert!(offset_of!(CERT_INFO, Subject) == 48 && offset_of!(CERT_INFO, rgExtension) == 108);
};
