//! Names in certificates as text: `CertGetNameString`.

use core::ffi::{CStr, c_char, c_void};

use super::certificate_parts::{attributes, dns_name, parts};
use super::wincrypt::CERT_CONTEXT;

const CERT_NAME_EMAIL_TYPE: u32 = 1;
const CERT_NAME_RDN_TYPE: u32 = 2;
const CERT_NAME_ATTR_TYPE: u32 = 3;
const CERT_NAME_SIMPLE_DISPLAY_TYPE: u32 = 4;
const CERT_NAME_FRIENDLY_DISPLAY_TYPE: u32 = 5;
const CERT_NAME_DNS_TYPE: u32 = 6;
const CERT_NAME_ISSUER_FLAG: u32 = 1;

const COMMON_NAME: &str = "2.5.4.3";
const EMAIL: &str = "1.2.840.113549.1.9.1";
const SUBJECT_ALTERNATIVES: &str = "2.5.29.17";

/// What a display name is taken from: the first that is there.
const DISPLAYED: [&str; 4] = [COMMON_NAME, "2.5.4.11", "2.5.4.10", EMAIL];

/// Short names of attributes, as Windows writes them.
fn key_of(identifier: &str) -> Option<&'static str> {
    Some(match identifier {
        COMMON_NAME => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "SERIALNUMBER",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "S",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "T",
        "2.5.4.42" => "G",
        "0.9.2342.19200300.100.1.25" => "DC",
        EMAIL => "E",
        _ => return None,
    })
}

/// The text of an attribute's value: UTF-8 and its subsets, Latin-1 (`TeletexString`), UTF-16 (`BMPString`).
fn text(tag: u8, value: &[u8]) -> String {
    match tag {
        0x1E => {
            let units = value.chunks_exact(2);
            let units: Vec<u16> = units
                .map(|pair| u16::from(pair[0]) << 8 | u16::from(pair[1]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        0x14 => value.iter().map(|&byte| char::from(byte)).collect(),
        _ => String::from_utf8_lossy(value).into_owned(),
    }
}

/// The name of a kind; empty if there is none.
fn name(der: &[u8], kind: u32, flags: u32, attribute: Option<&str>) -> String {
    let Some(parts) = parts(der) else {
        return String::new();
    };
    let is_issuer = flags & CERT_NAME_ISSUER_FLAG != 0;
    let name = if is_issuer {
        &parts.issuer
    } else {
        &parts.subject
    };
    let attributes = attributes(&der[name.clone()]).unwrap_or_default();
    let first = |wanted: &str| {
        let found = attributes.iter().find(|(id, ..)| id == wanted);
        found.map(|&(_, tag, value)| text(tag, value))
    };
    let displayed = || DISPLAYED.iter().find_map(|wanted| first(wanted));
    let found = match kind {
        CERT_NAME_SIMPLE_DISPLAY_TYPE | CERT_NAME_FRIENDLY_DISPLAY_TYPE => displayed(),
        CERT_NAME_ATTR_TYPE => first(attribute.unwrap_or(COMMON_NAME)),
        CERT_NAME_EMAIL_TYPE => first(EMAIL),
        CERT_NAME_DNS_TYPE => {
            let mut alternatives = parts.extensions.iter();
            let found = alternatives
                .find(|it| it.identifier == SUBJECT_ALTERNATIVES && !is_issuer)
                .and_then(|it| dns_name(&der[it.value.clone()]))
                .map(|name| String::from_utf8_lossy(name).into_owned());
            found.or_else(|| first(COMMON_NAME))
        }
        CERT_NAME_RDN_TYPE => {
            let each: Vec<String> = attributes
                .iter()
                .map(|(id, tag, value)| {
                    let key = key_of(id).map_or_else(|| format!("OID.{id}"), str::to_owned);
                    format!("{key}={}", quoted(text(*tag, value)))
                })
                .collect();
            Some(each.join(", "))
        }
        _ => None,
    };
    found.unwrap_or_default()
}

/// In quotation marks if it has characters that separate.
fn quoted(value: String) -> String {
    let separates = |c: char| matches!(c, ',' | '+' | '=' | '"' | '\n' | '<' | '>' | '#' | ';');
    let is_padded = value.starts_with(' ') || value.ends_with(' ');
    match is_padded || value.contains(separates) {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value,
    }
}

/// # Safety
/// `context` is NULL or points to a context (also one that was not made here); for `CERT_NAME_ATTR_TYPE` the parameter is
/// NULL or text with a 0.
unsafe fn name_of(
    context: *const CERT_CONTEXT,
    kind: u32,
    flags: u32,
    parameter: *const c_void,
) -> String {
    // SAFETY: the caller's promise.
    let Some(context) = (unsafe { context.as_ref() }) else {
        return String::new();
    };
    if context.pbCertEncoded.is_null() {
        return String::new();
    }
    // SAFETY: a context points to so many bytes.
    let der = unsafe {
        core::slice::from_raw_parts(context.pbCertEncoded, context.cbCertEncoded as usize)
    };
    let attribute = (kind == CERT_NAME_ATTR_TYPE && !parameter.is_null())
        // SAFETY: the caller's promise.
        .then(|| unsafe { CStr::from_ptr(parameter.cast()) })
        .and_then(|text| text.to_str().ok());
    name(der, kind, flags, attribute)
}

/// Writes as much as there is room for, always with a 0; the count with it. With no room: the count that is needed.
///
/// # Safety
/// `output` is NULL or has room for `room` units.
unsafe fn deliver<T: Copy + Default>(mut units: Vec<T>, output: *mut T, room: u32) -> u32 {
    if !output.is_null() && room != 0 {
        units.truncate(room as usize - 1);
    }
    units.push(T::default());
    if !output.is_null() && room != 0 {
        // SAFETY: shortened to the room; the source is our own.
        unsafe { output.copy_from_nonoverlapping(units.as_ptr(), units.len()) };
    }
    u32::try_from(units.len()).unwrap_or(u32::MAX)
}

/// `CertGetNameStringW`: a name of the subject, or of the issuer, as text. The count includes the 0; 1 means that there is
/// no such name. A text that is too long is cut.
///
/// # Safety
/// `context` is NULL or a context; for `CERT_NAME_ATTR_TYPE` the parameter is NULL (the common name) or an object
/// identifier's text; `output` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_CertGetNameStringW(
    context: *const CERT_CONTEXT,
    kind: u32,
    flags: u32,
    parameter: *const c_void,
    output: *mut u16,
    room: u32,
) -> u32 {
    // SAFETY: the caller's promise.
    let name = unsafe { name_of(context, kind, flags, parameter) };
    // SAFETY: the caller's promise.
    unsafe { deliver(name.encode_utf16().collect(), output, room) }
}

/// `CertGetNameStringA`: the same in UTF-8.
///
/// # Safety
/// As the wide one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_CertGetNameStringA(
    context: *const CERT_CONTEXT,
    kind: u32,
    flags: u32,
    parameter: *const c_void,
    output: *mut c_char,
    room: u32,
) -> u32 {
    // SAFETY: the caller's promise.
    let name = unsafe { name_of(context, kind, flags, parameter) };
    // SAFETY: the caller's promise; bytes are bytes.
    unsafe { deliver(name.into_bytes(), output.cast::<u8>(), room) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ptr::{null, null_mut};
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

    fn certificate(common_name: bool) -> Vec<u8> {
        let mut params = CertificateParams::new(["server.test".to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        let organization = "Example, Inc.";
        params.distinguished_name.push(DnType::CountryName, "CH");
        params
            .distinguished_name
            .push(DnType::OrganizationName, organization);
        if common_name {
            params
                .distinguished_name
                .push(DnType::CommonName, "B\u{fc}cher");
        }
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn names_of_each_kind() {
        let der = certificate(true);
        let get = |kind| name(&der, kind, 0, None);
        assert_eq!(get(CERT_NAME_SIMPLE_DISPLAY_TYPE), "B\u{fc}cher");
        assert_eq!(get(CERT_NAME_DNS_TYPE), "server.test");
        assert_eq!(get(CERT_NAME_ATTR_TYPE), "B\u{fc}cher");
        assert_eq!(get(CERT_NAME_EMAIL_TYPE), "");
        assert_eq!(get(99), "");
        let rdn = "C=CH, O=\"Example, Inc.\", CN=B\u{fc}cher";
        assert_eq!(get(CERT_NAME_RDN_TYPE), rdn);
        assert_eq!(
            name(&der, CERT_NAME_RDN_TYPE, CERT_NAME_ISSUER_FLAG, None),
            rdn
        );
        assert_eq!(name(&der, CERT_NAME_ATTR_TYPE, 0, Some("2.5.4.6")), "CH");
        let der = certificate(false);
        assert_eq!(
            name(&der, CERT_NAME_SIMPLE_DISPLAY_TYPE, 0, None),
            "Example, Inc."
        );
        assert_eq!(name(b"x", CERT_NAME_RDN_TYPE, 0, None), "");
        assert_eq!(text(0x1E, &[0, 0x41, 0x20, 0xAC, 7]), "A\u{20ac}");
        assert_eq!(text(0x14, &[0xFC]), "\u{fc}");
    }

    #[test]
    fn the_output_is_cut_and_counted() {
        let mut der = certificate(true);
        let context = CERT_CONTEXT {
            dwCertEncodingType: 1,
            pbCertEncoded: der.as_mut_ptr(),
            cbCertEncoded: der.len() as u32,
            pCertInfo: null_mut(),
            hCertStore: null_mut(),
        };
        let kind = CERT_NAME_SIMPLE_DISPLAY_TYPE;
        let mut output = [0xEEEE_u16; 10];
        // SAFETY: a context and true lengths.
        unsafe {
            let get = openwinhttp_CertGetNameStringW;
            assert_eq!(get(&raw const context, kind, 0, null(), null_mut(), 0), 7);
            assert_eq!(
                get(&raw const context, kind, 0, null(), output.as_mut_ptr(), 4),
                4
            );
            assert_eq!(
                output[..5],
                [u16::from(b'B'), 0xFC, u16::from(b'c'), 0, 0xEEEE]
            );
            assert_eq!(
                get(&raw const context, kind, 0, null(), output.as_mut_ptr(), 10),
                7
            );
            assert_eq!(output[6], 0);
            assert_eq!(get(null(), kind, 0, null(), output.as_mut_ptr(), 10), 1);
            let get = openwinhttp_CertGetNameStringA;
            assert_eq!(get(&raw const context, kind, 0, null(), null_mut(), 0), 8);
        }
    }
}
