//! Client certificates from PEM: `openwinhttp_ClientCertificateFromPem` and its relatives, which are ours.

use core::ffi::{c_char, c_void};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::certificates::{create, refuse};
use super::paths::{narrow_path, number_of, wide_path};
use super::pem::{self, Contents, PemError};
use super::wincrypt::CERT_CONTEXT;
use super::{ERROR_INVALID_PARAMETER, ERROR_NOT_SUPPORTED};

/// `CRYPT_E_NOT_FOUND`: a text has no certificate.
const CRYPT_E_NOT_FOUND: u32 = 0x8009_2004;
/// `CRYPT_E_NO_KEY_PROPERTY`: a text has no private key.
const CRYPT_E_NO_KEY_PROPERTY: u32 = 0x8009_200B;
/// `CRYPT_E_BAD_ENCODE`: a text is broken.
const CRYPT_E_BAD_ENCODE: u32 = 0x8009_2002;
/// A file of certificates is not larger, in bytes.
const MAX_FILE: u64 = 16 << 20;

fn from_contents(contents: Result<Contents, PemError>) -> *const CERT_CONTEXT {
    match contents {
        Err(PemError::Broken) => refuse(CRYPT_E_BAD_ENCODE),
        Err(PemError::Encrypted) => refuse(ERROR_NOT_SUPPORTED),
        Ok(contents) if contents.certificates.is_empty() => refuse(CRYPT_E_NOT_FOUND),
        Ok(Contents { key: None, .. }) => refuse(CRYPT_E_NO_KEY_PROPERTY),
        Ok(contents) => create(&contents.certificates, contents.key.as_deref()),
    }
}

fn from_files(certificate: &Path, key: Option<&Path>) -> *const CERT_CONTEXT {
    let mut contents = Contents::default();
    for path in [Some(certificate), key].into_iter().flatten() {
        // The length that the system tells is not that of a device.
        let mut text = Vec::new();
        let read = File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut text));
        match read {
            Err(error) => return refuse(number_of(&error)),
            Ok(length) if length as u64 > MAX_FILE => return refuse(CRYPT_E_BAD_ENCODE),
            Ok(_) => {}
        }
        if let Err(error) = pem::read(&text, &mut contents) {
            return from_contents(Err(error));
        }
    }
    from_contents(Ok(contents))
}

/// A client certificate from PEM in memory: the certificate, those of its issuers, and the private key, which must not be
/// encrypted. NULL with the last error set: `CRYPT_E_NOT_FOUND` without a certificate, `CRYPT_E_NO_KEY_PROPERTY` without a
/// key, `CRYPT_E_BAD_ENCODE` for broken PEM, `CRYPT_E_ASN1_BADTAG` for a broken certificate, `ERROR_NOT_SUPPORTED` for an
/// encrypted key.
///
/// # Safety
/// `text` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_ClientCertificateFromPem(
    text: *const c_void,
    length: usize,
) -> *const CERT_CONTEXT {
    if text.is_null() || length > isize::MAX as usize {
        return refuse(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: the caller's promise.
    let text = unsafe { core::slice::from_raw_parts(text.cast(), length) };
    let mut contents = Contents::default();
    from_contents(pem::read(text, &mut contents).map(|()| contents))
}

/// The same from one file, or from two if the key is in another one (`key` not NULL). Names are UTF-8.
///
/// # Safety
/// `certificate` is text with a 0 at its end; `key` too, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_ClientCertificateFromPemFileA(
    certificate: *const c_char,
    key: *const c_char,
) -> *const CERT_CONTEXT {
    // SAFETY: the caller's promise.
    let (certificate, key) = unsafe {
        let key_path = (!key.is_null()).then(|| narrow_path(key));
        (narrow_path(certificate), key_path)
    };
    from_files(&certificate, key.as_deref())
}

/// The same with names in UTF-16.
///
/// # Safety
/// `certificate` is text with a 0 at its end; `key` too, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_ClientCertificateFromPemFileW(
    certificate: *const u16,
    key: *const u16,
) -> *const CERT_CONTEXT {
    // SAFETY: the caller's promise.
    let (certificate, key) = unsafe {
        let key_path = (!key.is_null()).then(|| wide_path(key));
        (wide_path(certificate), key_path)
    };
    from_files(&certificate, key.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::certificates::tests::made;
    use crate::runtime::certificates::{der, private_key};
    use crate::runtime::{last_error, openwinhttp_CertFreeCertificateContext};
    use core::ptr::null;

    #[test]
    fn client_certificates_come_from_pem() {
        let made = made();
        let from = |text: &str| {
            last_error::set(0);
            // SAFETY: a true length.
            unsafe { openwinhttp_ClientCertificateFromPem(text.as_ptr().cast(), text.len()) }
        };
        let refused = |text: &str| {
            assert!(from(text).is_null());
            last_error::get()
        };
        let context = from(&[&made.pem[..], &made.key_pem].concat());
        assert_eq!(der(context), Some(made.der.clone()));
        assert_eq!(private_key(context), Some(made.key_der.clone()));
        openwinhttp_CertFreeCertificateContext(context);
        assert_eq!(refused(&made.key_pem), CRYPT_E_NOT_FOUND);
        assert_eq!(refused(&made.pem), CRYPT_E_NO_KEY_PROPERTY);
        assert_eq!(refused(&made.pem[..100]), CRYPT_E_BAD_ENCODE);

        let path = std::env::temp_dir().join(format!("win32-abi-pem-{}", std::process::id()));
        let name = |end: &str| format!("{}{end}\0", path.display());
        std::fs::write(path.with_extension("crt"), &made.pem).unwrap();
        std::fs::write(path.with_extension("key"), &made.key_pem).unwrap();
        let (certificate, key) = (name(".crt"), name(".key"));
        let wide = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        // SAFETY: texts with a 0.
        unsafe {
            let context = openwinhttp_ClientCertificateFromPemFileA(
                certificate.as_ptr().cast(),
                key.as_ptr().cast(),
            );
            assert_eq!(private_key(context), Some(made.key_der.clone()));
            openwinhttp_CertFreeCertificateContext(context);
            let context = openwinhttp_ClientCertificateFromPemFileW(
                wide(&certificate).as_ptr(),
                wide(&key).as_ptr(),
            );
            assert_eq!(der(context), Some(made.der));
            openwinhttp_CertFreeCertificateContext(context);
            let missing = wide(&name(".none"));
            assert!(openwinhttp_ClientCertificateFromPemFileW(missing.as_ptr(), null()).is_null());
            assert_eq!(last_error::get(), 2);
        }
        let _ = std::fs::remove_file(path.with_extension("crt"));
        let _ = std::fs::remove_file(path.with_extension("key"));
    }
}
