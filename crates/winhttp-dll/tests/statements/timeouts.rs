//! Facts 4: timeouts.

use std::time::{Duration, Instant};

use crate::support::*;

const FOUR: [u32; 4] = [
    WINHTTP_OPTION_RESOLVE_TIMEOUT,
    WINHTTP_OPTION_CONNECT_TIMEOUT,
    WINHTTP_OPTION_SEND_TIMEOUT,
    WINHTTP_OPTION_RECEIVE_TIMEOUT,
];

/// Statements: facts 4.1, 4.2, 4.3; functions 10.21, 10.22
#[test]
fn f4_1_set_timeouts_takes_minus_1_0_and_positive_values() {
    let three = Three::new();
    for handle in [three.session(), three.request()] {
        let before = FOUR.map(|option| query_u32(handle, option));
        for position in 0..4 {
            let mut values = [1000; 4];
            values[position] = -2;
            let [resolve, connect, send, receive] = values;
            assert_eq!(
                set_timeouts(handle, resolve, connect, send, receive),
                fails(INVALID_PARAMETER)
            );
        }
        assert_eq!(
            FOUR.map(|option| query_u32(handle, option)),
            before,
            "nothing changes"
        );
        assert_eq!(set_timeouts(handle, 0, 0, 0, 0), Ok(()));
        assert_eq!(set_timeouts(handle, -1, -1, -1, -1), Ok(()));
        assert_eq!(
            FOUR.map(|option| query_u32(handle, option)),
            [Ok(u32::MAX); 4]
        );
        assert_eq!(set_timeouts(handle, 1, 2, 3, 4), Ok(()));
        assert_eq!(
            FOUR.map(|option| query_u32(handle, option)),
            [Ok(1), Ok(2), Ok(3), Ok(4)]
        );
    }
}

/// Statements: facts 4.4
#[test]
fn f4_4_single_options_take_any_value_on_sessions_and_requests() {
    let three = Three::new();
    for option in FOUR {
        for handle in [three.session(), three.request()] {
            for value in [0, 1, 0xBEEF_DEAD, u32::MAX] {
                assert_eq!(set_u32(handle, option, value), Ok(()));
                assert_eq!(query_u32(handle, option), Ok(value), "option {option}");
            }
        }
        assert_eq!(
            set_u32(three.connect(), option, 1),
            fails(ERROR_WINHTTP_INCORRECT_HANDLE_TYPE)
        );
    }
}

/// Statements: facts 4.5
#[test]
fn f4_5_connections_show_the_sessions_present_values() {
    let three = Three::new();
    for option in FOUR {
        set_u32(three.session(), option, 0x1234_5678).unwrap();
        assert_eq!(query_u32(three.connect(), option), Ok(0x1234_5678));
        set_u32(three.session(), option, 4321).unwrap();
        assert_eq!(query_u32(three.connect(), option), Ok(4321));
    }
}

/// Statements: facts 4.6; options 9.21; behaviour 18.3
#[test]
fn f4_6_requests_copy_the_sessions_values_when_opened() {
    let three = Three::new();
    set_timeouts(three.session(), 11, 12, 13, 14).unwrap();
    let late = three
        .client
        .request(&three.connect, &RequestSpec::new("GET", "/"));
    let values = |handle| FOUR.map(|option| query_u32(handle, option).unwrap());
    assert_eq!(values(three.request()), [u32::MAX, 60000, 30000, 30000]);
    assert_eq!(values(late.raw()), [11, 12, 13, 14]);
    set_timeouts(late.raw(), 21, 22, 23, 24).unwrap();
    assert_eq!(values(late.raw()), [21, 22, 23, 24]);
    assert_eq!(values(three.session()), [11, 12, 13, 14]);
}

/// Statements: facts 4.7, 4.8
#[test]
fn f4_7_the_response_timeout_reads_as_infinite_at_first() {
    let three = Three::new();
    let option = WINHTTP_OPTION_RECEIVE_RESPONSE_TIMEOUT;
    for handle in three.all() {
        assert_eq!(query_u32(handle, option), Ok(u32::MAX));
    }
    assert_eq!(set_u32(three.session(), option, 0x00FF_FFFF), Ok(()));
    assert_eq!(set_u32(three.request(), option, 0x00FF_FFFE), Ok(()));
    assert_eq!(query_u32(three.session(), option), Ok(0x00FF_FFFF));
    assert_eq!(query_u32(three.request(), option), Ok(0x00FF_FFFE));
    assert_eq!(
        set_u32(three.connect(), option, 1),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_TYPE)
    );
}

/// Statements: facts 4.9
#[test]
fn f4_9_the_response_timeout_is_never_below_the_receive_timeout() {
    let three = Three::new();
    let option = WINHTTP_OPTION_RECEIVE_RESPONSE_TIMEOUT;
    for handle in [three.session(), three.request()] {
        set_u32(handle, WINHTTP_OPTION_RECEIVE_TIMEOUT, 5000).unwrap();
        set_u32(handle, option, 4999).unwrap();
        assert_eq!(query_u32(handle, option), Ok(5000));
        set_u32(handle, option, 0).unwrap();
        assert_eq!(query_u32(handle, option), Ok(5000));
        set_u32(handle, option, 5001).unwrap();
        assert_eq!(query_u32(handle, option), Ok(5001));
        // Unsigned: this is a long time.
        set_u32(handle, option, 0xBEEF_DEAD).unwrap();
        assert_eq!(query_u32(handle, option), Ok(0xBEEF_DEAD));
    }
}

both_modes! {
    /// Statements: facts 4.10; behaviour 18.50
    fn f4_10_a_refused_connection_is_12029_at_once(mode: Mode) {
        let client = Client::new(mode);
        let start = Instant::now();
        let connect = client.connect_to("127.0.0.1", closed_port());
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        assert_eq!(request.send(), fails(ERROR_WINHTTP_CANNOT_CONNECT));
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    /// In asynchronous mode the error of the following WinHttpReceiveResponse comes by callback (README 12, 13).
    /// Statements: facts 4.11; behaviour 18.50
    fn f4_11_an_unknown_name_is_12007_and_then_12019(mode: Mode) {
        let client = Client::new(mode);
        let connect = client.connect_to("no-such-host.invalid", 80);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        set_u32(request.raw(), WINHTTP_OPTION_RESOLVE_TIMEOUT, 10_000).unwrap();
        assert_eq!(request.send(), fails(ERROR_WINHTTP_NAME_NOT_RESOLVED));
        assert_eq!(request.receive(), fails(ERROR_WINHTTP_INCORRECT_HANDLE_STATE));
    }

    /// Statements: behaviour 18.51
    fn bc51_a_silent_server_is_a_timeout(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.request();
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        set_timeouts(request.raw(), 0, 60000, 30000, 200).unwrap();
        request.send().unwrap();
        let start = Instant::now();
        assert_eq!(request.receive(), fails(ERROR_WINHTTP_TIMEOUT));
        let elapsed = start.elapsed();
        assert!(elapsed >= Duration::from_millis(190) && elapsed < Duration::from_secs(10), "{elapsed:?}");
    }

    /// Statements: behaviour 18.51
    fn bc51_a_body_that_stops_is_a_timeout(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        set_timeouts(request.raw(), 0, 60000, 30000, 200).unwrap();
        request.exchange();
        assert_eq!(request.read_to_end(), fails(ERROR_WINHTTP_TIMEOUT));
    }

    /// Each gap is below the timeout, the sum is above.
    /// Statements: behaviour 18.53
    fn bc53_a_slow_but_steady_body_does_not_time_out(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n");
            for byte in b"12345678" {
                // The pause is the subject of the test; nothing is synchronised by it.
                peer.silent_for(Duration::from_millis(100));
                peer.send([*byte]);
            }
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        set_timeouts(request.raw(), 0, 60000, 30000, 600).unwrap();
        request.exchange();
        assert_eq!(request.body(), b"12345678");
    }
}
