//! How a header is added to those that are there.

use crate::{Error, Result};

/// The modifiers of `WinHttpAddRequestHeaders` (`WINHTTP_ADDREQ_FLAG_*`).
///
/// Where several are given, `add_if_new` wins over `replace`, and that over `coalesce`. None at all adds a header that is
/// not there and fails for one that is (facts 5.7; README 19).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modifiers {
    /// `ADD`: appends a header, whether or not there is one of the name. With `replace` or `coalesce` only if there is none.
    pub add: bool,
    /// `ADD_IF_NEW`: fails if there is a header of the name.
    pub add_if_new: bool,
    /// `REPLACE`: the first header of the name gets the value, in its place; an empty value removes it. Without `add` it must
    /// be there.
    pub replace: bool,
    /// `COALESCE_WITH_…`: the value is joined to that of the first header of the name. Without `add` it must be there.
    pub coalesce: Option<Coalesce>,
    /// Which header of the name `replace` means, from 0: the index in the low 16 bits.
    pub index: u16,
}

/// What joined values are separated by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coalesce {
    /// A comma and a space.
    Comma,
    /// A semicolon and a space.
    Semicolon,
}

impl Coalesce {
    pub(super) fn separator(self) -> &'static [u8] {
        match self {
            Self::Comma => b", ",
            Self::Semicolon => b"; ",
        }
    }
}

impl Modifiers {
    /// No modifiers.
    pub const NONE: Self = Self {
        add: false,
        add_if_new: false,
        replace: false,
        coalesce: None,
        index: 0,
    };
    /// `ADD`.
    pub const ADD: Self = Self {
        add: true,
        ..Self::NONE
    };
    /// `ADD_IF_NEW`.
    pub const ADD_IF_NEW: Self = Self {
        add_if_new: true,
        ..Self::NONE
    };
    /// `REPLACE`.
    pub const REPLACE: Self = Self {
        replace: true,
        ..Self::NONE
    };
    /// `ADD | REPLACE`.
    pub const ADD_OR_REPLACE: Self = Self {
        add: true,
        ..Self::REPLACE
    };

    /// The modifiers of the numbers in `winhttp.h`.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for bits that have no meaning there.
    pub fn from_bits(bits: u32) -> Result<Self> {
        const ADD_IF_NEW: u32 = 0x1000_0000;
        const ADD: u32 = 0x2000_0000;
        const COALESCE_WITH_COMMA: u32 = 0x4000_0000;
        const COALESCE_WITH_SEMICOLON: u32 = 0x0100_0000;
        const REPLACE: u32 = 0x8000_0000;
        const INDEX_MASK: u32 = 0xFFFF;
        const KNOWN: u32 =
            ADD_IF_NEW | ADD | COALESCE_WITH_COMMA | COALESCE_WITH_SEMICOLON | REPLACE | INDEX_MASK;

        if bits & !KNOWN != 0 {
            return Err(Error::InvalidParameter);
        }
        let coalesce = if bits & COALESCE_WITH_COMMA != 0 {
            Some(Coalesce::Comma)
        } else if bits & COALESCE_WITH_SEMICOLON != 0 {
            Some(Coalesce::Semicolon)
        } else {
            None
        };
        Ok(Self {
            add: bits & ADD != 0,
            add_if_new: bits & ADD_IF_NEW != 0,
            replace: bits & REPLACE != 0,
            coalesce,
            index: (bits & INDEX_MASK) as u16,
        })
    }
}
