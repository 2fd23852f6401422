//! Facts 1: WinHttpOpen, WinHttpConnect, WinHttpOpenRequest, WinHttpCloseHandle, inheritance.

use crate::support::*;

/// The wrappers demand last error 0 after each success; here each of the four is called once.
/// Statements: facts 1.1, 1.2, 1.9; functions 10.1
#[test]
fn f1_1_success_sets_the_last_error_to_0() {
    let session = open(Some("agent"), WINHTTP_ACCESS_TYPE_NO_PROXY, None, None, 0).unwrap();
    let connect = connect(session.raw(), Some("localhost"), 80).unwrap();
    let request = open_request(connect.raw(), &RequestSpec::new("GET", "/")).unwrap();
    assert_eq!(query_u32(session.raw(), WINHTTP_OPTION_HANDLE_TYPE), Ok(1));
    request.close();
    connect.close();
    session.close();
}

/// Statements: facts 1.2
#[test]
fn f1_2_open_takes_null_and_proxy_strings_with_default_proxy() {
    open(None, WINHTTP_ACCESS_TYPE_DEFAULT_PROXY, None, None, 0)
        .unwrap()
        .close();
    open(None, WINHTTP_ACCESS_TYPE_NO_PROXY, None, None, 0)
        .unwrap()
        .close();
    let access = WINHTTP_ACCESS_TYPE_DEFAULT_PROXY;
    open(
        Some("a"),
        access,
        Some("name:pass@proxy.test:80"),
        Some("bypass.test"),
        0,
    )
    .unwrap()
    .close();
}

/// Statements: functions 10.2, 10.3, 10.4
#[test]
fn fc2_wrong_access_types_and_flags_are_87() {
    for access in [2, 5, 0x8000_0000] {
        assert_eq!(
            code(&open(None, access, None, None, 0)),
            INVALID_PARAMETER,
            "access type {access}"
        );
    }
    let named = WINHTTP_ACCESS_TYPE_NAMED_PROXY;
    assert_eq!(code(&open(None, named, None, None, 0)), INVALID_PARAMETER);
    assert_eq!(
        code(&open(None, named, None, Some("*.test"), 0)),
        INVALID_PARAMETER
    );
    for flags in [1, 0x0800_0000, 0x4000_0000, 0x8000_0000] {
        assert_eq!(
            code(&open(None, 1, None, None, flags)),
            INVALID_PARAMETER,
            "flags {flags:#x}"
        );
    }
}

/// Statements: facts 1.3; functions 10.8, 10.10
#[test]
fn f1_3_connect_checks_its_parameters() {
    let three = Three::new();
    assert_eq!(code(&connect(three.session(), None, 80)), INVALID_PARAMETER);
    assert_eq!(
        code(&connect_reserved(three.session(), Some("localhost"), 80, 1)),
        INVALID_PARAMETER
    );
    assert_eq!(code(&connect(0, Some("localhost"), 80)), INVALID_HANDLE);
    assert_eq!(
        code(&connect(three.connect(), Some("localhost"), 80)),
        ERROR_WINHTTP_INCORRECT_HANDLE_TYPE
    );
    assert_eq!(
        code(&connect(three.request(), Some("localhost"), 80)),
        ERROR_WINHTTP_INCORRECT_HANDLE_TYPE
    );
    // Functions 1, UNSPECIFIED: an empty name.
    assert_eq!(
        code(&connect(three.session(), Some(""), 80)),
        ERROR_WINHTTP_INVALID_URL
    );
}

/// Statements: facts 1.4; functions 10.9
#[test]
fn f1_4_connect_neither_resolves_nor_connects() {
    let server = Server::scripts(Vec::new());
    let client = Client::new(Mode::Sync);
    connect(client.session.raw(), Some("no-such-host.invalid"), 0)
        .unwrap()
        .close();
    client.connect(&server).close();
    assert_eq!(server.connections(), 0);
}

/// The port shows in the URL: it is absent when it is the scheme's own.
/// Statements: facts 1.5; functions 10.11
#[test]
fn f1_5_port_0_is_the_default_of_the_scheme() {
    let client = Client::new(Mode::Sync);
    let connect = client.connect_to("localhost", 0);
    let plain = client.request(&connect, &RequestSpec::new("GET", "/"));
    let secure = client.request(
        &connect,
        &RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_SECURE),
    );
    assert_eq!(
        query_text(plain.raw(), WINHTTP_OPTION_URL).as_deref(),
        Ok("http://localhost/")
    );
    assert_eq!(
        query_text(secure.raw(), WINHTTP_OPTION_URL).as_deref(),
        Ok("https://localhost/")
    );
}

/// Statements: functions 10.12
#[test]
fn fc12_open_request_wants_a_connection() {
    let three = Three::new();
    let spec = RequestSpec::new("GET", "/");
    assert_eq!(
        code(&open_request(three.session(), &spec)),
        ERROR_WINHTTP_INCORRECT_HANDLE_TYPE
    );
    assert_eq!(
        code(&open_request(three.request(), &spec)),
        ERROR_WINHTTP_INCORRECT_HANDLE_TYPE
    );
    assert_eq!(code(&open_request(0, &spec)), INVALID_HANDLE);
    assert_eq!(
        code(&open_request(three.connect(), &spec.flags(0x4000_0000))),
        INVALID_PARAMETER
    );
}

both_modes! {
    /// NULL or empty verb, object and version: `GET / HTTP/1.1`; no Referer, no Accept.
    /// Statements: facts 1.6, 1.8, 24.1; functions 10.13
    fn f1_6_null_and_empty_parameters_are_a_get_of_the_root(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let empty = RequestSpec { verb: Some(""), object: Some(""), version: Some(""), ..RequestSpec::default() };
        for spec in [RequestSpec::default(), empty] {
            let request = client.open(&server, &spec);
            request.exchange();
            assert_eq!(request.status(), 200);
            request.close();
        }
        for request in server.requests() {
            assert_eq!(request.line(), "GET / HTTP/1.1");
            assert_eq!(request.header("Referer"), None);
            assert_eq!(request.header("Accept"), None);
        }
    }

    /// Statements: facts 1.7
    fn f1_7_a_missing_leading_slash_is_added(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        client.fetch(&server, "a/b");
        assert_eq!(server.request(0).line(), "GET /a/b HTTP/1.1");
    }

    /// Statements: functions 10.14
    fn fc14_accept_types_make_one_header(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let types = ["text/html", "image/*;q=0.5"];
        let spec = RequestSpec { accept: Some(&types), referrer: Some("http://from.test/"), ..RequestSpec::default() };
        client.open(&server, &spec).exchange();
        let request = server.request(0);
        assert_eq!(request.header("Accept").unwrap().replace(' ', ""), "text/html,image/*;q=0.5");
        assert_eq!(request.header("Referer").as_deref(), Some("http://from.test/"));
    }

    /// Statements: functions 10.15
    fn fc15_refresh_adds_pragma_and_cache_control(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        client.open(&server, &RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_REFRESH)).exchange();
        let request = server.request(0);
        assert_eq!(request.header("Pragma").as_deref(), Some("no-cache"));
        assert_eq!(request.header("Cache-Control").as_deref(), Some("no-cache"));
    }
}

/// Statements: facts 1.9; functions 10.16
#[test]
fn f1_9_a_handle_closes_once() {
    let three = Three::new();
    let (request, recorder) = (three.request(), three.client.recorder.clone());
    three.request.close();
    assert_eq!(close(request), fails(INVALID_HANDLE));
    assert_eq!(close(request), fails(INVALID_HANDLE));
    assert_eq!(recorder.count(WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING), 1);
    assert_eq!(close(0), fails(INVALID_HANDLE));
    assert_eq!(close(0xDEAD_BEEF), fails(INVALID_HANDLE));
    assert_eq!(close(usize::MAX), fails(INVALID_HANDLE));
}

/// Statements: facts 1.10
#[test]
fn f1_10_a_closed_handle_is_invalid_and_outputs_stay() {
    let three = Three::new();
    let request = three.request();
    three.request.close();
    let mut available = 0xA5A5;
    assert_eq!(
        query_data_available(request, Some(&mut available)),
        fails(INVALID_HANDLE)
    );
    assert_eq!(available, 0xA5A5);
    assert_eq!(receive_response(request), fails(INVALID_HANDLE));
    assert_eq!(
        send_request(request, None, 0, None, 0, 0),
        fails(INVALID_HANDLE)
    );
    assert_eq!(
        query_u32(request, WINHTTP_OPTION_HANDLE_TYPE),
        fails(INVALID_HANDLE)
    );
    assert_eq!(
        set_u32(request, WINHTTP_OPTION_CONNECT_RETRIES, 1),
        fails(INVALID_HANDLE)
    );
    assert_eq!(
        add_headers(request, "a: b", WINHTTP_ADDREQ_FLAG_ADD),
        fails(INVALID_HANDLE)
    );
    assert_eq!(
        header(request, REQUEST_CUSTOM, Some("a")),
        fails(INVALID_HANDLE)
    );
    assert_eq!(set_timeouts(request, 0, 0, 0, 0), fails(INVALID_HANDLE));
}

/// Statements: facts 1.11, 11.1
#[test]
fn f1_11_null_handles_are_6_whatever_else_is_given() {
    use std::ptr::null_mut;
    use winhttp_testkit::raw;
    let mut out = [0xA5A5; 3];
    let [supported, first, target] = &mut out;
    // SAFETY: the outputs are valid or NULL.
    unsafe {
        assert_eq!(
            raw::WinHttpQueryAuthSchemes(null_mut(), supported, first, target),
            0
        );
        assert_eq!(last_error(), INVALID_HANDLE);
        assert_eq!(
            raw::WinHttpQueryAuthSchemes(null_mut(), null_mut(), null_mut(), null_mut()),
            0
        );
        assert_eq!(last_error(), INVALID_HANDLE);
        assert_eq!(
            raw::WinHttpGetProxyForUrl(null_mut(), std::ptr::null(), null_mut(), null_mut()),
            0
        );
        assert_eq!(last_error(), INVALID_HANDLE);
    }
    assert_eq!(out, [0xA5A5; 3]);
}

both_modes! {
    /// A request whose connection and session handles are closed still answers, sends and receives.
    /// Statements: facts 1.12; behaviour 18.1
    fn f1_12_requests_outlive_their_connection_and_session(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        let connect = client.connect(&server);
        let request = client.request(&connect, &RequestSpec::new("GET", "/x"));
        let Client { session, recorder, .. } = client;
        connect.close();
        session.close();
        assert_eq!(query_u32(request.raw(), WINHTTP_OPTION_HANDLE_TYPE), Ok(3));
        assert_eq!(query_u32(request.raw(), WINHTTP_OPTION_SEND_TIMEOUT), Ok(30000));
        request.exchange();
        assert_eq!(request.body(), b"body");
        request.close();
        assert_eq!(recorder.count(WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING), 3);
    }
}

/// A callback set on the session is inherited by what is made afterwards; one set on a request is that request's alone;
/// NULL removes.
/// Statements: facts 1.15; functions 10.18; behaviour 18.4
#[test]
fn f1_15_callbacks_are_inherited_and_removed() {
    let session = open(None, 1, None, None, 0).unwrap();
    let early = connect(session.raw(), Some("localhost"), 80).unwrap();
    let (on_session, on_request) = (Recorder::new(), Recorder::new());
    let all = WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS;
    let pointer = |recorder: &Recorder| recorder.callback().map_or(0, |callback| callback as usize);
    assert_eq!(
        set_status_callback(session.raw(), on_session.callback(), all),
        Ok(0)
    );
    let late = connect(session.raw(), Some("localhost"), 80).unwrap();
    let request = open_request(late.raw(), &RequestSpec::new("GET", "/")).unwrap();
    on_session.assert_next("HANDLE_CREATED:M HANDLE_CREATED:M");
    assert_eq!(
        set_status_callback(request.raw(), on_request.callback(), all),
        Ok(pointer(&on_session))
    );
    assert_eq!(
        set_status_callback(session.raw(), None, 0),
        Ok(pointer(&on_session))
    );
    assert_eq!(set_status_callback(session.raw(), None, 0), Ok(0));
    early.close();
    request.close();
    late.close();
    session.close();
    on_request.assert_next("HANDLE_CLOSING:M");
    on_session.assert_next("HANDLE_CLOSING:M");
}

/// Statements: functions 10.19
#[test]
fn fc19_set_status_callback_on_a_wrong_handle_gives_minus_1() {
    let recorder = Recorder::new();
    assert_eq!(
        set_status_callback(0, recorder.callback(), u32::MAX),
        fails(INVALID_HANDLE)
    );
    let three = Three::new();
    let request = three.request();
    // What it gave for failure is not called when it comes back.
    let session = open(None, 1, None, None, 0).unwrap();
    assert_eq!(
        set_status_callback(session.raw(), invalid_status_callback(), u32::MAX),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(set_status_callback(session.raw(), None, 0), Ok(0));
    session.close();
    three.request.close();
    assert_eq!(
        set_status_callback(request, recorder.callback(), u32::MAX),
        fails(INVALID_HANDLE)
    );
}

/// Statements: functions 10.20
#[test]
fn fc20_a_callback_set_later_on_the_session_does_not_reach_older_requests() {
    let session = open(None, 1, None, None, 0).unwrap();
    let connect = connect(session.raw(), Some("localhost"), 80).unwrap();
    let request = open_request(connect.raw(), &RequestSpec::new("GET", "/")).unwrap();
    let recorder = Recorder::new();
    set_status_callback(session.raw(), recorder.callback(), u32::MAX).unwrap();
    request.close();
    connect.close();
    assert_eq!(recorder.names(), Vec::<&str>::new());
    session.close();
    recorder.assert_next("HANDLE_CLOSING:M");
}

/// Statements: facts 1.16; behaviour 18.18; options 9.18, 9.20
#[test]
fn f1_16_the_context_is_inherited_and_readable_in_handle_created() {
    let session = open(None, 1, None, None, 0).unwrap();
    let recorder = Recorder::new();
    set_status_callback(session.raw(), recorder.callback(), u32::MAX).unwrap();
    set_usize(session.raw(), WINHTTP_OPTION_CONTEXT_VALUE, 0xFEED).unwrap();
    assert_eq!(
        query_usize(session.raw(), WINHTTP_OPTION_CONTEXT_VALUE),
        Ok(0xFEED)
    );
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    recorder.on(WINHTTP_CALLBACK_STATUS_HANDLE_CREATED, {
        let seen = seen.clone();
        move |event| {
            let winhttp_testkit::Info::Handle(new) = event.info else {
                panic!("no handle")
            };
            seen.lock().unwrap().push((
                new,
                query_usize(new, WINHTTP_OPTION_CONTEXT_VALUE),
                event.context,
            ));
        }
    });
    let connect = connect(session.raw(), Some("localhost"), 80).unwrap();
    let request = open_request(connect.raw(), &RequestSpec::new("GET", "/")).unwrap();
    assert_eq!(
        *seen.lock().unwrap(),
        [
            (connect.raw(), Ok(0xFEED), 0xFEED),
            (request.raw(), Ok(0xFEED), 0xFEED)
        ]
    );
    set_usize(request.raw(), WINHTTP_OPTION_CONTEXT_VALUE, usize::MAX).unwrap();
    assert_eq!(
        query_usize(request.raw(), WINHTTP_OPTION_CONTEXT_VALUE),
        Ok(usize::MAX)
    );
    assert_eq!(
        query_usize(connect.raw(), WINHTTP_OPTION_CONTEXT_VALUE),
        Ok(0xFEED)
    );
}

both_modes! {
    /// Statements: facts 1.17; functions 10.26, 10.27; behaviour 18.20
    fn f1_17_send_request_replaces_the_context_unless_it_is_0(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        set_usize(request.raw(), WINHTTP_OPTION_CONTEXT_VALUE, 0x11).unwrap();
        request.exchange();
        request.body();
        assert_eq!(query_usize(request.raw(), WINHTTP_OPTION_CONTEXT_VALUE), Ok(0x11));
        let sent = WINHTTP_CALLBACK_STATUS_REQUEST_SENT;
        assert_eq!(client.recorder.of(sent)[0].context, 0x11);

        send_request(request.raw(), None, 0, None, 0, 0x22).unwrap();
        assert_eq!(query_usize(request.raw(), WINHTTP_OPTION_CONTEXT_VALUE), Ok(0x22));
        if mode == Mode::Async {
            client.recorder.wait_count(WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE, 2);
        }
        assert_eq!(request.receive(), Ok(()));
        assert_eq!(client.recorder.of(sent)[1].context, 0x22);
        request.close();
        let closing = client.recorder.of(WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING);
        assert_eq!(closing[0].context, 0x22);
    }
}

/// Statements: functions 10.7; options 9.1
#[test]
fn fc7_handles_report_their_type_and_parent() {
    let three = Three::new();
    let types = three
        .all()
        .map(|handle| query_u32(handle, WINHTTP_OPTION_HANDLE_TYPE));
    assert_eq!(types, [Ok(1), Ok(2), Ok(3)]);
    let parents = three
        .all()
        .map(|handle| query_usize(handle, WINHTTP_OPTION_PARENT_HANDLE));
    assert_eq!(parents, [Ok(0), Ok(three.session()), Ok(three.connect())]);
}

/// Statements: behaviour 18.5, 18.7
#[test]
fn bc5_handle_created_and_closing_bring_the_handle() {
    use winhttp_testkit::Info;
    let three = Three::new();
    let (connect, request) = (three.connect(), three.request());
    let recorder = three.client.recorder.clone();
    for (event, handle) in recorder
        .of(WINHTTP_CALLBACK_STATUS_HANDLE_CREATED)
        .iter()
        .zip([connect, request])
    {
        assert_eq!(event.info, Info::Handle(handle));
        assert_eq!(event.length as usize, size_of::<usize>());
    }
    let session = three.session();
    three.request.close();
    three.connect.close();
    let Client { session: guard, .. } = three.client;
    guard.close();
    let closing = recorder.of(WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING);
    assert_eq!(closing.len(), 3);
    for (event, handle) in closing.iter().zip([request, connect, session]) {
        assert_eq!((event.handle, &event.info), (handle, &Info::Handle(handle)));
        assert_eq!(event.length as usize, size_of::<usize>());
    }
}
