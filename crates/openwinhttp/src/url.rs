//! URLs: taking apart ([`crack()`]), putting together ([`create()`]), what goes out in the request line
//! ([`escape_object_name`]), and the absolute URL of a request ([`Url`]).
//!
//! [`crack()`], [`create()`] and [`escape_object_name`] work on UTF-16 units, as `WinHttpCrackUrl`, `WinHttpCreateUrl` and
//! `WinHttpOpenRequest` do: they accept any units, unpaired surrogates and control characters included, and count in units.
//! [`Url`] is text that was checked: nothing in it can break out of a request head.

mod absolute;
mod crack;
mod create;
mod escape;
#[cfg(test)]
mod tests;

pub use absolute::Url;
pub use crack::{CrackOptions, CrackedUrl, crack};
pub use create::{CodePage, Components, CreateOptions, create};
pub use escape::{EscapeFlags, decode_component, escape_component, escape_object_name};

/// The schemes that `winhttp.h` has numbers for (`INTERNET_SCHEME_*`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`, port 80.
    #[default]
    Http,
    /// `https`, port 443.
    Https,
    /// `ftp`, port 21; for [`create()`] only.
    Ftp,
    /// `socks`, port 1080; for [`create()`] only.
    Socks,
}

impl Scheme {
    const ALL: [Self; 4] = [Self::Http, Self::Https, Self::Ftp, Self::Socks];

    /// The scheme as it is written in a URL, lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Ftp => "ftp",
            Self::Socks => "socks",
        }
    }

    /// The port of URLs that name none.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Ftp => 21,
            Self::Socks => 1080,
        }
    }

    /// The scheme of this name, in any case of letters.
    fn from_units(name: &[u16]) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| {
            let known = scheme.name().as_bytes();
            name.len() == known.len()
                && name.iter().zip(known).all(|(&unit, &byte)| {
                    u8::try_from(unit).is_ok_and(|unit| unit.eq_ignore_ascii_case(&byte))
                })
        })
    }
}
