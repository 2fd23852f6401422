//! Certificate contexts: what `CERT_CONTEXT *` points to.
//!
//! A context has one certificate, and may have those of its issuers and a private key, which programs do not see: they get
//! them in here with `openwinhttp_ClientCertificateFromPem` and its relatives (`client_certificates`), and the TLS implementation takes them
//! out. There are no certificate stores.
//!
//! Live contexts are registered by address, so a pointer that is not or no longer one of them is recognised and never
//! followed. Contexts are counted; the last reference frees them, and the private key's bytes are cleared.

use core::ffi::c_char;
use core::ptr::{null, null_mut};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::certificate_parts::{Algorithm, Bits, Part, Parts, parts};
use super::shared::{openwinhttp_CertificatePart, openwinhttp_CreateCertificateContext};
use super::wincrypt::{
    CERT_CONTEXT, CERT_EXTENSION, CERT_INFO, CERT_PUBLIC_KEY_INFO, CRYPT_ALGORITHM_IDENTIFIER,
    CRYPT_BIT_BLOB, CRYPT_DATA_BLOB, X509_ASN_ENCODING,
};
use super::{ERROR_INVALID_PARAMETER, last_error};

/// `CRYPT_E_ASN1_BADTAG`: it is not a certificate.
const CRYPT_E_ASN1_BADTAG: u32 = 0x8009_310B;
/// The part of a context that is its private key.
const KEY_PART: u32 = u32::MAX;

/// A new context with one reference; NULL, with the last error set, if the first of `chain` is not a certificate.
///
/// `chain` has the certificate and, after it, those of its issuers, in DER; `key` is its private key in DER (PKCS #8,
/// PKCS #1 or SEC 1). Nothing is verified. `openwinhttp_CertFreeCertificateContext` gives a reference back.
pub fn create(chain: &[Vec<u8>], key: Option<&[u8]>) -> *const CERT_CONTEXT {
    let mut blobs = Vec::with_capacity(chain.len());
    for der in chain {
        let Some(blob) = read_only_blob(der) else {
            return refuse(ERROR_INVALID_PARAMETER);
        };
        blobs.push(blob);
    }
    let key = match key.map(read_only_blob) {
        Some(None) => return refuse(ERROR_INVALID_PARAMETER),
        Some(Some(key)) => Some(key),
        None => None,
    };
    let key = key.as_ref().map_or(null(), core::ptr::from_ref);
    let Ok(count) = u32::try_from(blobs.len()) else {
        return refuse(ERROR_INVALID_PARAMETER);
    };
    // SAFETY: live blobs of live bytes, which are copied during the call.
    unsafe { openwinhttp_CreateCertificateContext(blobs.as_ptr(), count, key) }
}

/// The certificate in DER; `None` if there is no such context. Any address may be asked for.
pub fn der(context: *const CERT_CONTEXT) -> Option<Vec<u8>> {
    part(context, 0)
}

/// The certificate and, after it, those of its issuers; empty if there is no such context.
pub fn chain(context: *const CERT_CONTEXT) -> Vec<Vec<u8>> {
    (0..KEY_PART)
        .map_while(|index| part(context, index))
        .collect()
}

/// The private key in DER (PKCS #8, PKCS #1 or SEC 1), if the context has one. Any address may be asked for.
pub fn private_key(context: *const CERT_CONTEXT) -> Option<Vec<u8>> {
    part(context, KEY_PART)
}

fn part(context: *const CERT_CONTEXT, index: u32) -> Option<Vec<u8>> {
    let mut copy = Vec::new();
    loop {
        let room = u32::try_from(copy.len()).ok()?;
        // SAFETY: that much room.
        let length =
            unsafe { openwinhttp_CertificatePart(context, index, copy.as_mut_ptr(), room) };
        if length == 0 {
            return None;
        }
        if length as usize == copy.len() {
            return Some(copy);
        }
        // The context may be another one by now, so it may take several rounds.
        copy.resize(length as usize, 0);
    }
}

fn read_only_blob(bytes: &[u8]) -> Option<CRYPT_DATA_BLOB> {
    Some(CRYPT_DATA_BLOB {
        cbData: u32::try_from(bytes.len()).ok()?,
        pbData: bytes.as_ptr().cast_mut(),
    })
}

pub(super) fn refuse(error: u32) -> *const CERT_CONTEXT {
    last_error::set(error);
    null()
}

// ---- the contexts of this image ----

/// A context and all that it points to. Nothing in it changes or moves after it was made.
struct Owned {
    context: CERT_CONTEXT,
    info: CERT_INFO,
    chain: Vec<Vec<u8>>,
    key: Option<Vec<u8>>,
    /// Least significant byte first. This and what follows is there to be pointed to.
    #[allow(dead_code)]
    serial: Vec<u8>,
    #[allow(dead_code)]
    extensions: Vec<CERT_EXTENSION>,
    /// Object identifiers.
    #[allow(dead_code)]
    texts: Vec<CString>,
}

struct Entry {
    /// From `Box::into_raw`; freed when the entry goes.
    owned: *mut Owned,
    references: u32,
}

// SAFETY: what it points to is plain memory that only changes when it is freed, which the registry's lock guards.
unsafe impl Send for Entry {}

/// The live contexts by address.
static CONTEXTS: Mutex<BTreeMap<usize, Entry>> = Mutex::new(BTreeMap::new());

fn contexts() -> MutexGuard<'static, BTreeMap<usize, Entry>> {
    // Whole after each step, so a panic (there is none) would leave it usable.
    CONTEXTS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Entry {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw`, and this is the only place that takes it back.
        let mut owned = unsafe { Box::from_raw(self.owned) };
        if let Some(key) = &mut owned.key {
            key.fill(0);
            core::hint::black_box(key.as_ptr());
        }
    }
}

impl Owned {
    /// `None` if the first of `chain` is not a certificate.
    fn new(chain: Vec<Vec<u8>>, key: Option<Vec<u8>>) -> Option<Box<Self>> {
        let der = chain.first()?;
        let length = u32::try_from(der.len()).ok()?;
        let parts = parts(der)?;
        let bytes = der.as_ptr().cast_mut();
        let mut serial = der[parts.serial.clone()].to_vec();
        serial.reverse();
        let mut texts = Vec::new();
        let mut text = |identifier: &str| -> Option<*mut c_char> {
            // Its bytes stay where they are when it moves.
            texts.push(CString::new(identifier).ok()?);
            Some(texts.last()?.as_ptr().cast_mut())
        };
        let mut extensions = Vec::with_capacity(parts.extensions.len());
        for extension in &parts.extensions {
            extensions.push(CERT_EXTENSION {
                pszObjId: text(&extension.identifier)?,
                fCritical: extension.critical.into(),
                Value: blob(bytes, &extension.value),
            });
        }
        let mut algorithm = |algorithm: &Algorithm| {
            Some(CRYPT_ALGORITHM_IDENTIFIER {
                pszObjId: text(&algorithm.identifier)?,
                Parameters: blob(bytes, &algorithm.parameters),
            })
        };
        let info = info(
            &parts,
            bytes,
            algorithm(&parts.signature)?,
            algorithm(&parts.key_algorithm)?,
            &mut serial,
            &mut extensions,
        );
        Some(Box::new(Self {
            context: CERT_CONTEXT {
                dwCertEncodingType: X509_ASN_ENCODING,
                pbCertEncoded: bytes,
                cbCertEncoded: length,
                pCertInfo: null_mut(),
                hCertStore: null_mut(),
            },
            info,
            chain,
            key,
            serial,
            extensions,
            texts,
        }))
    }

    /// Registers it with one reference.
    fn publish(self: Box<Self>) -> *const CERT_CONTEXT {
        let owned = Box::into_raw(self);
        // SAFETY: just made, and known to nobody else.
        let context = unsafe {
            (*owned).context.pCertInfo = &raw mut (*owned).info;
            &raw const (*owned).context
        };
        let entry = Entry {
            owned,
            references: 1,
        };
        contexts().insert(context.addr(), entry);
        context
    }
}

fn blob(bytes: *mut u8, part: &Part) -> CRYPT_DATA_BLOB {
    CRYPT_DATA_BLOB {
        // Part of a certificate whose length has 32 bits.
        cbData: part.len() as u32,
        pbData: bytes.wrapping_add(part.start),
    }
}

fn bit_blob(bytes: *mut u8, bits: Option<&Bits>) -> CRYPT_BIT_BLOB {
    match bits {
        Some(bits) => CRYPT_BIT_BLOB {
            cbData: bits.bytes.len() as u32,
            pbData: bytes.wrapping_add(bits.bytes.start),
            cUnusedBits: bits.unused.into(),
        },
        None => CRYPT_BIT_BLOB {
            cbData: 0,
            pbData: null_mut(),
            cUnusedBits: 0,
        },
    }
}

fn info(
    parts: &Parts,
    bytes: *mut u8,
    signature: CRYPT_ALGORITHM_IDENTIFIER,
    key: CRYPT_ALGORITHM_IDENTIFIER,
    serial: &mut [u8],
    extensions: &mut [CERT_EXTENSION],
) -> CERT_INFO {
    CERT_INFO {
        dwVersion: parts.version,
        SerialNumber: CRYPT_DATA_BLOB {
            cbData: serial.len() as u32,
            pbData: serial.as_mut_ptr(),
        },
        SignatureAlgorithm: signature,
        Issuer: blob(bytes, &parts.issuer),
        NotBefore: parts.not_before,
        NotAfter: parts.not_after,
        Subject: blob(bytes, &parts.subject),
        SubjectPublicKeyInfo: CERT_PUBLIC_KEY_INFO {
            Algorithm: key,
            PublicKey: bit_blob(bytes, Some(&parts.key)),
        },
        IssuerUniqueId: bit_blob(bytes, parts.issuer_id.as_ref()),
        SubjectUniqueId: bit_blob(bytes, parts.subject_id.as_ref()),
        cExtension: extensions.len() as u32,
        rgExtension: match extensions {
            [] => null_mut(),
            _ => extensions.as_mut_ptr(),
        },
    }
}

/// # Safety
/// The blob points to its bytes, unless it has none.
unsafe fn copied(blob: &CRYPT_DATA_BLOB) -> Vec<u8> {
    if blob.cbData == 0 || blob.pbData.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(blob.pbData, blob.cbData as usize) }.to_vec()
}

/// This image's `openwinhttp_CreateCertificateContext`.
pub(super) unsafe extern "C" fn create_local(
    chain: *const CRYPT_DATA_BLOB,
    count: u32,
    key: *const CRYPT_DATA_BLOB,
) -> *const CERT_CONTEXT {
    if chain.is_null() || count == 0 {
        return refuse(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: the caller gives so many blobs.
    let blobs = unsafe { core::slice::from_raw_parts(chain, count as usize) };
    let chain = blobs
        .iter()
        // SAFETY: the caller's blobs have their bytes.
        .map(|blob| unsafe { copied(blob) })
        .collect();
    // SAFETY: NULL or the caller's blob, which has its bytes.
    let key = unsafe { key.as_ref().map(|key| copied(key)) };
    match Owned::new(chain, key.filter(|key| !key.is_empty())) {
        Some(owned) => owned.publish(),
        None => refuse(CRYPT_E_ASN1_BADTAG),
    }
}

/// This image's `CertDuplicateCertificateContext`.
pub(super) extern "C" fn duplicate_local(context: *const CERT_CONTEXT) -> *const CERT_CONTEXT {
    if let Some(entry) = contexts().get_mut(&context.addr()) {
        // One that is duplicated four thousand million times stays.
        entry.references = entry.references.saturating_add(1);
    }
    context
}

/// This image's `CertFreeCertificateContext`.
pub(super) extern "C" fn free_local(context: *const CERT_CONTEXT) -> i32 {
    let mut contexts = contexts();
    if let Some(entry) = contexts.get_mut(&context.addr()) {
        if entry.references > 1 {
            entry.references -= u32::from(entry.references != u32::MAX);
        } else {
            contexts.remove(&context.addr());
        }
    }
    1
}

/// This image's `openwinhttp_CertificatePart`.
pub(super) unsafe extern "C" fn part_local(
    context: *const CERT_CONTEXT,
    part: u32,
    output: *mut u8,
    room: u32,
) -> u32 {
    let contexts = contexts();
    let Some(entry) = contexts.get(&context.addr()) else {
        return 0;
    };
    // SAFETY: live while it is registered, which the lock keeps; nothing writes to it.
    let owned = unsafe { &*entry.owned };
    let bytes = match part {
        KEY_PART => owned.key.as_ref(),
        index => owned.chain.get(index as usize),
    };
    let Some(bytes) = bytes else { return 0 };
    // Copied from a blob, so its length has 32 bits.
    let length = bytes.len() as u32;
    if length <= room {
        // SAFETY: the caller gives the room; the bytes are ours.
        unsafe { output.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }
    length
}

/// `CertCreateCertificateContext`: a context of one certificate in DER, which is copied. NULL and
/// `CRYPT_E_ASN1_BADTAG` if it is none.
///
/// # Safety
/// `encoded` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_CertCreateCertificateContext(
    encoding: u32,
    encoded: *const u8,
    length: u32,
) -> *const CERT_CONTEXT {
    if encoding & X509_ASN_ENCODING == 0 || encoded.is_null() || length == 0 {
        return refuse(ERROR_INVALID_PARAMETER);
    }
    let blob = CRYPT_DATA_BLOB {
        cbData: length,
        pbData: encoded.cast_mut(),
    };
    // SAFETY: one blob with the caller's bytes, which are only read.
    unsafe { openwinhttp_CreateCertificateContext(&raw const blob, 1, null()) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::runtime::{
        openwinhttp_CertDuplicateCertificateContext, openwinhttp_CertFreeCertificateContext,
    };
    use core::ffi::CStr;
    use rcgen::{CertificateParams, KeyPair};

    pub(in crate::runtime) struct Made {
        pub(in crate::runtime) der: Vec<u8>,
        pub(in crate::runtime) pem: String,
        pub(in crate::runtime) key_der: Vec<u8>,
        pub(in crate::runtime) key_pem: String,
    }

    pub(in crate::runtime) fn made() -> Made {
        let mut params = CertificateParams::new(["client.test".to_owned()]).unwrap();
        params.serial_number = Some(vec![1, 2, 3].into());
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Made {
            der: certificate.der().to_vec(),
            pem: certificate.pem(),
            key_der: key.serialize_der(),
            key_pem: key.serialize_pem(),
        }
    }

    #[test]
    fn a_context_shows_its_certificate_and_hides_its_key() {
        let Made { der, key_der, .. } = made();
        let context = create(&[der.clone(), b"issuer".to_vec()], Some(&key_der));
        // SAFETY: a live context and what it points to.
        unsafe {
            let shown = &*context;
            let bytes = |blob: &CRYPT_DATA_BLOB| copied(blob);
            assert_eq!(shown.dwCertEncodingType, 1);
            let encoded = CRYPT_DATA_BLOB {
                cbData: shown.cbCertEncoded,
                pbData: shown.pbCertEncoded,
            };
            assert_eq!(bytes(&encoded), der);
            let info = &*shown.pCertInfo;
            assert_eq!(info.dwVersion, 2);
            assert_eq!(bytes(&info.SerialNumber), [3, 2, 1]);
            assert_eq!(bytes(&info.Subject), bytes(&info.Issuer));
            let text = |text: *mut c_char| CStr::from_ptr(text).to_str().unwrap().to_owned();
            assert_eq!(
                text(info.SignatureAlgorithm.pszObjId),
                "1.2.840.10045.4.3.2"
            );
            let extensions =
                core::slice::from_raw_parts(info.rgExtension, info.cExtension as usize);
            assert!(extensions.iter().any(|it| text(it.pszObjId) == "2.5.29.17"));
            assert!(info.IssuerUniqueId.pbData.is_null());
        }
        assert_eq!(super::der(context).as_deref(), Some(&der[..]));
        assert_eq!(chain(context), [der, b"issuer".to_vec()]);
        assert_eq!(private_key(context), Some(key_der));

        assert_eq!(
            openwinhttp_CertDuplicateCertificateContext(context),
            context
        );
        assert_eq!(openwinhttp_CertFreeCertificateContext(context), 1);
        assert!(private_key(context).is_some());
        assert_eq!(openwinhttp_CertFreeCertificateContext(context), 1);
        assert_eq!(private_key(context), None);
        assert_eq!(openwinhttp_CertFreeCertificateContext(context), 1, "stale");
        assert!(openwinhttp_CertDuplicateCertificateContext(null()).is_null());
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        assert!(create(&[b"x".to_vec()], None).is_null());
        assert_eq!(last_error::get(), CRYPT_E_ASN1_BADTAG);
        assert!(create(&[], None).is_null());
        assert_eq!(last_error::get(), ERROR_INVALID_PARAMETER);
        let Made { der, .. } = made();
        let length = der.len() as u32;
        // SAFETY: true lengths.
        unsafe {
            assert!(openwinhttp_CertCreateCertificateContext(0, der.as_ptr(), length).is_null());
            assert!(openwinhttp_CertCreateCertificateContext(1, der.as_ptr(), 9).is_null());
            let context = openwinhttp_CertCreateCertificateContext(0x10001, der.as_ptr(), length);
            assert_eq!(super::der(context), Some(der));
            assert_eq!(private_key(context), None);
            openwinhttp_CertFreeCertificateContext(context);
        }
    }
}
