//! The memory of an idle pair.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;
use crate::cx::block_on;
use crate::socket::Socket;
use crate::tls::{CertErrors, Client, ClientOptions};

/// What all buffers of a pair have allocated, in bytes.
fn held(reader: &ReadHalf) -> usize {
    let shared = reader.incoming.as_ref().map_or(0, |incoming| {
        let state = lock(&incoming.tls.state);
        incoming.received.capacity()
            + state.records.capacity()
            + state.spill.capacity()
            + lock(&incoming.tls.sending).buffer.capacity()
    });
    reader.buffer.capacity() + shared
}

fn echo_once(mut stream: impl io::Read + io::Write) {
    let mut heard = [0; 1000];
    stream.read_exact(&mut heard).unwrap();
    stream.write_all(&heard).unwrap();
    assert_eq!(stream.read(&mut heard).unwrap(), 0);
}

fn use_and_release(conn: Conn) {
    let mut conn = Some(conn);
    let split = block_on(|cx| Poll::Ready(conn.take().unwrap().split(cx)));
    let (mut reader, mut writer) = split.unwrap();
    let data = [7; 1000];
    let count = block_on(|cx| writer.poll_write(cx, &[IoSlice::new(&data)]));
    assert_eq!(count.unwrap(), 1000);
    block_on(|cx| writer.poll_flush(cx)).unwrap();
    while reader.buffered().len() < 1000 {
        assert!(block_on(|cx| reader.poll_fill(cx)).unwrap() > 0);
    }
    assert_eq!(reader.buffered(), data);
    reader.consume(1000);
    assert!(held(&reader) > 0);
    reader.release_memory();
    assert_eq!(held(&reader), 0);
    writer.shutdown();
}

#[test]
fn an_idle_pair_holds_no_buffers() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connect = || Conn::new(Socket::from_std(TcpStream::connect(address).unwrap()).unwrap());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            echo_once(listener.accept().unwrap().0);
            let made = rcgen::generate_simple_self_signed(["idle.test".to_owned()]).unwrap();
            let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
            let provider = rustls::crypto::ring::default_provider();
            let config = ServerConfig::builder_with_provider(Arc::new(provider))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![made.cert.der().clone()], key)
                .unwrap();
            let server = ServerConnection::new(Arc::new(config)).unwrap();
            echo_once(StreamOwned::new(server, listener.accept().unwrap().0));
        });
        use_and_release(connect());
        let mut conn = connect();
        conn.start_tls(
            Client::new(&ClientOptions {
                ignore: CertErrors::IGNORABLE,
                ..ClientOptions::new("idle.test")
            })
            .unwrap(),
        );
        block_on(|cx| conn.poll_handshake(cx)).unwrap();
        use_and_release(conn);
    });
}

#[test]
fn a_plain_pair_is_small() {
    let sizes = [
        size_of::<ReadHalf>(),
        size_of::<WriteHalf>(),
        size_of::<Conn>(),
    ];
    assert!(sizes[0] + sizes[1] <= 208, "{sizes:?}");
}
