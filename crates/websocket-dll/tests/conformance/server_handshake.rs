//! Statements 35 to 46: the server's side of the handshake.

use std::ptr::{null, null_mut, without_provenance_mut};

use websocket_testkit::abi::*;
use websocket_testkit::handshake::{DOTNET_ACCEPT, DOTNET_KEY, DOTNET_REQUEST, Headers, value};
use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, FIN};
use websocket_testkit::{Endpoint, HeaderPairs, Memory, Role, api, read_headers};

use crate::support::*;
use crate::table::section;

section! { "Server handshake":
    s035_dotnet_dummy_headers_give_the_known_accept,
    s036_missing_required_header_is_format_no_headers_invalid,
    s037_version_8_is_version_not_supported,
    s038_key_of_wrong_size_or_twice_is_format,
    s039_host_may_be_absent,
    s040_lower_case_names_lists_and_repeated_connection_work,
    s041_response_order_accept_connection_upgrade,
    s042_subprotocol_empty_offered_and_not_offered,
    s043_unselected_extension_is_not_echoed,
    s044_session_calls_straight_after_begin_work,
    s045_header_array_stays_readable_until_delete,
    s046_input_headers_may_be_freed_after_begin,
}

fn new() -> Endpoint {
    Endpoint::create(Role::Server, &[]).expect("creation")
}

fn request<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [DOTNET_REQUEST, more].concat()
}

fn begin(headers: &[(&str, &str)]) -> Result<HeaderPairs, HRESULT> {
    new().begin_server(None, &[], headers)
}

/// Begin with the returned array as it is.
fn begin_raw(
    server: &Endpoint,
    subprotocol: *const u8,
    request: &Headers,
) -> (*mut WEB_SOCKET_HTTP_HEADER, u32) {
    let (mut headers, mut count) = (null_mut(), 0);
    // SAFETY: array and count belong together, the subprotocol is NULL or ends in NUL, outputs are writable.
    let result = unsafe {
        (api().begin_server_handshake)(
            server.handle(),
            subprotocol,
            null(),
            0,
            request.pointer(),
            request.count(),
            &mut headers,
            &mut count,
        )
    };
    returns(result, S_OK);
    (headers, count)
}

fn s035_dotnet_dummy_headers_give_the_known_accept() {
    let headers = begin(DOTNET_REQUEST).expect("Begin");
    assert_eq!(value(&headers, "Sec-WebSocket-Accept"), DOTNET_ACCEPT);
    for (key, accept) in [
        ("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("2onFzTWu2gdaaB2qJBVF6w==", "4VXbyKjRjv+1EdqmmujUgKvJ5jY="),
    ] {
        let mut request = request(&[]);
        request[4].1 = key;
        let headers = begin(&request).expect("Begin");
        assert_eq!(value(&headers, "Sec-WebSocket-Accept"), accept);
    }
}

fn s036_missing_required_header_is_format_no_headers_invalid() {
    for missing in [
        "Sec-WebSocket-Key",
        "Sec-WebSocket-Version",
        "Upgrade",
        "Connection",
    ] {
        let mut request = request(&[]);
        request.retain(|(name, _)| *name != missing);
        assert_eq!(request.len(), 4);
        let server = new();
        assert_eq!(
            server.begin_server(None, &[], &request),
            Err(FORMAT),
            "without {missing}"
        );
        // The refusal leaves the handle ready for a better request.
        server.shake_hands();
    }
    for (index, bad) in [(0, "keep-alive"), (1, "websocke"), (0, "Upgrade websocket")] {
        let mut request = request(&[]);
        request[index].1 = bad;
        assert_eq!(begin(&request), Err(FORMAT), "{bad}");
    }
    fails(begin(&[]), E_INVALIDARG);
    let server = new();
    let headers = Headers::new(DOTNET_REQUEST);
    for (pointer, count) in [(null(), 5), (headers.pointer(), 0)] {
        let (mut out, mut out_count) = (without_provenance_mut(0x5555), 0x5555);
        // SAFETY: either NULL or an array with at least `count` elements; outputs are writable.
        let result = unsafe {
            (api().begin_server_handshake)(
                server.handle(),
                null(),
                null(),
                0,
                pointer,
                count,
                &mut out,
                &mut out_count,
            )
        };
        returns(result, E_INVALIDARG);
        assert!(out.is_null() && out_count == 0);
    }
}

fn s037_version_8_is_version_not_supported() {
    for version in ["8", "0", "14", "7"] {
        let mut request = request(&[]);
        request[3].1 = version;
        assert_eq!(
            begin(&request),
            Err(E_PROTOCOL_VERSION_NOT_SUPPORTED),
            "{version}"
        );
    }
}

fn s038_key_of_wrong_size_or_twice_is_format() {
    for key in [
        "",
        "AAAAAAAAAAAAAAAAAAAA",     // 15 bytes
        "AAAAAAAAAAAAAAAAAAAAAAA=", // 17 bytes
        "AAAAAAAAAAAAAAAAAAAAAAAA", // 18 bytes
        "AAAAAAAAAAAAAAAAAAAAAA",   // 16 bytes, but without padding
        "AAAAAAAAAA AAAAAAAAAAA==",
        "AAAAAAAAAAAAAAAAAAAAA*==",
    ] {
        let mut request = request(&[]);
        request[4].1 = key;
        assert_eq!(begin(&request), Err(FORMAT), "{key}");
    }
    for second in [DOTNET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="] {
        fails(begin(&request(&[("sec-websocket-key", second)])), FORMAT);
    }
    fails(begin(&request(&[("Sec-WebSocket-Version", "13")])), FORMAT);
}

fn s039_host_may_be_absent() {
    let mut request = request(&[]);
    request.retain(|(name, _)| *name != "Host");
    begin(&request).expect("Begin");
}

fn s040_lower_case_names_lists_and_repeated_connection_work() {
    let headers = begin(&[
        ("connection", "keep-alive"),
        ("CONNECTION", "close ,\tUPGRADE"),
        ("upgrade", "h2c, WebSocket"),
        ("sec-websocket-version", " 13 "),
        ("sec-websocket-key", " AAAAAAAAAAAAAAAAAAAAAA==\t"),
        ("x-unknown", "any\"thing"),
    ])
    .expect("Begin");
    assert_eq!(value(&headers, "Sec-WebSocket-Accept"), DOTNET_ACCEPT);
    begin(&[
        ("Connection", "keep-alive, Upgrade"),
        ("Upgrade", "h2c"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", DOTNET_KEY),
    ])
    .expect("Begin");
}

fn s041_response_order_accept_connection_upgrade() {
    let headers = begin(DOTNET_REQUEST).expect("Begin");
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        headers,
        [
            ("Sec-WebSocket-Accept", DOTNET_ACCEPT),
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
        ]
    );
}

fn s042_subprotocol_empty_offered_and_not_offered() {
    let offers = request(&[
        ("Sec-WebSocket-Protocol", "chat, superchat"),
        ("sec-websocket-protocol", "third"),
    ]);
    for none in [None, Some("")] {
        let headers = new().begin_server(none, &[], &offers).expect("Begin");
        assert_eq!(headers.len(), 3, "{headers:?}");
        new()
            .begin_server(none, &[], DOTNET_REQUEST)
            .expect("Begin");
    }
    for offered in ["chat", "superchat", "third"] {
        let headers = new()
            .begin_server(Some(offered), &[], &offers)
            .expect("Begin");
        assert_eq!(
            headers[3..],
            [("Sec-WebSocket-Protocol".into(), offered.into())]
        );
    }
    for other in ["cha", "chat2", "fourth"] {
        fails(
            new().begin_server(Some(other), &[], &offers),
            E_SUBPROTOCOL_NOT_SUPPORTED,
        );
    }
    fails(
        new().begin_server(Some("chat"), &[], DOTNET_REQUEST),
        E_SUBPROTOCOL_NOT_SUPPORTED,
    );
}

fn s043_unselected_extension_is_not_echoed() {
    let offers = request(&[(
        "Sec-WebSocket-Extensions",
        "permessage-deflate; client_max_window_bits, x-own",
    )]);
    let headers = begin(&offers).expect("Begin");
    assert_eq!(headers.len(), 3, "{headers:?}");
    let headers = new()
        .begin_server(None, &["x-own"], &offers)
        .expect("Begin");
    assert_eq!(
        headers[3..],
        [("Sec-WebSocket-Extensions".into(), "x-own".into())]
    );
    fails(
        new().begin_server(None, &["x-other"], &offers),
        E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED,
    );
}

fn s044_session_calls_straight_after_begin_work() {
    let begun = || {
        let server = new();
        server
            .begin_server(None, &[], DOTNET_REQUEST)
            .expect("Begin");
        server
    };
    let server = begun();
    assert_eq!(
        send(&server, TEXT, Memory::new(b"Hello")),
        [b"\x81\x05Hello"]
    );
    returns(server.end_server(), S_OK);
    returns(server.end_server(), S_OK);

    let server = begun();
    returns(server.receive(1), S_OK);
    server.fill(
        &read(&server),
        &incoming(Role::Server, FIN | wire::TEXT, b"Hello"),
    );
    indicated(&server, server.get_action(RECEIVE), TEXT, b"Hello", 1);
    returns(server.end_server(), S_OK);

    for queue in [SEND, RECEIVE, ALL] {
        let server = begun();
        nothing(&server, queue);
        returns(server.end_server(), S_OK);
    }

    // Before Begin they do not.
    let server = new();
    returns(server.send_empty(TEXT, 1), OPERATION);
    returns(server.receive(1), OPERATION);
    refuses(&server, ALL, OPERATION);
}

fn s045_header_array_stays_readable_until_delete() {
    let server = new();
    let (headers, count) = begin_raw(&server, null(), &Headers::new(DOTNET_REQUEST));
    // SAFETY: the library says that there are `count` headers, until the handle is deleted.
    let look = || unsafe { (read_headers(headers, count), *headers) };
    let (before, first) = look();
    returns(server.end_server(), S_OK);
    for _ in 0..4 {
        send(&server, BINARY, Memory::pattern(100));
        let stream = incoming(Role::Server, FIN | wire::BINARY, &[0; 5000]);
        collect(&server, &stream, usize::MAX);
        // Memory that was freed would probably be given out again here.
        drop(Endpoint::open(Role::Server));
        let (after, first_after) = look();
        assert_eq!(after, before);
        assert_eq!(
            (first_after.pcName, first_after.pcValue),
            (first.pcName, first.pcValue)
        );
    }
    server.abort();
    assert_eq!(look().0, before);
}

fn s046_input_headers_may_be_freed_after_begin() {
    let server = new();
    let mut subprotocol = *b"chat\0";
    let request = Headers::new(&request(&[("Sec-WebSocket-Protocol", "chat")]));
    let (headers, count) = begin_raw(&server, subprotocol.as_ptr(), &request);
    drop(request);
    subprotocol.fill(b'#');
    // Blocks of the sizes just freed, so that what they held is overwritten.
    let _overwritten: Vec<Vec<u8>> = (1..256).map(|length| vec![b'#'; length]).collect();
    // SAFETY: the library says that there are `count` headers.
    let headers = unsafe { read_headers(headers, count) };
    assert_eq!(value(&headers, "Sec-WebSocket-Accept"), DOTNET_ACCEPT);
    assert_eq!(value(&headers, "Sec-WebSocket-Protocol"), "chat");
    returns(server.end_server(), S_OK);
    assert_eq!(send(&server, TEXT, Memory::new(b"x")), [b"\x81\x01x"]);
}
