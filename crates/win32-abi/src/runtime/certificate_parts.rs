//! Where things are in a certificate: the outer layers of its DER (RFC 5280, 4.1), and no more than that.
//!
//! Nothing is verified here. Bytes from outside: every length is checked, nothing recurses, and a certificate is read
//! once from front to back.

use std::ops::Range;

use super::time::{FILETIME, SYSTEMTIME};

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// Part of a certificate: where it is in the DER.
pub(super) type Part = Range<usize>;

/// An algorithm.
#[derive(Debug, Clone)]
pub(super) struct Algorithm {
    /// As `1.2.840.113549.1.1.11`.
    pub(super) identifier: String,
    /// DER; may be empty.
    pub(super) parameters: Part,
}

/// An extension.
#[derive(Debug, Clone)]
pub(super) struct Extension {
    /// As `2.5.29.17`.
    pub(super) identifier: String,
    pub(super) critical: bool,
    pub(super) value: Part,
}

/// A string of bits.
#[derive(Debug, Clone)]
pub(super) struct Bits {
    pub(super) bytes: Part,
    /// Bits of the last byte that do not count.
    pub(super) unused: u8,
}

/// A certificate's parts.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    /// 0, 1 or 2.
    pub(super) version: u32,
    /// Most significant byte first.
    pub(super) serial: Part,
    pub(super) signature: Algorithm,
    /// A name, with its tag.
    pub(super) issuer: Part,
    pub(super) not_before: FILETIME,
    pub(super) not_after: FILETIME,
    /// A name, with its tag.
    pub(super) subject: Part,
    pub(super) key_algorithm: Algorithm,
    pub(super) key: Bits,
    pub(super) issuer_id: Option<Bits>,
    pub(super) subject_id: Option<Bits>,
    pub(super) extensions: Vec<Extension>,
}

/// A piece of DER that is read from front to back.
#[derive(Clone)]
pub(super) struct Der<'a> {
    all: &'a [u8],
    rest: Range<usize>,
}

/// An element.
#[derive(Clone)]
pub(super) struct Element {
    pub(super) tag: u8,
    pub(super) contents: Part,
    /// With tag and length.
    pub(super) whole: Part,
}

impl<'a> Der<'a> {
    pub(super) fn new(all: &'a [u8]) -> Self {
        Self {
            all,
            rest: 0..all.len(),
        }
    }

    pub(super) fn bytes(&self, part: &Part) -> &'a [u8] {
        self.all.get(part.clone()).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element: tags of one byte, lengths of up to four.
    pub(super) fn next(&mut self) -> Option<Element> {
        let input = self.all.get(self.rest.clone())?;
        let (&tag, &first) = (input.first()?, input.get(1)?);
        if tag & 0x1F == 0x1F {
            return None;
        }
        let (header, length) = match first {
            0..=0x7F => (2, usize::from(first)),
            0x81..=0x84 => {
                let header = 2 + usize::from(first & 0x7F);
                let digits = input.get(2..header)?;
                let length = digits.iter().try_fold(0_usize, |length, &digit| {
                    length.checked_mul(256)?.checked_add(digit.into())
                })?;
                (header, length)
            }
            _ => return None,
        };
        if length > input.len() - header {
            return None;
        }
        let start = self.rest.start;
        self.rest.start += header + length;
        Some(Element {
            tag,
            contents: start + header..self.rest.start,
            whole: start..self.rest.start,
        })
    }

    /// The next element, which must be of this kind.
    fn expect(&mut self, tag: u8) -> Option<Element> {
        self.next().filter(|element| element.tag == tag)
    }

    /// The next element if it is of this kind.
    fn optional(&mut self, tag: u8) -> Option<Element> {
        let is_next = self.all.get(self.rest.clone())?.first() == Some(&tag);
        is_next.then(|| self.next())?
    }

    /// What an element contains.
    pub(super) fn inside(&self, element: &Element) -> Self {
        Self {
            all: self.all,
            rest: element.contents.clone(),
        }
    }

    fn enter(&mut self, tag: u8) -> Option<Self> {
        let element = self.expect(tag)?;
        Some(self.inside(&element))
    }

    fn identifier(&mut self) -> Option<String> {
        let element = self.expect(OBJECT_IDENTIFIER)?;
        object_identifier(self.bytes(&element.contents))
    }

    fn algorithm(&mut self) -> Option<Algorithm> {
        let mut algorithm = self.enter(SEQUENCE)?;
        Some(Algorithm {
            identifier: algorithm.identifier()?,
            parameters: algorithm.rest,
        })
    }

    fn bits(&self, element: &Element) -> Option<Bits> {
        let &unused = self
            .bytes(&element.contents)
            .first()
            .filter(|&&unused| unused < 8)?;
        Some(Bits {
            bytes: element.contents.start + 1..element.contents.end,
            unused,
        })
    }

    fn time(&mut self) -> Option<FILETIME> {
        let element = self.next()?;
        let text = self.bytes(&element.contents).strip_suffix(b"Z")?;
        if !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let two = |at: usize| {
            Some(u16::from(text.get(at)? - b'0') * 10 + u16::from(text.get(at + 1)? - b'0'))
        };
        let (year, at) = match (element.tag, text.len()) {
            // RFC 5280, 4.1.2.5.1
            (UTC_TIME, 12) => match two(0)? {
                year @ 50.. => (1900 + year, 2),
                year => (2000 + year, 2),
            },
            (GENERALIZED_TIME, 14) => (two(0)? * 100 + two(2)?, 4),
            _ => return None,
        };
        let time = SYSTEMTIME {
            wYear: year,
            wMonth: two(at)?,
            wDayOfWeek: 0,
            wDay: two(at + 2)?,
            wHour: two(at + 4)?,
            wMinute: two(at + 6)?,
            wSecond: two(at + 8)?,
            wMilliseconds: 0,
        };
        time.to_ticks().map(FILETIME::from_ticks)
    }

    fn extension(&mut self) -> Option<Extension> {
        let mut extension = self.enter(SEQUENCE)?;
        let identifier = extension.identifier()?;
        let critical = extension.optional(BOOLEAN);
        Some(Extension {
            identifier,
            critical: critical
                .is_some_and(|element| self.bytes(&element.contents).iter().any(|&byte| byte != 0)),
            value: extension.expect(OCTET_STRING)?.contents,
        })
    }
}

/// The parts of a certificate in DER, with nothing after it; `None` if it is none.
pub(super) fn parts(der: &[u8]) -> Option<Parts> {
    let mut outer = Der::new(der);
    let mut certificate = outer.enter(SEQUENCE)?;
    if !outer.is_empty() {
        return None;
    }
    let mut tbs = certificate.enter(SEQUENCE)?;
    let version = match tbs.optional(0xA0) {
        Some(version) => {
            let number = tbs.inside(&version).expect(INTEGER)?;
            match tbs.bytes(&number.contents) {
                &[version @ 0..=2] => version.into(),
                _ => return None,
            }
        }
        None => 0,
    };
    let serial = tbs.expect(INTEGER)?.contents;
    let signature = tbs.algorithm()?;
    let issuer = tbs.expect(SEQUENCE)?.whole;
    let mut validity = tbs.enter(SEQUENCE)?;
    let (not_before, not_after) = (validity.time()?, validity.time()?);
    let subject = tbs.expect(SEQUENCE)?.whole;
    let mut public_key = tbs.enter(SEQUENCE)?;
    let key_algorithm = public_key.algorithm()?;
    let key = public_key.expect(BIT_STRING)?;
    let key = public_key.bits(&key)?;
    let mut unique_id = |tag| match tbs.optional(tag) {
        Some(element) => tbs.bits(&element).map(Some),
        None => Some(None),
    };
    let (issuer_id, subject_id) = (unique_id(0x81)?, unique_id(0x82)?);
    let mut extensions = Vec::new();
    if let Some(wrapped) = tbs.optional(0xA3) {
        let mut list = tbs.inside(&wrapped).enter(SEQUENCE)?;
        while !list.is_empty() {
            extensions.push(list.extension()?);
        }
    }
    // The signature over all this.
    certificate.algorithm()?;
    certificate.expect(BIT_STRING)?;
    Some(Parts {
        version,
        serial,
        signature,
        issuer,
        not_before,
        not_after,
        subject,
        key_algorithm,
        key,
        issuer_id,
        subject_id,
        extensions,
    })
}

/// The attributes of a name (with its tag): identifier, tag of the value, value. In the order of the name.
pub(super) fn attributes(name: &[u8]) -> Option<Vec<(String, u8, &[u8])>> {
    let mut outer = Der::new(name);
    let mut sets = outer.enter(SEQUENCE)?;
    let mut attributes = Vec::new();
    while !sets.is_empty() {
        let mut set = sets.enter(SET)?;
        while !set.is_empty() {
            let mut attribute = set.enter(SEQUENCE)?;
            let identifier = attribute.identifier()?;
            let value = attribute.next()?;
            attributes.push((identifier, value.tag, attribute.bytes(&value.contents)));
        }
    }
    Some(attributes)
}

/// The first DNS name of a `SubjectAltName`'s value.
pub(super) fn dns_name(alternatives: &[u8]) -> Option<&[u8]> {
    let mut names = Der::new(alternatives).enter(SEQUENCE)?;
    while let Some(name) = names.next() {
        if name.tag == 0x82 {
            return Some(names.bytes(&name.contents));
        }
    }
    None
}

/// `1.2.840…` of an object identifier's contents: at most 64 numbers of at most 64 bits.
fn object_identifier(contents: &[u8]) -> Option<String> {
    let mut numbers = Vec::new();
    let mut number = 0_u64;
    if contents.last()? & 0x80 != 0 {
        return None;
    }
    for &byte in contents {
        if number >> 57 != 0 || numbers.len() == 64 {
            return None;
        }
        number = number << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                // The first two share one.
                let first = (number / 40).min(2);
                numbers.push(first.to_string());
                number -= first * 40;
            }
            numbers.push(number.to_string());
            number = 0;
        }
    }
    Some(numbers.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair};

    pub(crate) fn certificate() -> Vec<u8> {
        let mut params =
            CertificateParams::new(["b\u{fc}cher.test".replace('\u{fc}', "ue")]).unwrap();
        params
            .distinguished_name
            .push(DnType::OrganizationName, "Example, Inc.");
        params
            .distinguished_name
            .push(DnType::CommonName, "The Name");
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_comes_apart() {
        let der = certificate();
        let parts = parts(&der).unwrap();
        assert_eq!(parts.version, 2);
        assert!(!parts.serial.is_empty());
        assert_eq!(parts.signature.identifier, "1.2.840.10045.4.3.2");
        assert_eq!(parts.key_algorithm.identifier, "1.2.840.10045.2.1");
        assert_eq!(der[parts.key.bytes.clone()][0], 4, "an uncompressed point");
        assert_eq!(parts.key.unused, 0);
        assert_eq!(der[parts.subject.clone()], der[parts.issuer.clone()]);
        assert!(parts.not_before.to_ticks() < parts.not_after.to_ticks());
        let names = attributes(&der[parts.subject.clone()]).unwrap();
        assert!(
            names
                .iter()
                .any(|(id, _, text)| id == "2.5.4.3" && *text == b"The Name")
        );
        let alternatives = parts
            .extensions
            .iter()
            .find(|it| it.identifier == "2.5.29.17");
        let value = &der[alternatives.unwrap().value.clone()];
        assert_eq!(dns_name(value), Some(&b"buecher.test"[..]));
    }

    #[test]
    fn broken_ones_are_refused_without_panic() {
        let der = certificate();
        for length in 0..der.len() {
            assert!(parts(&der[..length]).is_none(), "{length}");
        }
        assert!(parts(&[&der[..], b"\0"].concat()).is_none());
        for place in 0..der.len() {
            for value in [0, 1, 0x7F, 0x80, 0x84, 0x85, 0xFF] {
                let mut changed = der.clone();
                changed[place] = value;
                if let Some(parts) = parts(&changed) {
                    // What is given lies in the certificate.
                    let _ = attributes(&changed[parts.subject.clone()]);
                    for extension in &parts.extensions {
                        let _ = dns_name(&changed[extension.value.clone()]);
                    }
                }
            }
        }
    }

    #[test]
    fn object_identifiers_are_text() {
        let text = |bytes: &[u8]| object_identifier(bytes);
        assert_eq!(text(&[0x2A, 0x86, 0x48]).as_deref(), Some("1.2.840"));
        assert_eq!(text(&[0x88, 0x37, 3]).as_deref(), Some("2.999.3"));
        assert_eq!(text(&[0x2A, 0x86]), None);
        assert_eq!(text(&[]), None);
        assert_eq!(text(&[0xFF; 12]), None);
        assert_eq!(text(&[1; 100]), None);
    }

    #[test]
    fn times_are_read() {
        let time = |tag: u8, text: &[u8]| {
            let der = [&[tag, text.len() as u8], text].concat();
            Der::new(&der).time().map(FILETIME::to_ticks)
        };
        let moment = time(GENERALIZED_TIME, b"20000229123456Z");
        assert_eq!(moment, Some((951_827_696 + 11_644_473_600) * 10_000_000));
        assert_eq!(time(UTC_TIME, b"000229123456Z"), moment);
        assert!(time(UTC_TIME, b"500101000000Z") < moment);
        for bad in [
            &b"000230123456Z"[..],
            b"000229123456",
            b"0002291234Z",
            b"0002291234+1Z",
            b"",
        ] {
            assert_eq!(time(UTC_TIME, bad), None);
        }
    }
}
