//! ureq.

use std::sync::Arc;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::{read_big, read_small, url};
use crate::linux::nginx::Nginx;

fn agent() -> Agent {
    let pem = std::fs::read(Nginx::authority()).expect("the authority's file");
    let authority = Certificate::from_pem(&pem).expect("a certificate");
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(vec![authority])))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .max_idle_connections(1000)
        .max_idle_connections_per_host(1000)
        .user_agent("benchmark")
        .build()
        .new_agent()
}

/// A GET of the small file.
pub(crate) fn get(port: u16) -> impl FnMut() {
    let agent = agent();
    let url = url(port, false, "/small");
    let mut buffer = vec![0; 16 << 10];
    move || {
        let mut response = agent.get(&url).call().expect("a response");
        read_small(response.body_mut().as_reader(), &mut buffer);
    }
}

/// The big file: 64 KiB at a time.
pub(crate) fn download(port: u16, secure: bool) -> impl FnMut() {
    let agent = agent();
    let url = url(port, secure, "/big");
    let mut buffer = vec![0; 64 << 10];
    move || {
        let mut response = agent.get(&url).call().expect("a response");
        read_big(response.body_mut().as_reader(), &mut buffer);
    }
}

/// So many connections in use at once, and then idle.
pub(crate) fn occupy(port: u16, secure: bool) -> impl FnMut(usize) {
    let agent = agent();
    let url = url(port, secure, "/small");
    let mut buffer = vec![0; 16 << 10];
    move |count| {
        let responses: Vec<_> = (0..count)
            .map(|_| agent.get(&url).call().expect("a response"))
            .collect();
        for mut response in responses {
            read_small(response.body_mut().as_reader(), &mut buffer);
        }
    }
}
