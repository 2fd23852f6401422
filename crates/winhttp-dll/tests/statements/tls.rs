//! Facts 14, behaviour 18.107 to 18.115: TLS.

use crate::support::*;

use winhttp_testkit::tls::{self, ClientCertificates, Identity, ServerOptions};

const FAILURE: u32 = WINHTTP_CALLBACK_STATUS_SECURE_FAILURE;

static TLS12: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];
static TLS13: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// A TLS server that answers each request with "body".
fn server(identity: Identity) -> Server {
    server_with(identity, ServerOptions::default())
}

fn server_with(identity: Identity, options: ServerOptions) -> Server {
    Server::builder()
        .tls(tls::server_with(identity, options))
        .every(|_, peer| peer.answer_all(&response("", b"body")))
}

fn get() -> RequestSpec<'static> {
    RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_SECURE)
}

both_modes! {
    /// By name and by address; kept connections too.
    /// Statements: options 9.32; facts 9.1
    fn f14_a_secure_request_is_answered(mode: Mode) {
        let server = server(Identity::good());
        let client = Client::new(mode);
        for host in ["127.0.0.1", "localhost", "127.0.0.1"] {
            let connect = client.connect_to(host, server.port());
            let request = client.request(&connect, &get());
            request.exchange();
            assert_eq!(request.status(), 200);
            assert_eq!(request.body(), b"body");
            // README 43: the flags of a TLS request contain SECURITY_FLAG_SECURE.
            let flags = query_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS).unwrap();
            assert_eq!(flags & SECURITY_FLAG_SECURE, SECURITY_FLAG_SECURE);
            assert_eq!(flags & SECURITY_FLAG_STRENGTH_STRONG, SECURITY_FLAG_STRENGTH_STRONG);
        }
        assert_eq!(server.connections(), 2, "one for each name");
        assert_eq!(server.handshake_failures(), [""; 0]);
        assert_eq!(server.request(0).line(), "GET / HTTP/1.1");
    }

    /// A request without the secure flag speaks plain HTTP, whatever the port. The address is one of loopback's others, so
    /// that port 443 is free there.
    /// Statements: facts 14.1
    fn f14_1_port_443_without_the_flag_is_plain_http(mode: Mode) {
        let address = match mode {
            Mode::Sync => [127, 4, 4, 3],
            Mode::Async => [127, 4, 4, 4],
        };
        if std::net::TcpListener::bind(std::net::SocketAddr::from((address, 443))).is_err() {
            println!("left out: port 443 of {address:?} cannot be listened at");
            return;
        }
        let bad = "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad";
        let server = Server::builder().at((address, 443).into()).every(|_, peer| peer.answer_all(bad.as_bytes()));
        let client = Client::new(mode);
        let connect = client.connect_to(&server.address().ip().to_string(), 443);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        request.exchange();
        assert_eq!(request.status(), 400);
        assert_eq!(request.body(), b"bad");
        assert_eq!(server.request(0).header("Host"), Some(server.host()));
    }

    /// The flags in the notification, 12175 from WinHttpSendRequest, and no byte of HTTP.
    /// Statements: facts 14.10, 14.11; behaviour 18.107, 18.108, 18.112
    fn bc107_certificate_errors_fail_the_send(mode: Mode) {
        for (identity, flags) in [
            (Identity::untrusted(), 0x8),
            (Identity::self_signed(), 0x8),
            (Identity::wrong_host(), 0x10),
            (Identity::expired(), 0x20),
            (Identity::not_yet_valid(), 0x20),
            (Identity::wrong_usage(), 0x40),
            (Identity::untrusted_and_wrong_host(), 0x18),
            (Identity::expired_and_wrong_host(), 0x30),
        ] {
            let server = server(identity);
            let client = Client::new(mode);
            let request = client.open(&server, &get());
            assert_eq!(request.send(), fails(ERROR_WINHTTP_SECURE_FAILURE), "{flags:#x}");
            let told = client.recorder.of(FAILURE);
            assert_eq!(told.len(), 1);
            assert_eq!((told[0].number(), told[0].length), (flags, 4));
            assert_eq!(client.recorder.count(WINHTTP_CALLBACK_STATUS_SENDING_REQUEST), 0);
            request.close();
            assert_eq!(server.requests().len(), 0);
        }
    }

    /// The bits that fit make it succeed without a notification; bits that do not fit do not help.
    /// Statements: behaviour 18.109; facts 14.4; options 9.31
    fn bc109_ignored_errors_are_neither_told_nor_fatal(mode: Mode) {
        for (identity, ignore) in [
            (Identity::untrusted_and_wrong_host(), SECURITY_FLAG_IGNORE_UNKNOWN_CA | SECURITY_FLAG_IGNORE_CERT_CN_INVALID),
            (Identity::expired(), SECURITY_FLAG_IGNORE_CERT_DATE_INVALID),
            (Identity::wrong_usage(), SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE),
            (Identity::self_signed(), SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS),
        ] {
            let server = server(identity);
            let client = Client::new(mode);
            let wrong = client.open(&server, &get());
            set_u32(wrong.raw(), WINHTTP_OPTION_SECURITY_FLAGS, SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS & !ignore).unwrap();
            if ignore != SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS {
                assert_eq!(wrong.send(), fails(ERROR_WINHTTP_SECURE_FAILURE));
                assert_eq!(client.recorder.count(FAILURE), 1);
            }
            let before = client.recorder.count(FAILURE);
            let request = client.open(&server, &get());
            set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, ignore).unwrap();
            request.exchange();
            assert_eq!(request.body(), b"body");
            assert_eq!(client.recorder.count(FAILURE), before);
            request.close();

            // The kept connection is not for requests that do not ignore this.
            let strict = client.open(&server, &get());
            assert_eq!(strict.send(), fails(ERROR_WINHTTP_SECURE_FAILURE));
        }
    }

    /// Statements: behaviour 18.110; facts 7.8
    fn bc110_after_12175_the_request_can_be_sent_with_flags(mode: Mode) {
        let server = server(Identity::untrusted());
        let client = Client::new(mode);
        let request = client.open(&server, &get());
        assert_eq!(request.send(), fails(ERROR_WINHTTP_SECURE_FAILURE));
        set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, SECURITY_FLAG_IGNORE_UNKNOWN_CA).unwrap();
        request.exchange();
        assert_eq!(request.body(), b"body");
    }

    /// The porting page says 12017 here; README 12 decides for 12019, as after every other send that failed (facts 4.11).
    /// Statements: behaviour 18.111
    fn bc111_receiving_after_12175_fails(mode: Mode) {
        let server = server(Identity::untrusted());
        let client = Client::new(mode);
        let request = client.open(&server, &get());
        assert_eq!(request.send(), fails(ERROR_WINHTTP_SECURE_FAILURE));
        assert_eq!(request.receive(), fails(ERROR_WINHTTP_INCORRECT_HANDLE_STATE));
    }

    /// Garbage, an end and no common version instead of a handshake.
    /// Statements: facts 14.10; behaviour 18.115; options 9.29
    fn f14_10_no_tls_is_an_error_of_the_send(mode: Mode) {
        let garbage = Server::every(|_, peer| {
            peer.send("this is no TLS\r\n\r\n".repeat(10));
            peer.read_to_end();
        });
        let closing = Server::every(|_, peer| peer.close());
        let only_1_2 = server_with(Identity::good(), ServerOptions { versions: TLS12, ..ServerOptions::default() });
        let client = Client::new(mode);
        for server in [&garbage, &closing] {
            let request = client.open(server, &get());
            let outcome = request.send();
            assert!([12175, 12157, 12029, 12030, 12002].contains(&code(&outcome)), "{outcome:?}");
        }
        // Without TLS 1.3 it works, with nothing but TLS 1.3 it does not.
        let request = client.open(&only_1_2, &get());
        request.exchange();
        request.close();
        let client = Client::new(mode);
        set_u32(client.session.raw(), WINHTTP_OPTION_SECURE_PROTOCOLS, WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3).unwrap();
        let request = client.open(&only_1_2, &get());
        let outcome = request.send();
        assert!([12175, 12157].contains(&code(&outcome)), "{outcome:?}");
        // Protocols that this implementation does not have.
        let client = Client::new(mode);
        set_u32(client.session.raw(), WINHTTP_OPTION_SECURE_PROTOCOLS, WINHTTP_FLAG_SECURE_PROTOCOL_TLS1).unwrap();
        let request = client.open(&only_1_2, &get());
        let outcome = request.send();
        assert!([12175, 12157].contains(&code(&outcome)), "{outcome:?}");
    }

    /// Asked for a client certificate that is not there: 12044, from the send or the receive (TLS 1.3 and 1.2 differ in when
    /// it is known); with "none" said explicitly it goes on, and a server that insists ends it.
    /// Statements: facts 14.8; behaviour 18.114; options 9.36
    fn f14_8_a_client_certificate_is_asked_for(mode: Mode) {
        for versions in [TLS12, TLS13] {
            let optional = server_with(Identity::good(), ServerOptions { versions, clients: ClientCertificates::Optional, ..ServerOptions::default() });
            let client = Client::new(mode);
            let request = client.open(&optional, &get());
            assert_eq!(request.send().and_then(|()| request.receive()), fails(ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED));
            set_option(request.raw(), WINHTTP_OPTION_CLIENT_CERT_CONTEXT, None, 0).unwrap();
            request.exchange();
            assert_eq!(request.body(), b"body");
            request.close();

            let required = server_with(Identity::good(), ServerOptions { versions, clients: ClientCertificates::Required, ..ServerOptions::default() });
            let request = client.open(&required, &get());
            set_option(request.raw(), WINHTTP_OPTION_CLIENT_CERT_CONTEXT, None, 0).unwrap();
            let outcome = request.send().and_then(|()| request.receive());
            assert!([12175, 12157, 12030, 12044].contains(&code(&outcome)), "{outcome:?}");
            assert_eq!(required.requests().len(), 0);
        }
    }

    /// Statements: facts 8.12
    fn f8_12_a_secure_page_is_read_in_small_steps(mode: Mode) {
        const LENGTH: usize = 8000;
        let server = Server::builder().tls(tls::server(Identity::good())).every(|_, peer| peer.answer_all(&response("", &[b'x'; LENGTH])));
        let client = Client::new(mode);
        let request = client.open(&server, &get());
        request.exchange();
        let announced = request.available().unwrap() as usize;
        assert!(announced > 2014 && announced <= LENGTH, "{announced}");
        let mut sum = 0;
        loop {
            let part = request.read(32).unwrap();
            if part.is_empty() {
                break;
            }
            sum += part.len();
        }
        assert_eq!(sum, LENGTH);
    }

    /// Handshake, response and body in records cut into single bytes.
    fn f14_records_cut_anywhere(mode: Mode) {
        let server = Server::builder().tls(tls::server(Identity::good())).in_pieces_of(1).every(|_, peer| peer.answer_all(&response("", &[b'x'; 500])));
        let client = Client::new(mode);
        for _ in 0..2 {
            let request = client.open(&server, &get());
            request.exchange();
            assert_eq!(request.body(), [b'x'; 500]);
            request.close();
        }
        assert_eq!(server.connections(), 1);
    }

    /// An end of TCP without close_notify ends a body without length.
    /// Statements: facts 8.5
    fn f8_5_an_end_without_close_notify_is_an_end(mode: Mode) {
        let server = Server::builder().tls(tls::server(Identity::good())).every(|_, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\n\r\nbody");
            peer.cut();
        });
        let client = Client::new(mode);
        let request = client.open(&server, &get());
        request.exchange();
        assert_eq!(request.body(), b"body");
    }
}
