//! WebSocket connections of the WinHTTP client: `connect`, `bench` and `demo` talk through these.
//!
//! | module | what it owns |
//! |---|---|
//! | `opening` | from a URL to an open WebSocket, in either mode |
//! | `channel` | an open WebSocket whose calls wait, in either mode |
//! | `watch` | being told about calls and notifications |

mod channel;
mod opening;
mod watch;

pub(crate) use channel::Channel;
pub(crate) use opening::{Client, OpenError, Wish, header};
pub(crate) use watch::{Call, Lane, Watch};
