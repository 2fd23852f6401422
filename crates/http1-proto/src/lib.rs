//! HTTP/1.1 client protocol machine.
#![forbid(unsafe_code)]
