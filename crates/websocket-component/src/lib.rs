//! The WebSocket Protocol Component API (`websocket.h`) as safe Rust.
//!
//! A [`Component`] does no I/O. The program queues operations ([`Component::send`], [`Component::receive`]), asks what to
//! do ([`Component::next_action`]), does it, and reports it ([`Component::complete_action`]):
//!
//! ```
//! use websocket_component::{Action, Component, Config, Message, Owned, Queue};
//!
//! let mut server = Component::<Owned<&str>>::server(Config::default())?;
//! let request = [
//!     ("Connection", "Upgrade"),
//!     ("Upgrade", "websocket"),
//!     ("Sec-WebSocket-Version", "13"),
//!     ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
//! ];
//! let request = request.iter().map(|(name, value)| websocket_component::Header {
//!     name: name.as_bytes(),
//!     value: value.as_bytes(),
//! });
//! let response = server.begin_server_handshake(request, None, &[])?;
//! assert_eq!(response[0].value, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
//!
//! server.send(Message::text("Hello"), "greeting")?;
//! let mut wire = Vec::new();
//! loop {
//!     let (id, written) = match server.next_action(Queue::All, 2)? {
//!         Action::None => break,
//!         Action::SendToNetwork { id, buffers, .. } => {
//!             buffers.iter().for_each(|buffer| wire.extend_from_slice(buffer));
//!             (id, buffers.total_len())
//!         }
//!         Action::IndicateSendComplete { id, context, .. } => {
//!             assert_eq!(*context, "greeting");
//!             (id, 0)
//!         }
//!         _ => unreachable!("nothing is being received"),
//!     };
//!     server.complete_action(id, written);
//! }
//! assert_eq!(wire, b"\x81\x05Hello");
//! # Ok::<(), websocket_component::Error>(())
//! ```
//!
//! | `websocket.h` | here |
//! |---|---|
//! | `WebSocketCreateClientHandle`, `…ServerHandle`, properties | [`Component::client`], [`Component::server`], [`Config`] |
//! | `WebSocketBeginClientHandshake`, `…End…` | [`Component::begin_client_handshake`], [`Component::end_client_handshake`] |
//! | `WebSocketBeginServerHandshake`, `…End…` | [`Component::begin_server_handshake`], [`Component::end_server_handshake`] |
//! | `WebSocketSend`, `WebSocketReceive` | [`Component::send`], [`Component::receive`] |
//! | `WebSocketGetAction`, `WebSocketCompleteAction` | [`Component::next_action`], [`Component::complete_action`] |
//! | `WebSocketAbortHandle`, `WebSocketDeleteHandle` | [`Component::abort`], dropping it |
//! | `WebSocketGetGlobalProperty` | constants of [`global`] |
//!
//! Whose memory is used is the program's choice, see [`Memory`]. A component is not synchronised; share it behind a lock
//! that is held only during each call.
#![forbid(unsafe_code)]

mod action;
mod component;
mod config;
mod error;
pub mod global;
mod ids;
mod keys;
mod layout;
mod memory;
mod message;
mod parts;
mod queue;
mod receive_lane;
mod send_lane;

pub use action::{Action, Buffers, Indication, Queue};
pub use component::Component;
pub use config::Config;
pub use error::Error;
pub use ids::ActionId;
pub use keys::{EntropyUnavailable, RandomSource, thread_random};
pub use layout::CONTROL_LEN;
pub use memory::{Block, Memory, Owned};
pub use message::{BufferType, CloseStatus, Message};
pub use ws_proto::handshake::{Header, OutgoingHeader, Selection};
pub use ws_proto::{MessageKind, ProtocolError, Role};
