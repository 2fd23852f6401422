//! The caller's own subprotocols and extensions, checked and joined to a header's value.

use super::OfferError;
use super::syntax::{Cursor, SyntaxError};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Stands between the elements of an [`Offer`]. No element contains a comma, quoted or not.
const SEPARATOR: &str = ", ";

/// A list of elements in the form of a header's value; each element's name is in it only once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer(Box<str>);

impl Offer {
    pub(super) fn subprotocols(offered: &[&[u8]]) -> Result<Self, OfferError> {
        let mut names = Vec::with_capacity(offered.len());
        for (index, text) in offered.iter().enumerate() {
            names.push(subprotocol(index, text)?);
        }
        if let Some(index) = duplicate(&names) {
            return Err(OfferError::DuplicateSubprotocol { index });
        }
        Ok(Self::join(&names))
    }

    pub(super) fn extensions(offered: &[&[u8]]) -> Result<Self, OfferError> {
        let mut names = Vec::with_capacity(offered.len());
        let mut elements = Vec::with_capacity(offered.len());
        for (index, text) in offered.iter().enumerate() {
            let (name, element) = extension(text).map_err(|error| OfferError::BadExtension {
                index,
                fault: error.fault,
                offset: error.offset,
            })?;
            names.push(name);
            elements.push(element);
        }
        if let Some(index) = duplicate(&names) {
            return Err(OfferError::DuplicateExtension { index });
        }
        Ok(Self::join(&elements))
    }

    /// The position of the element with that name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.names().position(|own| own.eq_ignore_ascii_case(name))
    }

    /// The names of the elements, without parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0
            .split(SEPARATOR)
            .filter(|element| !element.is_empty())
            .map(|element| {
                let end = element.find([';', ' ', '\t']).unwrap_or(element.len());
                &element[..end]
            })
    }

    /// The header's value; `None` if there is nothing to say.
    pub(super) fn header_value(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| String::from(&*self.0))
    }

    fn join(elements: &[&str]) -> Self {
        Self(elements.join(SEPARATOR).into_boxed_str())
    }
}

/// Checks one subprotocol of the caller: a token, without white space around it.
pub(super) fn subprotocol(index: usize, text: &[u8]) -> Result<&str, OfferError> {
    let mut cursor = Cursor::new(text);
    let name = cursor.token();
    name.and_then(|name| cursor.expect_end().map(|()| name))
        .map_err(|error| OfferError::BadSubprotocol {
            index,
            offset: error.offset,
        })
}

/// Checks one extension of the caller; gives its name and its whole text.
fn extension(text: &[u8]) -> Result<(&str, &str), SyntaxError> {
    let mut cursor = Cursor::new(text);
    let name = cursor.extension()?.name;
    cursor.expect_end()?;
    Ok((name, cursor.seen()?))
}

/// The position of a name that is already there under a lower position.
fn duplicate(names: &[&str]) -> Option<usize> {
    let mut sorted: Vec<(String, usize)> = names
        .iter()
        .enumerate()
        .map(|(index, name)| (name.to_ascii_lowercase(), index))
        .collect();
    sorted.sort_unstable();
    sorted
        .windows(2)
        .filter(|pair| pair[0].0 == pair[1].0)
        .map(|pair| pair[1].1)
        .min()
}
