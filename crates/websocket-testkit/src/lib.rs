//! Loads the built websocket library and calls it through its C ABI.
//!
//! Tests, benchmarks and fuzz targets use [`api`], so that what they exercise is the file that users get. The library is
//! built on first use, in the profile of the caller; `OPENWINHTTP_WEBSOCKET_LIB` names another file instead (an
//! instrumented build, or Microsoft's own `websocket.dll` on Windows, to see where the two differ).

mod action;
mod endpoint;
pub mod handshake;
mod library;
mod memory;
mod rules;
pub mod wire;

pub use action::{Action, MAX_BUFFERS, SENTINEL};
pub use endpoint::{Endpoint, HeaderPairs, Property, Role, Selected, data, read_headers};
pub use library::{Api, api, library_path};
pub use memory::{Block, Memory, pattern};
pub use rules::Rules;
pub use win32_abi::hresult;
pub use win32_abi::websocket as abi;
