//! The server does what its scripts say.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use winhttp_testkit::{Gate, Server, response, script, tls};

fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address()).expect("the server listens")
}

#[test]
fn requests_are_recorded_and_answered() {
    let server = Server::answering(response("X: y\r\n", b"body"));
    let mut socket = connect(&server);
    let mut got = vec![0; response("X: y\r\n", b"body").len()];
    for object in ["/a", "/b"] {
        write!(socket, "GET {object} HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
        socket.read_exact(&mut got).unwrap();
        assert_eq!(got, response("X: y\r\n", b"body"));
    }
    assert_eq!(server.connections(), 1);
    assert_eq!(server.request(1).line(), "GET /b HTTP/1.1");
    assert_eq!(server.request(1).header("host").as_deref(), Some("h"));
    drop(socket);
    server.finish();
}

#[test]
fn bodies_are_recorded_with_their_request() {
    let server = Server::once(|peer| {
        let request = peer.whole_request();
        assert_eq!(request.body, b"abc");
        peer.send("x");
        peer.expect_end();
    });
    let mut socket = connect(&server);
    socket
        .write_all(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")
        .unwrap();
    assert_eq!(socket.read(&mut [0; 1]).unwrap(), 1);
    drop(socket);
    assert_eq!(server.request(0).body, b"abc");
    server.finish();
}

#[test]
fn pauses_resets_and_half_closes() {
    let gate = Gate::new();
    let server = Server::scripts(vec![
        script({
            let gate = gate.clone();
            move |peer| {
                peer.send_split("abc", 1, &gate);
                peer.half_close();
                assert_eq!(peer.read_to_end(), b"late");
            }
        }),
        script(|peer| peer.reset()),
    ]);
    let mut first = connect(&server);
    assert_eq!(first.read(&mut [0; 8]).unwrap(), 1);
    gate.open();
    let mut rest = Vec::new();
    first.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"bc");
    first.write_all(b"late").unwrap();
    first.shutdown(Shutdown::Write).unwrap();
    let mut second = connect(&server);
    let error = second.read(&mut [0; 8]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    server.finish();
}

#[test]
#[should_panic(expected = "is one too many")]
fn a_connection_too_many_is_a_failure() {
    let server = Server::scripts(Vec::new());
    // The end shows that the connection was counted.
    assert_eq!(connect(&server).read(&mut [0; 1]).unwrap(), 0);
    server.finish();
}

#[test]
#[should_panic(expected = "closed after 0 of 5 bytes")]
fn a_script_that_fails_fails_the_test() {
    let server = Server::once(|peer| {
        peer.read(5);
    });
    drop(connect(&server));
    server.finish();
}

#[test]
fn a_client_without_tls_fails_the_handshake() {
    let server = Server::builder()
        .tls(tls::server(tls::Identity::good()))
        .once(|_| panic!("no script runs"));
    let mut socket = connect(&server);
    socket.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    socket.read_to_end(&mut Vec::new()).ok();
    assert_eq!(server.handshake_failures().len(), 1);
    server.finish();
}
