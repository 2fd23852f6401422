//! Client certificates from PKCS #12: `openwinhttp_ClientCertificateFromPkcs12` and its relatives, which are ours.
//!
//! Those from PEM are in `win32_abi::runtime`.

use std::ffi::{CStr, c_char, c_void};
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::ptr::null;

use win32_abi::runtime::paths::{narrow_path, number_of, wide_path};
use win32_abi::runtime::wincrypt::CERT_CONTEXT;
use win32_abi::winhttp::DWORD;

use crate::{memory, numbers};

const ERROR_INVALID_PARAMETER: u32 = 87;
/// `CRYPT_E_BAD_ENCODE`: it is not PKCS #12.
const CRYPT_E_BAD_ENCODE: u32 = 0x8009_2002;
/// A file is not longer, in bytes; nor are the bytes that a program gives.
const MAX_LENGTH: u64 = 1 << 20;

/// A context of a client certificate, those of its issuers and its private key, from the bytes of a PKCS #12 file. NULL
/// with the last error set: `ERROR_INVALID_PASSWORD`, `CRYPT_E_BAD_ENCODE` if it is broken or longer than 1 MiB,
/// `CRYPT_E_NOT_FOUND` without a certificate, `CRYPT_E_NO_KEY_PROPERTY` without a key that fits one,
/// `ERROR_NOT_SUPPORTED` if it is protected in an unknown way.
///
/// # Safety
/// `data` points to `length` bytes. `password` is NULL (as empty) or text with a 0 at its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_ClientCertificateFromPkcs12(
    data: *const c_void,
    length: DWORD,
    password: *const u16,
) -> *const CERT_CONTEXT {
    context(|| {
        if data.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: the caller's promise.
        let data = unsafe { std::slice::from_raw_parts(data.cast(), length as usize) };
        // SAFETY: the caller's promise.
        create(data, &unsafe { wide_password(password) }?)
    })
}

/// The same from a file. The last error may also be why it cannot be read.
///
/// # Safety
/// `file` is text with a 0 at its end; `password` too, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_ClientCertificateFromPkcs12FileW(
    file: *const u16,
    password: *const u16,
) -> *const CERT_CONTEXT {
    context(|| {
        // SAFETY: the caller's promise.
        let (path, password) = unsafe { (wide_path(file), wide_password(password)?) };
        create(&contents(&path)?, &password)
    })
}

/// The same with texts in UTF-8.
///
/// # Safety
/// As the wide one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_ClientCertificateFromPkcs12FileA(
    file: *const c_char,
    password: *const c_char,
) -> *const CERT_CONTEXT {
    context(|| {
        // SAFETY: the caller's promise.
        let path = unsafe { narrow_path(file) };
        let password = match password.is_null() {
            true => c"",
            // SAFETY: the caller's promise.
            false => unsafe { CStr::from_ptr(password) },
        };
        let password = password.to_str().map_err(|_| ERROR_INVALID_PARAMETER)?;
        create(&contents(&path)?, password)
    })
}

/// # Safety
/// `password` is NULL or text with a 0 at its end.
unsafe fn wide_password(password: *const u16) -> Result<String, u32> {
    // SAFETY: the caller's promise.
    unsafe { memory::text(password) }.map_err(|_| ERROR_INVALID_PARAMETER)
}

fn contents(path: &Path) -> Result<Vec<u8>, u32> {
    let mut data = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_LENGTH + 1).read_to_end(&mut data))
        .map_err(|error| number_of(&error))?;
    Ok(data)
}

#[cfg(feature = "pkcs12")]
fn create(data: &[u8], password: &str) -> Result<*const CERT_CONTEXT, u32> {
    use openwinhttp::tls::{ClientCertificateError, pkcs12};

    const ERROR_NOT_SUPPORTED: u32 = 50;
    const ERROR_INVALID_PASSWORD: u32 = 86;
    const CRYPT_E_NOT_FOUND: u32 = 0x8009_2004;
    const CRYPT_E_NO_KEY_PROPERTY: u32 = 0x8009_200B;

    if data.len() as u64 > MAX_LENGTH {
        return Err(CRYPT_E_BAD_ENCODE);
    }
    let contents = pkcs12::read(data, password).map_err(|error| match error {
        ClientCertificateError::NoCertificate => CRYPT_E_NOT_FOUND,
        ClientCertificateError::NoKey | ClientCertificateError::KeyMismatch => {
            CRYPT_E_NO_KEY_PROPERTY
        }
        ClientCertificateError::WrongPassword => ERROR_INVALID_PASSWORD,
        ClientCertificateError::Unsupported(_) => ERROR_NOT_SUPPORTED,
        ClientCertificateError::Encoding(_) => CRYPT_E_BAD_ENCODE,
    })?;
    let context = win32_abi::runtime::certificates::create(&contents.chain, Some(&contents.key));
    match context.is_null() {
        true => Err(numbers::last_error()),
        false => Ok(context),
    }
}

/// The library was built without PKCS #12.
#[cfg(not(feature = "pkcs12"))]
fn create(_data: &[u8], _password: &str) -> Result<*const CERT_CONTEXT, u32> {
    const ERROR_NOT_SUPPORTED: u32 = 50;
    Err(ERROR_NOT_SUPPORTED)
}

/// Runs one of the functions: NULL and the error's number, or a context and 0. No panic leaves it.
fn context(work: impl FnOnce() -> Result<*const CERT_CONTEXT, u32>) -> *const CERT_CONTEXT {
    // Nothing is shared with the work that a panic could leave half done.
    let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(CRYPT_E_BAD_ENCODE));
    let (context, error) = match result {
        Ok(context) => (context, 0),
        Err(error) => (null(), error),
    };
    numbers::set_last_error(error);
    context
}
