//! What a row of the table says.

use openwinhttp::options::Options;
use openwinhttp::{Error, Result};

use super::target::Target;
use super::values::{In, Out};

/// One option.
pub(super) struct Row {
    pub(super) number: u32,
    /// Kinds of handles on which it can be read; 0: never.
    pub(super) query_on: u8,
    /// Kinds of handles on which it can be set; 0: never.
    pub(super) set_on: u8,
    pub(super) shape: Shape,
    /// The error for a value of another size.
    pub(super) wrong_size: Error,
    /// Influences a send: cannot be set while an operation is under way.
    pub(super) before_send: bool,
}

/// What a value looks like, and who knows it.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A `DWORD` or `BOOL`.
    Number(Rule, Place),
    /// A text that is kept, of so many units at most.
    Text(usize),
    /// A structure of this size that is kept, if it is valid.
    Bytes(usize, fn(&[u8]) -> bool),
    /// Anything else.
    Own {
        query: fn(&Target, &Out) -> Result<()>,
        set: fn(&Target, &In) -> Result<()>,
    },
    /// Not offered by this library.
    Unsupported,
}

/// Which numbers are valid.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// All.
    Any,
    /// All; every one but 0 is kept as 1 (`BOOL`).
    Flag,
    /// Up to this.
    Most(u32),
    /// From this on.
    Least(u32),
    /// Those of these bits.
    Bits(u32),
}

impl Rule {
    /// The number to keep.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`].
    pub(super) fn check(self, value: u32) -> Result<u32> {
        let valid = match self {
            Self::Any => true,
            Self::Flag => return Ok(u32::from(value != 0)),
            Self::Most(most) => value <= most,
            Self::Least(least) => value >= least,
            Self::Bits(bits) => value & !bits == 0,
        };
        if valid {
            Ok(value)
        } else {
            Err(Error::InvalidParameter)
        }
    }
}

/// Where a number is.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Among the options that requests work by.
    Core(fn(&Options) -> u32, fn(&mut Options, u32)),
    /// Kept for later; this value until one is set.
    Stored(u32),
}

impl Place {
    pub(super) fn get(self, number: u32, target: &Target) -> Result<u32> {
        match self {
            Self::Core(get, _) => target.look(get),
            Self::Stored(default) => match target.stored() {
                Ok(stored) => Ok(stored.number(number).unwrap_or(default)),
                // Where nothing can be set.
                Err(_) => Ok(default),
            },
        }
    }

    pub(super) fn set(self, number: u32, target: &Target, value: u32) -> Result<()> {
        match self {
            Self::Core(_, set) => target.change(|options| set(options, value)),
            Self::Stored(_) => {
                target.stored()?.set_number(number, value);
                target.apply(number, value);
                Ok(())
            }
        }
    }
}

impl Row {
    pub(super) const fn new(number: u32, query_on: u8, set_on: u8, shape: Shape) -> Self {
        Self {
            number,
            query_on,
            set_on,
            shape,
            wrong_size: Error::InsufficientBuffer,
            before_send: false,
        }
    }

    /// A wrong size is 87, not 122.
    pub(super) const fn size_is_a_parameter(self) -> Self {
        Self {
            wrong_size: Error::InvalidParameter,
            ..self
        }
    }

    /// Not while an operation is under way.
    pub(super) const fn before_send(self) -> Self {
        Self {
            before_send: true,
            ..self
        }
    }
}

/// The `query` of options that can only be set.
pub(super) fn write_only(_: &Target, _: &Out) -> Result<()> {
    Err(Error::InvalidParameter)
}

/// The `set` of options that can only be read.
pub(super) fn read_only(_: &Target, _: &In) -> Result<()> {
    Err(Error::OptionNotSettable)
}
