//! reqwest: blocking, and asynchronous on a runtime of one thread.

use std::rc::Rc;

use reqwest::{Certificate, Client, blocking};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use super::{read_big, read_small, url};
use crate::linux::chain::Chains;
use crate::linux::nginx::{Nginx, SMALL};
use crate::linux::turns::Latencies;

fn authority() -> Certificate {
    // Done once: later calls find it done.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let pem = std::fs::read(Nginx::authority()).expect("the authority's file");
    Certificate::from_pem(&pem).expect("a certificate")
}

fn blocking_client() -> blocking::Client {
    let client = blocking::Client::builder()
        .tls_certs_only([authority()])
        .user_agent("benchmark")
        .no_proxy()
        .build();
    client.expect("a client")
}

/// A GET of the small file.
pub(crate) fn get(port: u16) -> impl FnMut() {
    let client = blocking_client();
    let url = url(port, false, "/small");
    let mut buffer = vec![0; 16 << 10];
    move || {
        let response = client.get(&url).send().expect("a response");
        read_small(response, &mut buffer);
    }
}

/// The big file: 64 KiB at a time.
pub(crate) fn download(port: u16, secure: bool) -> impl FnMut() {
    let client = blocking_client();
    let url = url(port, secure, "/big");
    let mut buffer = vec![0; 64 << 10];
    move || {
        let response = client.get(&url).send().expect("a response");
        read_big(response, &mut buffer);
    }
}

/// The asynchronous client and its runtime of one thread.
fn client() -> (Runtime, Client) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let client = Client::builder()
        .tls_certs_only([authority()])
        .user_agent("benchmark")
        .no_proxy()
        .build();
    (runtime, client.expect("a client"))
}

/// `chains` GETs of a small body at once.
pub(crate) fn chains(port: u16, chains: usize) -> impl FnMut(u64, &mut Latencies) {
    let (runtime, client) = client();
    let url: Rc<str> = url(port, false, "/small").into();
    let shared = Rc::new(Chains::default());
    move |count, latencies| {
        shared.announce(count, chains);
        let tasks = LocalSet::new();
        for _ in 0..chains {
            let (client, url, shared) = (client.clone(), Rc::clone(&url), Rc::clone(&shared));
            tasks.spawn_local(async move {
                while let Some(start) = shared.next() {
                    let response = client.get(&*url).send().await.expect("a response");
                    let body = response.bytes().await.expect("a body");
                    assert_eq!(body.len(), SMALL);
                    shared.since(start);
                }
            });
        }
        runtime.block_on(tasks);
        *latencies = shared.wait();
    }
}

/// So many connections in use at once, and then idle: the asynchronous client, as the blocking one's connections are free again
/// before the body is read.
pub(crate) fn occupy(port: u16, secure: bool) -> impl FnMut(usize) {
    let (runtime, client) = client();
    let url: Rc<str> = url(port, secure, "/small").into();
    move |count| {
        let tasks = LocalSet::new();
        for _ in 0..count {
            let (client, url) = (client.clone(), Rc::clone(&url));
            tasks.spawn_local(async move {
                let response = client.get(&*url).send().await.expect("a response");
                response.bytes().await.expect("a body");
            });
        }
        runtime.block_on(tasks);
    }
}
