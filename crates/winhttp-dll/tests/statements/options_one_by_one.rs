//! Facts 3 and the options' checklist: options one by one.

use crate::support::*;

/// Statements: facts 3.2
#[test]
fn f3_2_worker_thread_count_reads_as_0() {
    let three = Three::new();
    for handle in three.all() {
        assert_eq!(query_u32(handle, WINHTTP_OPTION_WORKER_THREAD_COUNT), Ok(0));
    }
}

/// Statements: facts 3.3, 3.4, 3.5; options 9.24
#[test]
fn f3_3_disable_feature_is_set_on_requests_only() {
    let three = Three::new();
    let option = WINHTTP_OPTION_DISABLE_FEATURE;
    for handle in [three.session(), three.connect()] {
        assert_eq!(
            set_u32(handle, option, 1),
            fails(ERROR_WINHTTP_INCORRECT_HANDLE_TYPE)
        );
    }
    for value in [
        0,
        u32::MAX,
        WINHTTP_DISABLE_COOKIES,
        WINHTTP_DISABLE_REDIRECTS,
        WINHTTP_DISABLE_AUTHENTICATION,
        WINHTTP_DISABLE_KEEP_ALIVE,
    ] {
        assert_eq!(set_u32(three.request(), option, value), Ok(()));
    }
    let mut size = 4;
    assert_eq!(
        query_option(three.request(), option, None, Some(&mut size)),
        fails(INVALID_PARAMETER)
    );
    let mut block = Block::filled(4, 0xA5);
    assert_eq!(
        query_option(three.request(), option, Some(&mut block), Some(&mut size)),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(block.u32(), 0xA5A5_A5A5);
}

/// Statements: facts 3.6, 3.7
#[test]
fn f3_6_enable_feature_takes_known_features_only() {
    let three = Three::new();
    let (request, option) = (three.request(), WINHTTP_OPTION_ENABLE_FEATURE);
    let mut block = Block::filled(4, 0xA5);
    let mut size = 4;
    assert_eq!(
        query_option(request, option, Some(&mut block), Some(&mut size)),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(block.u32(), 0xA5A5_A5A5);
    assert_eq!(
        set_option(request, option, None, 4),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        set_option(request, option, Some(&Block::of(&1_u32.to_ne_bytes())), 0),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        set_u32(request, option, WINHTTP_ENABLE_SSL_REVOCATION),
        Ok(())
    );
    assert_eq!(
        set_u32(request, option, 0xDEAD_BEEF),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        set_u32(three.session(), option, WINHTTP_ENABLE_SSL_REVOCATION),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_TYPE)
    );
}

/// Statements: options 9.37
#[test]
fn oc37_revocation_checks_are_a_request_feature() {
    let three = Three::new();
    assert_eq!(
        set_u32(
            three.session(),
            WINHTTP_OPTION_ENABLE_FEATURE,
            WINHTTP_ENABLE_SSL_REVOCATION
        ),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_TYPE)
    );
}

/// Statements: facts 3.8, 3.15; options 9.8, 9.10
#[test]
fn f3_8_counts_can_be_set_on_requests() {
    let three = Three::new();
    for (option, default) in [
        (WINHTTP_OPTION_CONNECT_RETRIES, 5),
        (WINHTTP_OPTION_MAX_HTTP_AUTOMATIC_REDIRECTS, 10),
    ] {
        assert_eq!(query_u32(three.request(), option), Ok(default));
        assert_eq!(query_u32(three.session(), option), Ok(default));
        assert_eq!(set_u32(three.request(), option, 2), Ok(()));
        assert_eq!(query_u32(three.request(), option), Ok(2));
        assert_eq!(query_u32(three.session(), option), Ok(default));
    }
}

/// Statements: facts 3.9; options 9.41
#[test]
fn f3_9_decompression_is_set_on_sessions_and_requests_and_never_read() {
    let three = Three::new();
    let option = WINHTTP_OPTION_DECOMPRESSION;
    for handle in [three.session(), three.request()] {
        assert_eq!(
            set_u32(handle, option, WINHTTP_DECOMPRESSION_FLAG_ALL),
            Ok(())
        );
        assert_eq!(set_u32(handle, option, 4), fails(INVALID_PARAMETER));
        assert_eq!(query_u32(handle, option), fails(INVALID_PARAMETER));
    }
}

/// Statements: facts 3.10
#[test]
fn f3_10_security_info_of_a_request_that_was_not_sent_is_zero() {
    let three = Three::new();
    let block = query_bytes(three.request(), WINHTTP_OPTION_SECURITY_INFO).unwrap();
    // Protocol, cipher, cipher strength.
    assert_eq!(block.bytes()[..12], [0; 12]);
}

both_modes! {
    /// Statements: facts 3.11; options 9.49
    fn f3_11_connection_info_works_once_the_request_was_sent(mode: Mode) {
        let gate = Gate::new();
        let server = Server::once({
            let gate = gate.clone();
            move |peer| {
                peer.request();
                peer.pause(&gate);
                peer.send(response("", b""));
                peer.read_to_end();
            }
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        let option = WINHTTP_OPTION_CONNECTION_INFO;
        let full = size_of::<WINHTTP_CONNECTION_INFO>();
        let ask = || {
            let mut block = Block::filled(full, 0);
            let mut size = full as u32;
            query_option(request.raw(), option, Some(&mut block), Some(&mut size)).map(|()| (block, size))
        };
        assert_eq!(code(&ask()), ERROR_WINHTTP_INCORRECT_HANDLE_STATE);
        request.send().unwrap();
        let mut size = 0;
        assert_eq!(query_option(request.raw(), option, None, Some(&mut size)), fails(INSUFFICIENT_BUFFER));
        assert_eq!(size as usize, full);
        let check = || {
            let (block, size) = ask().unwrap();
            assert_eq!((size as usize, block.u32() as usize), (full, full));
            let at = std::mem::offset_of!(WINHTTP_CONNECTION_INFO, RemoteAddress);
            let port = u16::from_be_bytes([block.bytes()[at + 2], block.bytes()[at + 3]]);
            assert_eq!(port, server.port(), "the remote port");
            assert_eq!(block.bytes()[at + 4..at + 8], [127, 0, 0, 1], "the remote address");
        };
        check();
        gate.open();
        request.receive().unwrap();
        check();
    }
}

/// Statements: facts 3.12; options 9.15, 9.16; behaviour 18.157
#[test]
fn f3_12_the_url_option_is_the_full_url() {
    let client = Client::new(Mode::Sync);
    for (host, port, object, flags, url) in [
        ("localhost", 80, "/", 0, "http://localhost/"),
        (
            "localhost",
            443,
            "/",
            WINHTTP_FLAG_SECURE,
            "https://localhost/",
        ),
        ("localhost", 443, "/", 0, "http://localhost:443/"),
        (
            "localhost",
            8080,
            "/a?b=c",
            0,
            "http://localhost:8080/a?b=c",
        ),
        ("localhost", 80, "a b", 0, "http://localhost/a%20b"),
        (
            "127.0.0.1",
            81,
            "",
            WINHTTP_FLAG_SECURE,
            "https://127.0.0.1:81/",
        ),
    ] {
        let connect = client.connect_to(host, port);
        let request = client.request(&connect, &RequestSpec::new("GET", object).flags(flags));
        assert_eq!(
            query_text(request.raw(), WINHTTP_OPTION_URL).as_deref(),
            Ok(url)
        );
    }
}

both_modes! {
    /// Statements: facts 3.12
    fn f3_12_the_url_stays_after_sending(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.get(&server, "/a?b");
        let url = Ok(format!("http://{}/a?b", server.host()));
        assert_eq!(query_text(request.raw(), WINHTTP_OPTION_URL), url);
        request.send().unwrap();
        assert_eq!(query_text(request.raw(), WINHTTP_OPTION_URL), url);
        request.receive().unwrap();
        assert_eq!(query_text(request.raw(), WINHTTP_OPTION_URL), url);
    }
}

/// Statements: facts 3.13, 3.14, 14.7; options 9.29
#[test]
fn f3_13_session_only_options() {
    let three = Three::new();
    assert_eq!(
        set_u32(
            three.session(),
            WINHTTP_OPTION_CONFIGURE_PASSPORT_AUTH,
            0x1000_0000
        ),
        Ok(())
    );
    assert_eq!(
        set_u32(
            three.session(),
            WINHTTP_OPTION_SECURE_PROTOCOLS,
            WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2
        ),
        Ok(())
    );
    assert_eq!(
        set_u32(
            three.connect(),
            WINHTTP_OPTION_SECURE_PROTOCOLS,
            WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2
        ),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_TYPE)
    );
    assert_eq!(
        set_u32(
            three.session(),
            WINHTTP_OPTION_SECURE_PROTOCOLS,
            0x1000_0000
        ),
        fails(INVALID_PARAMETER)
    );
}

/// Statements: facts 3.16; options 9.45
#[test]
fn f3_16_upgrade_to_web_socket_takes_nothing() {
    let three = Three::new();
    assert_eq!(
        set_option(
            three.request(),
            WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET,
            None,
            0
        ),
        Ok(())
    );
    assert_eq!(
        set_option(
            three.session(),
            WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET,
            None,
            0
        ),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_TYPE)
    );
}

const CREDENTIALS: [u32; 4] = [
    WINHTTP_OPTION_USERNAME,
    WINHTTP_OPTION_PASSWORD,
    WINHTTP_OPTION_PROXY_USERNAME,
    WINHTTP_OPTION_PROXY_PASSWORD,
];

/// Statements: facts 3.17
#[test]
fn f3_17_the_four_credential_options_are_independent() {
    let three = Three::new();
    let request = three.request();
    for (index, option) in CREDENTIALS.into_iter().enumerate() {
        let before = CREDENTIALS.map(|option| query_text(request, option).unwrap());
        let value = format!("value {index}");
        set_text(request, option, &value).unwrap();
        for (other, old) in CREDENTIALS.into_iter().zip(before) {
            let expected = if other == option { &value } else { &old };
            assert_eq!(&query_text(request, other).unwrap(), expected);
        }
    }
}

/// Statements: facts 3.18, 3.19
#[test]
fn f3_18_credentials_given_elsewhere_do_not_show_in_options() {
    let three = Three::new();
    // Whether they are taken is the matter of authentication's own tests.
    let _ = set_credentials(
        three.request(),
        0,
        WINHTTP_AUTH_SCHEME_BASIC,
        Some("user"),
        Some("word"),
    );
    for option in CREDENTIALS {
        assert_eq!(query_text(three.request(), option).as_deref(), Ok(""));
    }
    let session = open(None, 0, Some("user:word@proxy.test"), Some("x"), 0).unwrap();
    let connect = connect(session.raw(), Some("localhost"), 80).unwrap();
    let request = open_request(connect.raw(), &RequestSpec::new("GET", "/")).unwrap();
    for option in CREDENTIALS {
        assert_eq!(query_text(request.raw(), option).as_deref(), Ok(""));
    }
}

/// Statements: facts 3.20, 3.21
#[test]
fn f3_20_web_socket_buffer_sizes() {
    let three = Three::new();
    for (option, other) in [
        (WINHTTP_OPTION_WEB_SOCKET_RECEIVE_BUFFER_SIZE, 1_048_576),
        (WINHTTP_OPTION_WEB_SOCKET_SEND_BUFFER_SIZE, 15),
    ] {
        assert_eq!(query_u32(three.session(), option), Ok(32768));
        set_u32(three.session(), option, other).unwrap();
        assert_eq!(query_u32(three.session(), option), Ok(other));
        assert_eq!(
            query_u32(three.request(), option),
            Ok(32768),
            "taken when the request was opened"
        );
        let request = three
            .client
            .request(&three.connect, &RequestSpec::new("GET", "/"));
        assert_eq!(query_u32(request.raw(), option), Ok(other));
        set_u32(request.raw(), option, 4096).unwrap();
        assert_eq!(query_u32(request.raw(), option), Ok(4096));
        assert_eq!(query_u32(three.session(), option), Ok(other));
    }
    assert_eq!(
        query_u32(
            three.connect(),
            WINHTTP_OPTION_WEB_SOCKET_RECEIVE_BUFFER_SIZE
        ),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_TYPE)
    );
}

/// The parts of 3.23 that need no WebSocket.
/// Statements: facts 3.23
#[test]
fn f3_23_the_keep_alive_interval_belongs_to_sockets() {
    let three = Three::new();
    let option = WINHTTP_OPTION_WEB_SOCKET_KEEPALIVE_INTERVAL;
    assert_eq!(query_u32(three.session(), option), fails(INVALID_PARAMETER));
    assert_eq!(query_u32(three.request(), option), fails(INVALID_PARAMETER));
    assert_eq!(
        set_u32(three.request(), option, 20000),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_TYPE)
    );
}

/// Statements: options 9.4, 9.5, 9.6, 9.9, 9.11, 9.12
#[test]
fn oc4_defaults_of_a_session() {
    let three = Three::new();
    for (option, value) in [
        (WINHTTP_OPTION_CONNECT_TIMEOUT, 60000),
        (WINHTTP_OPTION_SEND_TIMEOUT, 30000),
        (WINHTTP_OPTION_RECEIVE_TIMEOUT, 30000),
        (WINHTTP_OPTION_RESOLVE_TIMEOUT, u32::MAX),
        (WINHTTP_OPTION_MAX_CONNS_PER_SERVER, u32::MAX),
        (WINHTTP_OPTION_MAX_CONNS_PER_1_0_SERVER, u32::MAX),
        (WINHTTP_OPTION_MAX_HTTP_STATUS_CONTINUE, 10),
        (WINHTTP_OPTION_MAX_RESPONSE_HEADER_SIZE, 65536),
        (WINHTTP_OPTION_MAX_RESPONSE_DRAIN_SIZE, 1_048_576),
    ] {
        assert_eq!(
            query_u32(three.session(), option),
            Ok(value),
            "option {option}"
        );
    }
    set_u32(three.session(), WINHTTP_OPTION_MAX_CONNS_PER_SERVER, 0).unwrap();
    assert_eq!(
        query_u32(three.session(), WINHTTP_OPTION_MAX_CONNS_PER_SERVER),
        Ok(2)
    );
}

/// Statements: options 9.19
#[test]
fn oc19_a_context_of_4_bytes_is_refused() {
    let three = Three::new();
    let block = Block::filled(8, 0);
    let outcome = set_option(
        three.request(),
        WINHTTP_OPTION_CONTEXT_VALUE,
        Some(&block),
        4,
    );
    // README 4: 122 is the general answer to a wrong size; the options file says 87.
    assert!(
        [INVALID_PARAMETER, INSUFFICIENT_BUFFER].contains(&code(&outcome)),
        "{outcome:?}"
    );
}

both_modes! {
    /// Statements: options 9.22, 9.23; behaviour 18.59; functions 10.6
    fn oc22_the_agent_is_read_set_and_sent(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::with_agent(mode, Some("first/1.0"));
        let session = client.session.raw();
        assert_eq!(query_text(session, WINHTTP_OPTION_USER_AGENT).as_deref(), Ok("first/1.0"));
        client.fetch(&server, "/");
        set_text(session, WINHTTP_OPTION_USER_AGENT, "second").unwrap();
        assert_eq!(query_text(session, WINHTTP_OPTION_USER_AGENT).as_deref(), Ok("second"));
        client.fetch(&server, "/");
        let request = client.get(&server, "/");
        request.add("User-Agent: own", WINHTTP_ADDREQ_FLAG_ADD).unwrap();
        request.exchange();
        request.body();
        Client::new(mode).fetch(&server, "/");
        let agents: Vec<_> = server.requests().iter().map(|request| request.header("User-Agent")).collect();
        assert_eq!(agents, [Some("first/1.0".into()), Some("second".into()), Some("own".into()), None]);
    }
}

/// Statements: options 9.40, 9.46, 9.48
#[test]
fn oc40_values_out_of_range_are_87() {
    let three = Three::new();
    for (handle, option, bad, good) in [
        (three.request(), WINHTTP_OPTION_AUTOLOGON_POLICY, 4, 3),
        (three.session(), WINHTTP_OPTION_HTTP2_KEEPALIVE, 4999, 5000),
        (three.session(), WINHTTP_OPTION_ENABLE_HTTP_PROTOCOL, 4, 3),
    ] {
        assert_eq!(
            set_u32(handle, option, bad),
            fails(INVALID_PARAMETER),
            "option {option}"
        );
        assert_eq!(set_u32(handle, option, good), Ok(()), "option {option}");
    }
}

/// Statements: options 9.50, 9.52, 9.53
#[test]
fn oc50_options_of_the_process() {
    let block = query_bytes(0, WINHTTP_OPTION_HTTP_VERSION).unwrap();
    assert_eq!(
        block.bytes(),
        [1_u32.to_ne_bytes(), 1_u32.to_ne_bytes()].concat()
    );
    assert!(query_u32(0, WINHTTP_OPTION_EXTENDED_ERROR).is_ok());
    let mut block = Block::of(&44_u32.to_ne_bytes());
    let mut size = 4;
    assert_eq!(
        query_option(
            0,
            WINHTTP_OPTION_FEATURE_SUPPORTED,
            Some(&mut block),
            Some(&mut size)
        ),
        Ok(())
    );
}

/// Statements: functions 10.5; options 9.30
#[test]
fn fc5_secure_defaults_make_an_asynchronous_session() {
    let session = open(None, 1, None, None, WINHTTP_FLAG_SECURE_DEFAULTS).unwrap();
    assert_eq!(
        set_u32(
            session.raw(),
            WINHTTP_OPTION_SECURE_PROTOCOLS,
            WINHTTP_FLAG_SECURE_PROTOCOL_TLS1
        ),
        fails(5)
    );
    assert_eq!(
        set_u32(
            session.raw(),
            WINHTTP_OPTION_SECURE_PROTOCOLS,
            WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2
        ),
        Ok(())
    );
    let recorder = Recorder::new();
    set_status_callback(session.raw(), recorder.callback(), u32::MAX).unwrap();
    let server = Server::answering(response("", b""));
    let connect = connect(session.raw(), Some("127.0.0.1"), server.port()).unwrap();
    let request = open_request(connect.raw(), &RequestSpec::new("GET", "/")).unwrap();
    send_request(request.raw(), None, 0, None, 0, 0).unwrap();
    recorder.wait(WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE);
    receive_response(request.raw()).unwrap();
    recorder.wait(WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE);
}
