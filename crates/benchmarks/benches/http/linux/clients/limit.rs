//! The least that any program must do: one blocking socket, and nothing that is not needed for what comes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::linux::nginx::Nginx;

fn request(port: u16, path: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nConnection: Keep-Alive\r\nUser-Agent: benchmark\r\nHost: 127.0.0.1:{port}\r\n\r\n"
    )
    .into_bytes()
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    stream.set_nodelay(true).expect("a TCP socket");
    stream
}

/// The length of the head in `bytes` and that of the body it announces, if the head is whole.
fn parse(bytes: &[u8]) -> Option<(usize, u64)> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(bytes).expect("a response") {
        httparse::Status::Partial => None,
        httparse::Status::Complete(head) => {
            assert_eq!(response.code, Some(200));
            let length = response
                .headers
                .iter()
                .find(|header| header.name.eq_ignore_ascii_case("Content-Length"))
                .and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok())
                .expect("nginx sends the length");
            Some((head, length))
        }
    }
}

/// A GET of the small file, and again: send, receive, parse.
pub(crate) fn get(port: u16) -> impl FnMut() {
    let mut stream = connect(port);
    let request = request(port, "/small");
    let mut buffer = vec![0; 16 << 10];
    move || {
        stream.write_all(&request).expect("sent");
        let mut filled = 0;
        loop {
            let count = stream.read(&mut buffer[filled..]).expect("received");
            assert_ne!(count, 0, "nginx closed the connection");
            filled += count;
            if let Some((head, length)) = parse(&buffer[..filled])
                && (filled - head) as u64 == length
            {
                break;
            }
        }
    }
}

/// The big file: 64 KiB at a time.
pub(crate) fn download(port: u16) -> impl FnMut() {
    let request = request(port, "/big");
    let mut buffer = vec![0; 64 << 10];
    move || receive(&mut connect(port), &request, &mut buffer)
}

/// The big file over TLS, with nothing but `rustls`.
pub(crate) fn download_tls(port: u16) -> impl FnMut() {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(Nginx::authority()).expect("a certificate");
    roots.add(authority).expect("a certificate");
    let config = Arc::new(
        ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth(),
    );
    let name = ServerName::try_from("127.0.0.1").expect("an address");
    let request = request(port, "/big");
    let mut buffer = vec![0; 64 << 10];
    move || {
        let tls = ClientConnection::new(Arc::clone(&config), name.clone()).expect("a client");
        let mut stream = StreamOwned::new(tls, connect(port));
        receive(&mut stream, &request, &mut buffer);
    }
}

fn receive(stream: &mut (impl Read + Write), request: &[u8], buffer: &mut [u8]) {
    stream.write_all(request).expect("sent");
    let mut filled = 0;
    let mut left = loop {
        filled += stream.read(&mut buffer[filled..]).expect("received");
        if let Some((head, length)) = parse(&buffer[..filled]) {
            break length - (filled - head) as u64;
        }
    };
    while left > 0 {
        let count = stream.read(buffer).expect("received");
        assert_ne!(count, 0, "nginx closed the connection");
        left -= count as u64;
    }
}
