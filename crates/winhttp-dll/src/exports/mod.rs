//! The exported functions, by topic.

#[cfg(not(windows))]
mod certificates;
mod connection_group;
mod handles;
mod headers;
mod helpers;
mod not_yet;
mod options;
mod proxies;
mod transfer;
mod web_socket;

#[cfg(not(windows))]
pub use certificates::*;
pub use connection_group::*;
pub use handles::*;
pub use headers::*;
pub use helpers::*;
pub use not_yet::*;
pub use options::*;
pub use proxies::*;
pub use transfer::*;
pub use web_socket::*;
