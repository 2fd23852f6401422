//! The headers of the handshake, picked from all that the peer sent.

use super::syntax::{Cursor, Extension, List, SyntaxError, trim};
use super::{HandshakeError, Header};
use alloc::vec::Vec;
use core::fmt;

/// The headers that the handshake looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// `Connection`, a list that must contain `upgrade`.
    Connection,
    /// `Upgrade`, a list that must contain `websocket`.
    Upgrade,
    /// `Sec-WebSocket-Key`, exactly once in a request.
    Key,
    /// `Sec-WebSocket-Accept`, exactly once in a response.
    Accept,
    /// `Sec-WebSocket-Version`, exactly once in a request.
    Version,
    /// `Sec-WebSocket-Protocol`, a list of subprotocols.
    Protocol,
    /// `Sec-WebSocket-Extensions`, a list of extensions with parameters.
    Extensions,
}

impl Field {
    const ALL: [Self; 7] = [
        Self::Connection,
        Self::Upgrade,
        Self::Key,
        Self::Accept,
        Self::Version,
        Self::Protocol,
        Self::Extensions,
    ];

    /// The header's name in its usual spelling.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connection => "Connection",
            Self::Upgrade => "Upgrade",
            Self::Key => "Sec-WebSocket-Key",
            Self::Accept => "Sec-WebSocket-Accept",
            Self::Version => "Sec-WebSocket-Version",
            Self::Protocol => "Sec-WebSocket-Protocol",
            Self::Extensions => "Sec-WebSocket-Extensions",
        }
    }

    /// The element that the header's list must contain; empty where there is no such rule.
    pub(super) const fn required_token(self) -> &'static str {
        match self {
            Self::Connection => "upgrade",
            Self::Upgrade => "websocket",
            Self::Key | Self::Accept | Self::Version | Self::Protocol | Self::Extensions => "",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The values of the handshake's headers, in the order they came.
pub(super) struct Fields<'a> {
    any: bool,
    values: [Vec<&'a [u8]>; Field::ALL.len()],
}

impl<'a> Fields<'a> {
    pub(super) fn collect(headers: impl IntoIterator<Item = Header<'a>>) -> Self {
        let mut fields = Self {
            any: false,
            values: Default::default(),
        };
        for header in headers {
            fields.any = true;
            let known = Field::ALL
                .iter()
                .zip(&mut fields.values)
                .find(|(field, _)| header.name.eq_ignore_ascii_case(field.name().as_bytes()));
            if let Some((_, values)) = known {
                values.push(header.value);
            }
        }
        fields
    }

    /// Whether there was no header at all, not even an unknown one.
    pub(super) fn is_empty(&self) -> bool {
        !self.any
    }

    /// The trimmed value of a header that must be there exactly once.
    pub(super) fn single(&self, field: Field) -> Result<&'a [u8], HandshakeError> {
        match self.values(field) {
            [] => Err(HandshakeError::MissingHeader(field)),
            [value] => Ok(trim(value)),
            [_, _, ..] => Err(HandshakeError::DuplicateHeader(field)),
        }
    }

    /// Checks that both `Upgrade` and `Connection` say what a WebSocket handshake must say.
    pub(super) fn expect_upgrade(&self) -> Result<(), HandshakeError> {
        self.expect_token(Field::Upgrade, Cursor::protocol)?;
        self.expect_token(Field::Connection, Cursor::token)
    }

    /// The subprotocols of all `Sec-WebSocket-Protocol` headers.
    pub(super) fn subprotocols(&self) -> impl Iterator<Item = Result<&'a str, HandshakeError>> {
        self.elements(Field::Protocol, Cursor::token)
    }

    /// The extensions of all `Sec-WebSocket-Extensions` headers.
    pub(super) fn extensions(&self) -> impl Iterator<Item = Result<Extension<'a>, HandshakeError>> {
        self.elements(Field::Extensions, Cursor::extension)
    }

    fn expect_token<F>(&self, field: Field, element: F) -> Result<(), HandshakeError>
    where
        F: Fn(&mut Cursor<'a>) -> Result<&'a str, SyntaxError> + Copy,
    {
        if self.values(field).is_empty() {
            return Err(HandshakeError::MissingHeader(field));
        }
        let mut found = false;
        // Goes on after the find: what follows must be well formed too.
        for element in self.elements(field, element) {
            found |= element?.eq_ignore_ascii_case(field.required_token());
        }
        if found {
            Ok(())
        } else {
            Err(HandshakeError::TokenMissing(field))
        }
    }

    fn elements<T, F>(
        &self,
        field: Field,
        element: F,
    ) -> impl Iterator<Item = Result<T, HandshakeError>>
    where
        F: Fn(&mut Cursor<'a>) -> Result<T, SyntaxError> + Copy,
    {
        self.values(field)
            .iter()
            .flat_map(move |value| List::new(value, element))
            .map(move |element| {
                element.map_err(|error| HandshakeError::BadList {
                    field,
                    fault: error.fault,
                    offset: error.offset,
                })
            })
    }

    fn values(&self, field: Field) -> &[&'a [u8]] {
        // The array is in the order of Field::ALL, which is the order of declaration.
        &self.values[field as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_in_the_order_of_declaration() {
        for (index, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!(field as usize, index, "{field}");
        }
    }

    #[test]
    fn names_are_compared_whole() {
        let header = |name| Header { name, value: b"v" };
        let names: [&[u8]; 6] = [
            b"Sec-WebSocket-Key\0",
            b" Sec-WebSocket-Key",
            b"Sec-WebSocket-Ke",
            b"Sec-WebSocket-Keys",
            b"",
            b"\xff",
        ];
        let fields = Fields::collect(names.map(header));
        assert!(!fields.is_empty());
        assert_eq!(
            fields.single(Field::Key),
            Err(HandshakeError::MissingHeader(Field::Key))
        );
        let fields = Fields::collect([header(b"sEC-wEBsOCKET-kEY")]);
        assert_eq!(fields.single(Field::Key), Ok(&b"v"[..]));
    }
}
