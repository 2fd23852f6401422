//! The exported functions, by topic.

mod handles;
mod headers;
mod helpers;
mod not_yet;
mod options;
mod proxies;
mod transfer;

pub use handles::*;
pub use headers::*;
pub use helpers::*;
pub use not_yet::*;
pub use options::*;
pub use proxies::*;
pub use transfer::*;
