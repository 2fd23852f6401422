//! The client's side.

use super::fields::Fields;
use super::offer::Offer;
use super::{
    Field, HandshakeError, Header, OfferError, OutgoingHeader, VERSION, accept_value, base64_text,
};
use alloc::string::String;
use alloc::vec::Vec;

/// A client's handshake: what it offers, and the key it expects an answer to.
///
/// Call [`request_headers`](Self::request_headers) to get what to send, then [`finish`](Self::finish) with the headers
/// of the response. Both leave the handshake as it is, so either may be repeated.
#[derive(Clone, Debug)]
pub struct ClientHandshake {
    nonce: [u8; 16],
    subprotocols: Offer,
    extensions: Offer,
}

impl ClientHandshake {
    /// Prepares a handshake.
    ///
    /// `nonce` must be freshly drawn random bytes (RFC 6455 section 4.1, item 7). `subprotocols` are tokens in order of
    /// preference. Each of `extensions` is one extension: a name, possibly followed by parameters, as in
    /// `permessage-deflate; client_max_window_bits`.
    ///
    /// # Errors
    ///
    /// An entry is malformed, or a name is in its list twice.
    pub fn new(
        nonce: [u8; 16],
        subprotocols: &[&[u8]],
        extensions: &[&[u8]],
    ) -> Result<Self, OfferError> {
        Ok(Self {
            nonce,
            subprotocols: Offer::subprotocols(subprotocols)?,
            extensions: Offer::extensions(extensions)?,
        })
    }

    /// The headers to add to the request: `Sec-WebSocket-Key`, `Connection`, `Upgrade`, `Sec-WebSocket-Version`, then
    /// `Sec-WebSocket-Protocol` and `Sec-WebSocket-Extensions` if there is something to offer.
    #[must_use]
    pub fn request_headers(&self) -> Vec<OutgoingHeader> {
        let fixed = [
            OutgoingHeader::new(Field::Key, self.key()),
            OutgoingHeader::new(Field::Connection, "Upgrade"),
            OutgoingHeader::new(Field::Upgrade, "websocket"),
            OutgoingHeader::new(Field::Version, VERSION),
        ];
        let protocol = self.subprotocols.header_value();
        let extensions = self.extensions.header_value();
        fixed
            .into_iter()
            .chain(protocol.map(|value| OutgoingHeader::new(Field::Protocol, value)))
            .chain(extensions.map(|value| OutgoingHeader::new(Field::Extensions, value)))
            .collect()
    }

    /// Checks the headers of the response and tells what the server selected.
    ///
    /// That the status is 101 is for the caller to check.
    ///
    /// # Errors
    ///
    /// The response is malformed, does not answer our key, or selects what was not offered. If several things are
    /// wrong, the first in this order is reported: `Upgrade`, `Connection`, `Sec-WebSocket-Accept`,
    /// `Sec-WebSocket-Protocol`, `Sec-WebSocket-Extensions`.
    pub fn finish<'a, I>(&self, response: I) -> Result<Selection, HandshakeError>
    where
        I: IntoIterator<Item = Header<'a>>,
    {
        let fields = Fields::collect(response);
        fields.expect_upgrade()?;
        if fields.single(Field::Accept)? != accept_value(self.key().as_bytes()) {
            return Err(HandshakeError::BadAccept);
        }
        Ok(Selection {
            subprotocol: self.selected_subprotocol(&fields)?,
            extensions: self.selected_extensions(&fields)?,
        })
    }

    fn selected_subprotocol(&self, fields: &Fields<'_>) -> Result<Option<usize>, HandshakeError> {
        let mut elements = fields.subprotocols();
        let Some(name) = elements.next().transpose()? else {
            return Ok(None);
        };
        if elements.next().transpose()?.is_some() {
            return Err(HandshakeError::TooManySubprotocols);
        }
        self.subprotocols
            .position(name)
            .map(Some)
            .ok_or(HandshakeError::SubprotocolNotSupported)
    }

    fn selected_extensions(
        &self,
        fields: &Fields<'_>,
    ) -> Result<Vec<SelectedExtension>, HandshakeError> {
        let mut selected: Vec<SelectedExtension> = Vec::new();
        for element in fields.extensions() {
            let extension = element?;
            let index = self
                .extensions
                .position(extension.name)
                .ok_or(HandshakeError::ExtensionNotSupported)?;
            // At most as long as our own list, since every entry differs.
            if selected.iter().any(|earlier| earlier.index == index) {
                return Err(HandshakeError::DuplicateElement(Field::Extensions));
            }
            selected.push(SelectedExtension {
                index,
                parameters: String::from(extension.parameters),
            });
        }
        Ok(selected)
    }

    fn key(&self) -> String {
        base64_text(&self.nonce)
    }
}

/// What a server selected from a client's offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The position of the subprotocol in the client's list; `None` if the server chose none.
    pub subprotocol: Option<usize>,
    /// The extensions in the response's order, each at most once.
    pub extensions: Vec<SelectedExtension>,
}

/// An extension that a server selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectedExtension {
    /// The position of the extension in the client's list.
    pub index: usize,
    /// The parameters of the response as they came, without the first `;` and surrounding white space, for instance
    /// `server_no_context_takeover; client_max_window_bits=10`. Well formed; whether they make sense is for the
    /// extension to say.
    pub parameters: String,
}
