//! What options do.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::{Arc, Mutex};

use crate::support::*;

both_modes! {
    /// Statements: options 9.47
    fn oc47_http_1_1_has_protocol_number_0(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        assert_eq!(set_u32(client.session.raw(), WINHTTP_OPTION_ENABLE_HTTP_PROTOCOL, WINHTTP_PROTOCOL_MASK), Ok(()));
        let request = client.get(&server, "/");
        request.exchange();
        for option in [WINHTTP_OPTION_HTTP_PROTOCOL_USED, WINHTTP_OPTION_STREAM_ERROR_CODE, WINHTTP_OPTION_IS_PROXY_CONNECT_RESPONSE] {
            assert_eq!(query_u32(request.raw(), option), Ok(0));
        }
        assert_eq!(query_u32(client.session.raw(), WINHTTP_OPTION_STREAM_ERROR_CODE), fails(12018));
    }

    fn another_name_is_looked_up(mode: Mode) {
        let server = Server::answering(response("", b"x"));
        let client = Client::new(mode);
        let connect = client.connect_to("no-such-host.invalid", server.port());
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        assert_eq!(set_text(request.raw(), WINHTTP_OPTION_RESOLUTION_HOSTNAME, "127.0.0.1"), Ok(()));
        request.exchange();
        assert_eq!(request.body(), b"x");
        assert_eq!(server.request(0).header("Host"), Some(format!("no-such-host.invalid:{}", server.port())));
    }

    fn an_expired_connection_is_not_used_again(mode: Mode) {
        let server = Server::answering(response("", b"x"));
        let client = Client::new(mode);
        assert_eq!(client.fetch(&server, "/"), b"x");
        assert_eq!(client.fetch(&server, "/"), b"x");
        assert_eq!(server.connections(), 1);
        let request = client.get(&server, "/");
        request.send().unwrap();
        assert_eq!(set_option(request.raw(), WINHTTP_OPTION_EXPIRE_CONNECTION, None, 0), Ok(()));
        request.receive().unwrap();
        assert_eq!(request.body(), b"x");
        request.close();
        assert_eq!(client.fetch(&server, "/"), b"x");
        assert_eq!(server.connections(), 2);
    }

    fn a_session_without_pooling_keeps_its_connections_to_itself(mode: Mode) {
        let server = Server::answering(response("", b"x"));
        assert_eq!(Client::new(mode).fetch(&server, "/"), b"x");
        let client = Client::new(mode);
        assert_eq!(set_u32(client.session.raw(), WINHTTP_OPTION_DISABLE_GLOBAL_POOLING, 1), Ok(()));
        assert_eq!(client.fetch(&server, "/"), b"x");
        assert_eq!(client.fetch(&server, "/"), b"x");
        assert_eq!(server.connections(), 2);
    }

    /// Windows takes milliseconds; systems that count seconds, or refuse zero or years, must not fail the connection.
    fn any_tcp_keepalive_times_can_be_connected_with(mode: Mode) {
        let server = Server::answering(response("", b"x"));
        for (time, interval) in [(30_000, 1000), (500, 10), (0, 0), (u32::MAX, u32::MAX)] {
            let client = Client::new(mode);
            let session = client.session.raw();
            assert_eq!(set_u32(session, WINHTTP_OPTION_DISABLE_GLOBAL_POOLING, 1), Ok(()));
            let keepalive = block_of(&[1_u32, time, interval]);
            assert_eq!(set_option(session, WINHTTP_OPTION_TCP_KEEPALIVE, Some(&keepalive), 12), Ok(()));
            assert_eq!(client.fetch(&server, "/"), b"x", "{time} {interval}");
        }
    }

    /// What influences a send cannot be set while it is under way; the context can.
    fn options_of_a_send_are_refused_during_it(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let results = Arc::new(Mutex::new(Vec::new()));
        client.recorder.on(WINHTTP_CALLBACK_STATUS_SENDING_REQUEST, {
            let results = Arc::clone(&results);
            move |event| {
                let handle = event.handle;
                results.lock().unwrap().extend([
                    set_u32(handle, WINHTTP_OPTION_SECURITY_FLAGS, 0x100),
                    set_text(handle, WINHTTP_OPTION_RESOLUTION_HOSTNAME, "localhost"),
                    set_option(handle, WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET, None, 0),
                    set_usize(handle, WINHTTP_OPTION_CONTEXT_VALUE, 77),
                    set_u32(handle, WINHTTP_OPTION_RECEIVE_TIMEOUT, 9000),
                ]);
            }
        });
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(*results.lock().unwrap(), [fails(12019), fails(12019), fails(12019), Ok(()), Ok(())]);
        assert_eq!(query_usize(request.raw(), WINHTTP_OPTION_CONTEXT_VALUE), Ok(77));
        assert_eq!(set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, 0x100), Ok(()), "afterwards it is fine");
    }

    /// Statements: facts 1.14
    fn f1_14_the_unload_event_is_set_after_the_last_handle_of_the_session(mode: Mode) {
        type CreateEvent = unsafe extern "C" fn(*const c_void, i32, i32, *const c_void) -> *mut c_void;
        type Wait = unsafe extern "C" fn(u32, *const *mut c_void, i32, u32, i32) -> u32;
        type Close = unsafe extern "C" fn(*mut c_void) -> i32;
        // SAFETY: the types of these functions.
        let (create, wait, close): (CreateEvent, Wait, Close) = unsafe {
            (function("openwinhttp_CreateEvent"), function("openwinhttp_WaitForMultipleObjectsEx"), function("openwinhttp_CloseHandle"))
        };
        // SAFETY: no name, no attributes.
        let event = unsafe { create(null(), 1, 0, null()) };
        assert_ne!(event, null_mut());
        // SAFETY: an array of one.
        let is_set = |patience| unsafe { wait(1, &raw const event, 0, patience, 0) } == 0;

        let server = Server::answering(response("", b"x"));
        let client = Client::new(mode);
        assert_eq!(set_usize(client.session.raw(), WINHTTP_OPTION_UNLOAD_NOTIFY_EVENT, event as usize), Ok(()));
        assert_eq!(client.fetch(&server, "/"), b"x");
        assert!(!is_set(0), "all requests and connections are closed, the session is not");
        let Client { session, .. } = client;
        session.close();
        assert!(is_set(2000));
        // SAFETY: the event made above.
        unsafe { close(event) };
    }
}

/// The callback of a handle is an option too; setting it takes all notifications.
#[test]
fn the_callback_can_be_read_and_set() {
    let client = Client::new(Mode::Sync);
    let callback = client
        .recorder
        .callback()
        .map_or(0, |callback| callback as usize);
    assert_eq!(
        query_usize(client.session.raw(), WINHTTP_OPTION_CALLBACK),
        Ok(callback)
    );
    let connect = client.connect_to("localhost", 80);
    assert_eq!(
        query_usize(connect.raw(), WINHTTP_OPTION_CALLBACK),
        Ok(callback)
    );
    assert_eq!(set_usize(connect.raw(), WINHTTP_OPTION_CALLBACK, 0), Ok(()));
    assert_eq!(query_usize(connect.raw(), WINHTTP_OPTION_CALLBACK), Ok(0));
    assert_eq!(
        set_usize(connect.raw(), WINHTTP_OPTION_CALLBACK, usize::MAX),
        fails(INVALID_PARAMETER)
    );
    let mark = client.recorder.mark();
    connect.close();
    assert_eq!(client.recorder.mark(), mark, "nobody is told");
}

#[test]
fn parents_are_one_level_up() {
    let client = Client::new(Mode::Sync);
    let connect = client.connect_to("localhost", 80);
    let request = client.request(&connect, &RequestSpec::default());
    let parent = |handle| query_usize(handle, WINHTTP_OPTION_PARENT_HANDLE);
    assert_eq!(parent(client.session.raw()), Ok(0));
    assert_eq!(parent(connect.raw()), Ok(client.session.raw()));
    assert_eq!(parent(request.raw()), Ok(connect.raw()));
}

/// Features that the library does not have are 12009; the buffer keeps the question.
/// Statements: options 9.53
#[test]
fn oc53_features_are_answered_one_by_one() {
    let client = Client::new(Mode::Sync);
    let ask = |handle, feature: u32| {
        let mut block = Block::of(&feature.to_ne_bytes());
        let mut size = 4;
        let result = query_option(
            handle,
            WINHTTP_OPTION_FEATURE_SUPPORTED,
            Some(&mut block),
            Some(&mut size),
        );
        assert_eq!((block.u32(), size), (feature, 4));
        result
    };
    for handle in [0, client.session.raw()] {
        for feature in [
            WINHTTP_FEATURE_IS_FEATURE_SUPPORTED,
            WINHTTP_FEATURE_READ_DATA_EX,
            WINHTTP_FEATURE_EXPIRE_CONNECTION,
        ] {
            assert_eq!(ask(handle, feature), Ok(()));
        }
        for feature in [
            0,
            WINHTTP_FEATURE_QUIC_STATS,
            WINHTTP_FEATURE_HTTP3_KEEPALIVE,
            1000,
            u32::MAX,
        ] {
            assert_eq!(ask(handle, feature), fails(12009));
        }
    }
}

/// Structures with unknown bits in their flags are refused.
#[test]
fn flags_in_structures_are_checked() {
    let client = Client::new(Mode::Sync);
    let session = client.session.raw();
    let connect = client.connect_to("localhost", 80);
    let request = client.request(&connect, &RequestSpec::default());
    let set = |handle, option, bytes: &[u8]| {
        set_option(handle, option, Some(&Block::of(bytes)), bytes.len() as u32)
    };
    let with = |size: usize, at: usize, value: u8| {
        let mut bytes = vec![0; size];
        bytes[at] = value;
        bytes
    };
    assert_eq!(
        set(
            session,
            WINHTTP_OPTION_FAILED_CONNECTION_RETRIES,
            &with(8, 4, 7)
        ),
        Ok(())
    );
    assert_eq!(
        set(
            session,
            WINHTTP_OPTION_FAILED_CONNECTION_RETRIES,
            &with(8, 4, 8)
        ),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        set(
            session,
            WINHTTP_OPTION_RESOLVER_CACHE_CONFIG,
            &with(32, 24, 15)
        ),
        Ok(())
    );
    assert_eq!(
        set(
            session,
            WINHTTP_OPTION_RESOLVER_CACHE_CONFIG,
            &with(32, 24, 16)
        ),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        set(
            session,
            WINHTTP_OPTION_RESOLVER_CACHE_CONFIG,
            &with(32, 12, 4)
        ),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        set(
            request.raw(),
            WINHTTP_OPTION_MATCH_CONNECTION_GUID,
            &with(24, 16, 1)
        ),
        Ok(())
    );
    assert_eq!(
        set(
            request.raw(),
            WINHTTP_OPTION_MATCH_CONNECTION_GUID,
            &with(24, 16, 2)
        ),
        fails(INVALID_PARAMETER)
    );
}

/// Statements: options 9.9
#[test]
fn oc9_no_connections_at_all_means_two() {
    let client = Client::new(Mode::Sync);
    let session = client.session.raw();
    assert_eq!(
        query_u32(session, WINHTTP_OPTION_MAX_CONNS_PER_SERVER),
        Ok(u32::MAX)
    );
    assert_eq!(
        set_u32(session, WINHTTP_OPTION_MAX_CONNS_PER_SERVER, 0),
        Ok(())
    );
    assert_eq!(
        query_u32(session, WINHTTP_OPTION_MAX_CONNS_PER_SERVER),
        Ok(2)
    );
}

/// Threads read and set options of the same handles while requests are made and closed; the library keeps its head.
#[test]
fn options_may_be_used_from_many_threads() {
    const ROUNDS: u32 = 300;
    let server = Server::answering(response("", b"x"));
    let client = Client::new(Mode::Async);
    let connect = client.connect(&server);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    std::thread::scope(|scope| {
        for start in 0..3 {
            let (session, request) = (client.session.raw(), request.raw());
            scope.spawn(move || {
                for round in start..start + ROUNDS {
                    let handle = if round % 2 == 0 { session } else { request };
                    for option in [7, 88, 118, 122, 138, 192, 4096] {
                        // Whether it fits the handle or not.
                        let _ = set_u32(handle, option, round % 4);
                        let _ = query_option(handle, option, None, Some(&mut 0));
                    }
                    let _ = set_text(handle, 4097, &round.to_string());
                    let mut block = Block::filled(64, 0);
                    let _ = query_option(handle, 4097, Some(&mut block), Some(&mut 64));
                }
            });
        }
        for _ in 0..20 {
            assert_eq!(client.fetch(&server, "/"), b"x");
        }
    });
    request.exchange();
    assert_eq!(request.body(), b"x");
}
