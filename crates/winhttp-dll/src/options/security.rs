//! Options of TLS and certificates.
//!
//! What a connection is can be read from `WINHTTP_CALLBACK_STATUS_SENDING_REQUEST` on (facts 14.5).

use std::mem::offset_of;
use std::sync::Arc;
use std::time::SystemTime;

use openwinhttp::tls::{
    Authentication, CertErrors, Cipher, ClientCertificate, ClientCertificateError, Hash, TlsInfo,
    Version,
};
use openwinhttp::{Error, Result};
use win32_abi::winhttp::*;

use super::system::{self, Allocations};
use super::target::Target;
use super::values::{In, Out};

/// Which bit of `SECURITY_FLAGS` ignores which fault.
const IGNORED: [(u32, CertErrors); 4] = [
    (SECURITY_FLAG_IGNORE_UNKNOWN_CA, CertErrors::INVALID_CA),
    (
        SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE,
        CertErrors::WRONG_USAGE,
    ),
    (SECURITY_FLAG_IGNORE_CERT_CN_INVALID, CertErrors::CN_INVALID),
    (
        SECURITY_FLAG_IGNORE_CERT_DATE_INVALID,
        CertErrors::DATE_INVALID,
    ),
];

/// The ignored faults; once there is a TLS connection also that, and how strong it is (facts 14.3, spec/README 43).
pub(super) fn query_flags(target: &Target, out: &Out) -> Result<()> {
    let mut flags = target
        .stored()?
        .number(WINHTTP_OPTION_SECURITY_FLAGS)
        .unwrap_or(0);
    let ignored = target.look(|options| options.ignored_cert_errors)?;
    for (flag, fault) in IGNORED {
        if ignored.contains(fault) {
            flags |= flag;
        }
    }
    if let Some(info) = target.request()?.request.tls_info() {
        flags |= SECURITY_FLAG_SECURE;
        flags |= match info.suite.key_bits {
            128.. => SECURITY_FLAG_STRENGTH_STRONG,
            56.. => SECURITY_FLAG_STRENGTH_MEDIUM,
            _ => SECURITY_FLAG_STRENGTH_WEAK,
        };
    }
    out.number(flags)
}

/// Replaces the ignored faults. Weak signatures cannot be accepted; the flag is only kept.
pub(super) fn set_flags(target: &Target, input: &In) -> Result<()> {
    let flags = input.number()?;
    if flags & !(SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS | SECURITY_FLAG_IGNORE_WEAK_SIGNATURE) != 0 {
        return Err(Error::InvalidParameter);
    }
    let mut ignored = CertErrors::NONE;
    for (flag, fault) in IGNORED {
        if flags & flag != 0 {
            ignored |= fault;
        }
    }
    let stored = target.stored()?;
    let weak = flags & SECURITY_FLAG_IGNORE_WEAK_SIGNATURE;
    if weak != stored.number(WINHTTP_OPTION_SECURITY_FLAGS).unwrap_or(0) {
        stored.set_number(WINHTTP_OPTION_SECURITY_FLAGS, weak);
    }
    target.change(|options| options.ignored_cert_errors = ignored)
}

/// 0 without TLS.
pub(super) fn query_key_bits(target: &Target, out: &Out) -> Result<()> {
    let info = target.request()?.request.tls_info();
    out.number(info.map_or(0, |info| info.suite.key_bits))
}

/// Names are the program's, which frees them with `LocalFree`; the texts about algorithms are NULL.
pub(super) fn query_certificate_text(target: &Target, out: &Out) -> Result<()> {
    let info = tls(target)?;
    out.plain(|| {
        let certificate = info.server_certificate().ok_or(Error::InternalError)?;
        let mut allocations = Allocations::default();
        let text = WINHTTP_CERTIFICATE_INFO {
            ftExpiry: file_time(certificate.not_after),
            ftStart: file_time(certificate.not_before),
            lpszSubjectInfo: allocations.text(&certificate.subject)?,
            lpszIssuerInfo: allocations.text(&certificate.issuer)?,
            lpszProtocolName: std::ptr::null_mut(),
            lpszSignatureAlgName: std::ptr::null_mut(),
            lpszEncryptionAlgName: std::ptr::null_mut(),
            // The connection's, not the certificate's (facts 14.6).
            dwKeySize: info.suite.key_bits,
        };
        allocations.hand_over();
        Ok(text)
    })
}

/// A context that the program frees with `CertFreeCertificateContext`.
pub(super) fn query_certificate(target: &Target, out: &Out) -> Result<()> {
    let info = tls(target)?;
    out.plain(|| system::new_certificate(&info.certificates))
}

/// NULL and 0 stand for none: `WINHTTP_NO_CLIENT_CERT_CONTEXT`. The buffer is the context itself.
pub(super) fn set_client_certificate(target: &Target, input: &In) -> Result<()> {
    if !target.request()?.request.is_secure() {
        return Err(Error::IncorrectHandleState);
    }
    if input.is_nothing() {
        return target.change(|options| {
            options.client_certificate = None;
            options.no_client_certificate = true;
        });
    }
    let context = input.pointer(system::CERTIFICATE_SIZE)?;
    let chain = system::certificate_chain(context);
    if chain.is_empty() {
        return Err(Error::InvalidParameter);
    }
    let key = system::private_key(context).ok_or(Error::ClientCertNoPrivateKey)?;
    let certificate = ClientCertificate::from_der(chain, key).map_err(|error| match error {
        ClientCertificateError::NoKey | ClientCertificateError::KeyMismatch => {
            Error::ClientCertNoPrivateKey
        }
        _ => Error::InvalidParameter,
    })?;
    target.change(|options| {
        options.client_certificate = Some(Arc::new(certificate));
        options.no_client_certificate = false;
    })
}

/// `SecPkgContext_IssuerListInfoEx` of `schannel.h`.
#[allow(non_snake_case, reason = "Microsoft's field names")]
#[repr(C)]
struct IssuerList {
    aIssuers: *mut IssuerName,
    cIssuers: u32,
}

/// `CERT_NAME_BLOB` of `wincrypt.h`.
#[allow(non_snake_case, reason = "Microsoft's field names")]
#[repr(C)]
struct IssuerName {
    cbData: u32,
    pbData: *mut u8,
}

/// After 12044: the authorities that the server has named, in one block that the program frees with `GlobalFree`.
pub(super) fn query_issuers(target: &Target, out: &Out) -> Result<()> {
    let names = target.request()?.request.certificate_issuers();
    if names.is_empty() {
        return Err(Error::IncorrectHandleState);
    }
    out.plain(|| {
        let mut allocations = Allocations::default();
        let array_at = size_of::<IssuerList>();
        let bytes_at = array_at + names.len() * size_of::<IssuerName>();
        let total = bytes_at + names.iter().map(Vec::len).sum::<usize>();
        let block = allocations.block(total)?;
        let mut at = bytes_at;
        for (index, name) in names.iter().enumerate() {
            // SAFETY: the block was made for the list, so many names, and their bytes; it is aligned as any C object, and the
            // sizes of the first two are multiples of their alignment.
            unsafe {
                let bytes = block.add(at);
                std::ptr::copy_nonoverlapping(name.as_ptr(), bytes, name.len());
                let entry = IssuerName {
                    cbData: count(name.len())?,
                    pbData: bytes,
                };
                block
                    .add(array_at)
                    .cast::<IssuerName>()
                    .add(index)
                    .write(entry);
            }
            at += name.len();
        }
        // SAFETY: as above.
        unsafe {
            let array = block.add(array_at).cast();
            block.cast::<IssuerList>().write(IssuerList {
                aIssuers: array,
                cIssuers: count(names.len())?,
            });
        }
        allocations.hand_over();
        Ok(block)
    })
}

const _: () = assert!(
    offset_of!(IssuerList, cIssuers) == size_of::<usize>()
        && offset_of!(IssuerName, pbData) == size_of::<usize>()
        && size_of::<IssuerList>() == 2 * size_of::<usize>()
);

fn count(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| Error::NotEnoughMemory)
}

/// Zeros without TLS (facts 3.10).
pub(super) fn query_info(target: &Target, out: &Out) -> Result<()> {
    let info = target.request()?.request.tls_info();
    out.plain(|| Ok(security_info(info.as_deref())))
}

fn security_info(info: Option<&TlsInfo>) -> WINHTTP_SECURITY_INFO {
    let mut result = WINHTTP_SECURITY_INFO {
        ConnectionInfo: SecPkgContext_ConnectionInfo {
            dwProtocol: 0,
            aiCipher: 0,
            dwCipherStrength: 0,
            aiHash: 0,
            dwHashStrength: 0,
            aiExch: 0,
            dwExchStrength: 0,
        },
        CipherInfo: SecPkgContext_CipherInfo {
            dwVersion: 0,
            dwProtocol: 0,
            dwCipherSuite: 0,
            dwBaseCipherSuite: 0,
            szCipherSuite: [0; 64],
            szCipher: [0; 64],
            dwCipherLen: 0,
            dwCipherBlockLen: 0,
            szHash: [0; 64],
            dwHashLen: 0,
            szExchange: [0; 64],
            dwMinExchangeLen: 0,
            dwMaxExchangeLen: 0,
            szCertificate: [0; 64],
            dwKeyType: 0,
        },
    };
    let Some(info) = info else {
        return result;
    };
    let suite = info.suite;
    // `SP_PROT_TLS1_2_CLIENT`, `SP_PROT_TLS1_3_CLIENT`, and the versions' numbers.
    let (protocol, version) = match info.version {
        Version::Tls12 => (0x0800, 0x0303),
        Version::Tls13 => (0x2000, 0x0304),
    };
    result.ConnectionInfo = SecPkgContext_ConnectionInfo {
        dwProtocol: protocol,
        // `CALG_AES_128`, `CALG_AES_256`; there is none for ChaCha20.
        aiCipher: match (suite.cipher, suite.key_bits) {
            (Cipher::AesGcm, 128) => 0x660e,
            (Cipher::AesGcm, _) => 0x6610,
            _ => 0,
        },
        dwCipherStrength: suite.key_bits,
        // `CALG_SHA1`, `CALG_SHA_256`, `CALG_SHA_384`, `CALG_SHA_512`.
        aiHash: match suite.hash {
            Hash::Sha1 => 0x8004,
            Hash::Sha256 => 0x800c,
            Hash::Sha384 => 0x800d,
            Hash::Sha512 => 0x800e,
        },
        dwHashStrength: suite.hash.bits(),
        // `CALG_ECDH_EPHEM`.
        aiExch: 0xae06,
        dwExchStrength: info.exchange.bits,
    };
    result.CipherInfo = SecPkgContext_CipherInfo {
        dwVersion: 1,
        dwProtocol: version,
        dwCipherSuite: suite.number.into(),
        dwBaseCipherSuite: suite.number.into(),
        szCipherSuite: units(suite.name),
        szCipher: units(suite.cipher.name()),
        dwCipherLen: suite.key_bits,
        dwCipherBlockLen: suite.cipher.block_bytes(),
        szHash: units(suite.hash.name()),
        dwHashLen: suite.hash.bits(),
        szExchange: units("ECDH"),
        dwMinExchangeLen: info.exchange.bits,
        dwMaxExchangeLen: info.exchange.bits,
        szCertificate: units(match info.authentication {
            Authentication::Rsa => "RSA",
            Authentication::Ecdsa => "ECDSA",
            Authentication::Ed25519 => "ED25519",
            Authentication::Unknown => "",
        }),
        // `TLS1_ALG_CIPHER_SUITE_KEY_TYPE…` are not documented.
        dwKeyType: 0,
    };
    result
}

/// A text in a fixed place, cut to leave room for a NUL.
fn units(text: &str) -> [u16; 64] {
    let mut units = [0; 64];
    for (place, unit) in units[..63].iter_mut().zip(text.encode_utf16()) {
        *place = unit;
    }
    units
}

/// The TLS connection.
///
/// # Errors
/// [`Error::IncorrectHandleState`]: there is none (yet).
fn tls(target: &Target) -> Result<Arc<TlsInfo>> {
    target
        .request()?
        .request
        .tls_info()
        .ok_or(Error::IncorrectHandleState)
}

/// Units of 100 ns since 1601; what is earlier is that moment.
fn file_time(time: SystemTime) -> FILETIME {
    const UNIX_EPOCH_SECONDS: u64 = 11_644_473_600;
    let since_1970 = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let ticks = (UNIX_EPOCH_SECONDS.saturating_add(since_1970.as_secs()))
        .saturating_mul(10_000_000)
        .saturating_add(u64::from(since_1970.subsec_nanos() / 100));
    FILETIME {
        dwLowDateTime: ticks as u32,
        dwHighDateTime: (ticks >> 32) as u32,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn file_times_count_from_1601() {
        let number = |time| {
            let time = file_time(time);
            u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)
        };
        assert_eq!(number(SystemTime::UNIX_EPOCH), 116_444_736_000_000_000);
        let later = SystemTime::UNIX_EPOCH + Duration::new(1, 500);
        assert_eq!(number(later), 116_444_736_010_000_005);
    }

    #[test]
    fn long_names_are_cut_before_the_nul() {
        let long = "x".repeat(100);
        assert_eq!(units(&long)[62..], [u16::from(b'x'), 0]);
        assert_eq!(units("AES")[..4], [65, 69, 83, 0]);
    }
}
