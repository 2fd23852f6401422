//! What comes from the system, or off Windows from our runtime: memory that the program frees, events, certificates.

use std::ffi::c_void;

use openwinhttp::{Error, Result};
use win32_abi::runtime::wincrypt::CERT_CONTEXT;
use win32_abi::runtime::{
    GMEM_ZEROINIT, certificates, events, openwinhttp_GlobalAlloc, openwinhttp_GlobalFree,
};

/// Blocks that the program frees with `GlobalFree` or `LocalFree` once they are handed over; freed here if they are not.
#[derive(Default)]
pub(super) struct Allocations(Vec<*mut c_void>);

impl Allocations {
    /// A text with NUL.
    ///
    /// # Errors
    /// [`Error::NotEnoughMemory`], here and below.
    pub(super) fn text(&mut self, text: &str) -> Result<*mut u16> {
        let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let block = self.block(2 * units.len())?.cast::<u16>();
        // SAFETY: the block has room for the units, and is aligned as any C object.
        unsafe { std::ptr::copy_nonoverlapping(units.as_ptr(), block, units.len()) };
        Ok(block)
    }

    /// A text with NUL; NULL for an empty one.
    pub(super) fn optional_text(&mut self, text: &str) -> Result<*mut u16> {
        if text.is_empty() {
            Ok(std::ptr::null_mut())
        } else {
            self.text(text)
        }
    }

    /// Zeroed memory, aligned as any C object.
    pub(super) fn block(&mut self, size: usize) -> Result<*mut u8> {
        let block = openwinhttp_GlobalAlloc(GMEM_ZEROINIT, size);
        if block.is_null() {
            return Err(Error::NotEnoughMemory);
        }
        self.0.push(block);
        Ok(block.cast())
    }

    /// From now on the blocks are the program's.
    pub(super) fn hand_over(mut self) {
        self.0.clear();
    }
}

impl Drop for Allocations {
    fn drop(&mut self) {
        for block in self.0.drain(..) {
            // SAFETY: allocated in `block`, and handed to nobody.
            unsafe { openwinhttp_GlobalFree(block) };
        }
    }
}

/// Sets an event; nothing if there is none any more.
pub(super) fn set_event(event: usize) {
    events::set(event);
}

/// Bytes of a `CERT_CONTEXT`.
pub(super) const CERTIFICATE_SIZE: usize = size_of::<CERT_CONTEXT>();

/// A new context, which `CertFreeCertificateContext` frees. The chain has the certificate first.
///
/// # Errors
/// [`Error::InternalError`]: it is no certificate.
pub(super) fn new_certificate(chain: &[Vec<u8>]) -> Result<*const CERT_CONTEXT> {
    let context = certificates::create(chain, None);
    if context.is_null() {
        Err(Error::InternalError)
    } else {
        Ok(context)
    }
}

/// A context's certificate and those of its issuers, in DER; empty if there is no such context.
pub(super) fn certificate_chain(context: *const c_void) -> Vec<Vec<u8>> {
    certificates::chain(context.cast())
}

/// A context's private key in DER, if it has one.
pub(super) fn private_key(context: *const c_void) -> Option<Vec<u8>> {
    certificates::private_key(context.cast())
}
