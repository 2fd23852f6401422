//! The exported functions, by topic.

mod connection_group;
mod handles;
mod headers;
mod helpers;
mod not_yet;
mod options;
mod proxies;
mod transfer;

pub use connection_group::*;
pub use handles::*;
pub use headers::*;
pub use helpers::*;
pub use not_yet::*;
pub use options::*;
pub use proxies::*;
pub use transfer::*;
