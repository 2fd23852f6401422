//! Options of TLS and certificates.

use std::ffi::c_void;
use std::ptr::null;

use winhttp_testkit::text::text_at;
use winhttp_testkit::tls::{ClientCertificates, Identity, ServerOptions, server, server_with};

use crate::support::*;

/// A TLS server that gives each request the same answer.
fn secure_server(config: std::sync::Arc<rustls::ServerConfig>) -> Server {
    Server::builder().tls(config).every(|_, peer| {
        while peer.next_request().is_some() {
            peer.send(response("", b"x"));
        }
    })
}

fn secure_request(client: &Client, connect: &Handle) -> winhttp_testkit::Request {
    client.request(connect, &RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_SECURE))
}
