//! What each notification brings: pointer, length, contents (options 4, functions 0.5).

use winhttp_testkit::tls::{self, Identity};

use crate::support::*;

fn bare(event: &winhttp_testkit::Event) {
    assert_eq!(
        (&event.info, event.length),
        (&Info::None, 0),
        "{}",
        event.name()
    );
}

/// Strings come with their length in bytes and the NUL; lengths and counts are DWORDs.
/// Statements: behaviour 18.5, 18.7, 18.33, 18.34, 18.35, 18.66; facts 20.10
#[test]
fn every_notification_of_a_post_brings_what_it_should() {
    const INTERMEDIATE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
    let answer = response("Connection: close\r\n", b"the body");
    let received = INTERMEDIATE.len() + answer.len();
    let server = Server::every(move |_, peer| {
        peer.whole_request();
        peer.send([INTERMEDIATE.as_bytes(), &answer].concat());
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let connect = client.connect_to("127.0.0.1", server.port());
    let request = client.request(&connect, &RequestSpec::new("POST", "/"));
    request.send_with(None, b"12", 4).unwrap();
    assert_eq!(request.write(b"34"), Ok(2));
    request.receive().unwrap();
    assert_eq!(request.available(), Ok(8));
    let buffer = lasting(vec![0; 20]);
    let address = buffer.as_ptr() as usize;
    read_data(request.raw(), buffer, None).unwrap();
    wait_for(&client.recorder, request.raw(), READ_COMPLETE);
    let raw = request.raw();
    request.close();

    let head = server.request(0).head.len() as u32;
    let mut seen = Vec::new();
    for event in events_of(&client.recorder, raw) {
        seen.push(event.status);
        match event.status {
            HANDLE_CREATED | HANDLE_CLOSING => {
                assert_eq!(event.info, Info::Handle(raw));
                assert_eq!(event.length as usize, size_of::<usize>());
            }
            RESOLVING_NAME | NAME_RESOLVED | CONNECTING_TO_SERVER | CONNECTED_TO_SERVER => {
                assert_eq!(event.text(), "127.0.0.1", "{}", event.name());
                assert_eq!(event.length, 20, "{}: bytes with NUL", event.name());
            }
            REQUEST_SENT => {
                assert_eq!((event.number(), event.length), (head + 2, 4));
            }
            INTERMEDIATE_RESPONSE => assert_eq!((event.number(), event.length), (100, 4)),
            RESPONSE_RECEIVED => {
                // What came with one receive.
                assert_eq!(event.length, 4);
                assert!((1..=received as u32).contains(&event.number()), "{event:?}");
            }
            WRITE_COMPLETE => assert_eq!((event.number(), event.length), (2, 4)),
            DATA_AVAILABLE => assert_eq!((event.number(), event.length), (8, 4)),
            READ_COMPLETE => {
                assert_eq!(event.info, Info::Data(b"the body".to_vec()));
                assert_eq!((event.address, event.length), (address, 8));
            }
            SENDREQUEST_COMPLETE => assert_eq!(event.length, 0),
            _ => bare(&event),
        }
    }
    for status in [
        SENDING_REQUEST,
        REQUEST_SENT,
        SENDREQUEST_COMPLETE,
        WRITE_COMPLETE,
        RECEIVING_RESPONSE,
        INTERMEDIATE_RESPONSE,
        RESPONSE_RECEIVED,
        HEADERS_AVAILABLE,
        DATA_AVAILABLE,
        CLOSING_CONNECTION,
        CONNECTION_CLOSED,
        READ_COMPLETE,
        HANDLE_CLOSING,
    ] {
        assert!(seen.contains(&status), "{status:#x} is missing");
    }
}

both_modes! {
    /// Statements: behaviour 18.33, 18.34
    fn bc34_request_sent_counts_head_and_optional_data(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.whole_request();
            peer.send(response("", b""));
            peer.whole_request();
            peer.send(response("", b"body"));
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        for body in [&b"0123456789"[..], b""] {
            let mark = client.recorder.mark();
            request.send_body(body).unwrap();
            let sent = client.recorder.wait_from(mark, |event| event.status == REQUEST_SENT);
            request.receive().unwrap();
            let head = server.requests().pop().unwrap().head;
            assert_eq!(sent.number() as usize, head.len() + body.len());
        }
    }

    /// All at once, so that one receive gets it all.
    /// Statements: behaviour 18.30
    fn response_received_counts_bytes(mode: Mode) {
        let sent = Gate::new();
        let answer = response("", b"some body");
        let length = answer.len() as u32;
        let server = Server::every({
            let sent = sent.clone();
            move |_, peer| {
                peer.request();
                peer.send(&answer);
                sent.open();
                peer.read_to_end();
            }
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.send().unwrap();
        sent.pass();
        request.receive().unwrap();
        assert_eq!(client.recorder.wait(RESPONSE_RECEIVED).number(), length);
    }

    /// The name in RESOLVING_NAME is the one of WinHttpConnect, address texts are bare literals.
    /// Statements: behaviour 18.32, 18.33
    fn bc32_ipv6_literals_are_notified_without_brackets(mode: Mode) {
        if std::net::TcpListener::bind("[::1]:0").is_err() {
            println!("left out: there is no IPv6 here");
            return;
        }
        let server = Server::builder().at("[::1]:0".parse().unwrap()).every(|_, peer| {
            while peer.next_request().is_some() {
                peer.send(response("", b""));
            }
        });
        let client = Client::new(mode);
        let connect = client.connect_to("[::1]", server.port());
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        request.exchange();
        for status in [RESOLVING_NAME, NAME_RESOLVED, CONNECTING_TO_SERVER, CONNECTED_TO_SERVER] {
            for event in client.recorder.of(status) {
                assert_eq!((event.text(), event.length), ("::1", 8), "{}", event.name());
            }
        }
        assert_eq!(client.recorder.count(CONNECTED_TO_SERVER), 1);
    }

    /// Statements: facts 14.11; behaviour 18.107, 18.108, 18.112
    fn f14_11_secure_failure_brings_flags(mode: Mode) {
        let server = Server::builder()
            .tls(tls::server(Identity::wrong_host()))
            .every(|_, peer| peer.expect_end());
        let client = Client::new(mode);
        let request = client.open(&server, &RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_SECURE));
        assert_eq!(request.send(), fails(ERROR_WINHTTP_SECURE_FAILURE));
        let event = client.recorder.wait(SECURE_FAILURE);
        assert_eq!((event.number(), event.length), (0x10, 4));
        let events = events_of(&client.recorder, request.raw());
        let last = names(&events);
        let wanted = match mode {
            Mode::Sync => "SECURE_FAILURE",
            Mode::Async => "SECURE_FAILURE REQUEST_ERROR",
        };
        assert!(last.join(" ").ends_with(wanted), "{last:?}");
        assert_eq!(client.recorder.count(SENDING_REQUEST), 0);
    }
}

/// DATA_AVAILABLE and READ_COMPLETE at the end of a body, again and again.
/// Statements: facts 20.10; functions 10.31; behaviour 18.42, 18.43
#[test]
fn f20_10_the_end_is_0() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.exchange();
    request.body();
    for _ in 0..3 {
        let mark = client.recorder.mark();
        assert_eq!(request.available(), Ok(0));
        assert_eq!(request.read(10), Ok(Vec::new()));
        let events = client.recorder.events().split_off(mark);
        assert_eq!(names(&events), ["DATA_AVAILABLE", "READ_COMPLETE"]);
        assert_eq!((events[0].number(), events[0].length), (0, 4));
        assert_eq!(events[1].length, 0);
        assert_ne!(events[1].address, 0, "the caller's buffer");
    }
}

/// A read of 0 bytes completes with 0, whatever there is to read.
/// Statements: facts 20.10
#[test]
fn a_read_of_0_bytes_completes_with_0() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.exchange();
    assert_eq!(request.read(0), Ok(Vec::new()));
    assert_eq!(request.body(), b"body");
}
