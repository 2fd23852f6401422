//! WinHTTP in safe Rust: the semantics of `winhttp.h`, without its pointers and numbers.
//!
//! [`Session`] → [`Connect`] → [`Request`], as `WinHttpOpen`, `WinHttpConnect` and `WinHttpOpenRequest` make them. What happens
//! to a request is told to its [`Observer`] as [`Notification`]s.
#![forbid(unsafe_code)]

mod buffer;
pub mod date;
mod error;
mod notification;
pub mod options;
mod request;
pub mod request_headers;
pub mod response_headers;
mod session;
mod sync;
mod turn;
pub mod url;
mod websocket;

pub use buffer::Buffer;
pub use error::{Error, Result};
pub use http1_proto::{Header, HeaderBlock, ResponseHead, Version};
pub use net::tls;
pub use notification::{Api, Notification, Observer, SecureFailure};
pub use request::{ConnectionInfo, OpenRequest, Request, RequestOptions};
pub use session::{Connect, Mode, Session, SessionOptions};
pub use turn::Started;
pub use websocket::{BufferKind, CloseStatus, Received, WebSocket};
#[cfg(feature = "futures")]
pub use websocket::{Message, MessageStream};
