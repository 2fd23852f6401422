//! `winhttp.h`: types, structs, constants and the types of the functions.
//!
//! Everything is reachable as `winhttp::NAME`. Sources: Microsoft's `winhttp.h` page
//! (<https://learn.microsoft.com/windows/win32/api/winhttp/>), `../shared/spec/winhttp-options.md` and
//! `../shared/spec/winhttp-functions.md`. Structs have 64-bit Windows' natural alignment with 8-byte pointers, and are packed
//! to 4 with 4-byte pointers; each layout is asserted when compiling.

/// Asserts a struct's size and the offsets of its fields, with 8-byte pointers and with 4-byte pointers.
macro_rules! layout {
    ($name:ident, $large:literal, $small:literal; $($field:ident $at_large:literal, $at_small:literal);+) => {
        assert!(size_of::<$name>() == if size_of::<usize>() == 8 { $large } else { $small });
        $(assert!(offset_of!($name, $field) == if size_of::<usize>() == 8 { $at_large } else { $at_small });)+
    };
}

mod address;
mod enums;
mod errors;
mod flags;
pub mod functions;
pub mod messages;
mod options;
mod proxies;
mod query;
mod status;
mod structs;
mod types;

pub use address::*;
pub use enums::*;
pub use errors::*;
pub use flags::*;
pub use options::*;
pub use proxies::*;
pub use query::*;
pub use status::*;
pub use structs::*;
pub use types::*;
