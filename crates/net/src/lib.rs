//! Sockets, name resolution, TLS, the connection pool, the reactor and the workers under OpenWinHTTP.
#![forbid(unsafe_code)]

pub mod conn;
pub mod connect;
pub mod cx;
pub mod pool;
mod reactor;
pub mod resolve;
pub mod socket;
pub mod timer;
pub mod tls;
pub mod workers;
