//! The server's side.

use super::fields::Fields;
use super::offer::{self, Offer};
use super::{
    Field, HandshakeError, Header, OfferError, OutgoingHeader, ServerHandshakeError, VERSION,
    accept_digest, base64_text,
};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Accepts keys whose unused last bits are not zero. RFC 6455's own example in section 4.1
/// (`AQIDBAUGBwgJCgsMDQ4PEC==`) is one of them.
const KEY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// A server's handshake: a request that was found good, and the answer to it.
#[derive(Clone, Debug)]
pub struct ServerHandshake {
    accept_digest: [u8; 20],
    subprotocol: Option<Box<str>>,
    extensions: Offer,
}

impl ServerHandshake {
    /// Checks a request's headers and the server's choice from what it offers.
    ///
    /// `subprotocol` is the one chosen; `None` or an empty one stands for none. Each of `extensions` is one extension
    /// that the server agrees to, with the parameters that the response is to carry. That the method is GET and
    /// that `Host` suits is for the caller to check.
    ///
    /// A subprotocol is sent back as the client spelled it, since clients may compare exactly; of two spellings in the
    /// request the one equal to the server's is taken.
    ///
    /// # Errors
    ///
    /// [`ServerHandshakeError::Offer`] if the arguments are malformed, an extension is there twice or the request has
    /// no header at all; otherwise [`ServerHandshakeError::Request`]. If several things are wrong with the request, the
    /// first in this order is reported: `Upgrade`, `Connection`, `Sec-WebSocket-Version`, `Sec-WebSocket-Key`,
    /// `Sec-WebSocket-Protocol`, `Sec-WebSocket-Extensions`.
    ///
    /// A version other than 13 gives [`HandshakeError::VersionNotSupported`] only if it is a plain decimal number
    /// without leading zeros. Everything else, a list such as `13, 8` included, gives [`HandshakeError::BadVersion`]:
    /// a request names one version (RFC 6455 section 4.1, item 9).
    pub fn new<'a, I>(
        request: I,
        subprotocol: Option<&[u8]>,
        extensions: &[&[u8]],
    ) -> Result<Self, ServerHandshakeError>
    where
        I: IntoIterator<Item = Header<'a>>,
    {
        let subprotocol = subprotocol
            .filter(|text| !text.is_empty())
            .map(|text| offer::subprotocol(0, text))
            .transpose()?;
        let extensions = Offer::extensions(extensions)?;
        let fields = Fields::collect(request);
        if fields.is_empty() {
            return Err(OfferError::NoHeaders.into());
        }

        fields.expect_upgrade()?;
        check_version(fields.single(Field::Version)?)?;
        let key = fields.single(Field::Key)?;
        check_key(key)?;
        let requested = distinct_subprotocols(&fields)?;
        let subprotocol = subprotocol
            .map(|chosen| find(&requested, chosen))
            .transpose()?;
        check_extensions(&fields, &extensions)?;
        Ok(Self {
            accept_digest: accept_digest(key),
            subprotocol: subprotocol.map(Box::from),
            extensions,
        })
    }

    /// The headers to add to the response with status 101: `Sec-WebSocket-Accept`, `Connection`, `Upgrade`, then
    /// `Sec-WebSocket-Protocol` and `Sec-WebSocket-Extensions` if something was chosen.
    #[must_use]
    pub fn response_headers(&self) -> Vec<OutgoingHeader> {
        let fixed = [
            OutgoingHeader::new(Field::Accept, base64_text(&self.accept_digest)),
            OutgoingHeader::new(Field::Connection, "Upgrade"),
            OutgoingHeader::new(Field::Upgrade, "websocket"),
        ];
        let protocol = self.subprotocol().map(String::from);
        let extensions = self.extensions.header_value();
        fixed
            .into_iter()
            .chain(protocol.map(|value| OutgoingHeader::new(Field::Protocol, value)))
            .chain(extensions.map(|value| OutgoingHeader::new(Field::Extensions, value)))
            .collect()
    }

    /// The subprotocol that was chosen, as the client spelled it.
    #[must_use]
    pub fn subprotocol(&self) -> Option<&str> {
        self.subprotocol.as_deref()
    }
}

/// The subprotocols that a request offers, in the client's order of preference.
///
/// # Errors
///
/// A `Sec-WebSocket-Protocol` header is malformed, or names a subprotocol twice.
pub fn requested_subprotocols<'a, I>(request: I) -> Result<Vec<&'a str>, HandshakeError>
where
    I: IntoIterator<Item = Header<'a>>,
{
    distinct_subprotocols(&Fields::collect(request))
}

/// The elements must be unique (RFC 6455 section 4.1, item 10). Spellings of different case are: only our choice among
/// them ignores case.
fn distinct_subprotocols<'a>(fields: &Fields<'a>) -> Result<Vec<&'a str>, HandshakeError> {
    let names: Vec<&str> = fields.subprotocols().collect::<Result<_, _>>()?;
    let mut sorted = names.clone();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(HandshakeError::DuplicateElement(Field::Protocol));
    }
    Ok(names)
}

fn find<'a>(requested: &[&'a str], chosen: &str) -> Result<&'a str, HandshakeError> {
    let exact = requested.iter().find(|name| **name == chosen);
    exact
        .or_else(|| {
            requested
                .iter()
                .find(|name| name.eq_ignore_ascii_case(chosen))
        })
        .copied()
        .ok_or(HandshakeError::SubprotocolNotSupported)
}

/// Every extension of ours must be among the requested ones; a request may repeat one with other parameters.
fn check_extensions(fields: &Fields<'_>, ours: &Offer) -> Result<(), HandshakeError> {
    let mut requested = vec![false; ours.names().count()];
    for element in fields.extensions() {
        if let Some(index) = ours.position(element?.name) {
            requested[index] = true;
        }
    }
    if requested.contains(&false) {
        return Err(HandshakeError::ExtensionNotSupported);
    }
    Ok(())
}

fn check_version(value: &[u8]) -> Result<(), HandshakeError> {
    let is_number = match value {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !is_number {
        return Err(HandshakeError::BadVersion);
    }
    if value == VERSION.as_bytes() {
        Ok(())
    } else {
        Err(HandshakeError::VersionNotSupported)
    }
}

fn check_key(value: &[u8]) -> Result<(), HandshakeError> {
    // A longer value does not fit, and padding is required: what gives 16 bytes has 24 characters.
    let mut nonce = [0; 18];
    match KEY_BASE64.decode_slice(value, &mut nonce) {
        Ok(16) => Ok(()),
        Ok(_) | Err(_) => Err(HandshakeError::BadKey),
    }
}
