//! libcurl, by the crate `curl`: one easy handle, used again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use curl::easy::{Easy, HttpVersion};

use super::url;
use crate::linux::nginx::{BIG, Nginx, SMALL};

fn fetch(port: u16, secure: bool, path: &str, length: u64) -> impl FnMut() {
    let received = Arc::new(AtomicU64::new(0));
    let mut easy = Easy::new();
    let set = (|| {
        easy.url(&url(port, secure, path))?;
        easy.http_version(HttpVersion::V11)?;
        easy.useragent("benchmark")?;
        easy.buffer_size(64 << 10)?;
        easy.noproxy("*")?;
        easy.cainfo(Nginx::authority())?;
        let received = Arc::clone(&received);
        easy.write_function(move |data| {
            received.fetch_add(data.len() as u64, Ordering::Relaxed);
            Ok(data.len())
        })
    })();
    set.expect("libcurl knows these options");
    move || {
        easy.perform().expect("a response");
        assert_eq!(received.swap(0, Ordering::Relaxed), length);
    }
}

/// A GET of the small file.
pub(crate) fn get(port: u16) -> impl FnMut() {
    fetch(port, false, "/small", SMALL as u64)
}

/// The big file, with a buffer of 64 KiB.
pub(crate) fn download(port: u16, secure: bool) -> impl FnMut() {
    fetch(port, secure, "/big", BIG)
}
