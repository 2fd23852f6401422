//! Calls the built winhttp library through its C ABI, and plays the other side.
//!
//! - [`raw`]: the exported functions; [`calls`]: the same without `unsafe`, with results.
//! - [`Client`], [`Request`] and [`both_modes!`]: exchanges that run in synchronous and asynchronous mode alike.
//! - [`Socket`]: a WebSocket in the same manner, and [`server::web_socket`] its other side.
//! - [`Recorder`] and [`assert_sequence`]: notifications, written down and compared whole.
//! - [`server`]: a server that does what a script says, byte by byte; [`tls`]: certificates and TLS for it.
//!
//! The library is built on first use, in the profile of the caller; `OPENWINHTTP_WINHTTP_LIB` names another file instead
//! (an instrumented build, say). Nothing waits longer than [`PATIENCE`], and nothing sleeps.

pub mod calls;
mod code;
mod driver;
mod gate;
pub mod library;
pub mod raw;
mod recorder;
mod sequence;
pub mod server;
mod socket;
mod status;
pub mod text;
pub mod tls;

pub use calls::{Block, Handle, RawHandle, RequestSpec};
pub use code::{Code, Outcome, code, name as error_name};
pub use driver::{Client, Mode, Request};
pub use gate::{Gate, PATIENCE};
pub use recorder::{Event, Info, Recorder};
pub use sequence::assert_sequence;
pub use server::{Peer, Server, response, script};
pub use socket::{Socket, upgrade_option};
pub use status::status_name;
pub use win32_abi::winhttp as abi;
