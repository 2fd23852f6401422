//! Options of sockets, and those of requests that are about sockets.

use crate::support::*;

const RECEIVE_SIZE: u32 = WINHTTP_OPTION_WEB_SOCKET_RECEIVE_BUFFER_SIZE;
const SEND_SIZE: u32 = WINHTTP_OPTION_WEB_SOCKET_SEND_BUFFER_SIZE;
const KEEPALIVE: u32 = WINHTTP_OPTION_WEB_SOCKET_KEEPALIVE_INTERVAL;
const CLOSE_TIMEOUT: u32 = WINHTTP_OPTION_WEB_SOCKET_CLOSE_TIMEOUT;

both_modes! {
    /// Statements: facts 3.20, 3.21
    fn f3_20_buffer_sizes(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let session = client.session.raw();
        for option in [RECEIVE_SIZE, SEND_SIZE] {
            assert_eq!(query_u32(session, option), Ok(32_768));
        }
        let before = client.get(&server, "/");
        set_u32(session, RECEIVE_SIZE, 65_535).unwrap();
        set_u32(session, SEND_SIZE, 40_000).unwrap();
        let connect = client.connect(&server);
        assert_eq!(query_u32(connect.raw(), RECEIVE_SIZE), fails(WRONG_TYPE));
        let request = client.get(&server, "/");
        assert_eq!(query_u32(before.raw(), RECEIVE_SIZE), Ok(32_768));
        assert_eq!(query_u32(request.raw(), RECEIVE_SIZE), Ok(65_535));
        assert_eq!(query_u32(request.raw(), SEND_SIZE), Ok(40_000));
        set_u32(request.raw(), RECEIVE_SIZE, 1_048_576).unwrap();
        set_u32(request.raw(), SEND_SIZE, 15).unwrap();
        assert_eq!(query_u32(request.raw(), RECEIVE_SIZE), Ok(1_048_576));
        assert_eq!(query_u32(request.raw(), SEND_SIZE), Ok(15));
        assert_eq!(query_u32(session, RECEIVE_SIZE), Ok(65_535));
        assert_eq!(query_u32(session, SEND_SIZE), Ok(40_000));
    }

    /// Statements: facts 3.22, 3.23; options 9.42, 9.44
    fn f3_22_options_of_a_socket(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let socket = client.socket(&server);
        let raw = socket.raw();
        assert_eq!(query_u32(raw, RECEIVE_SIZE), fails(WRONG_TYPE));
        assert_eq!(set_u32(raw, RECEIVE_SIZE, 65_536), fails(WRONG_TYPE));
        assert_eq!(set_u32(raw, SEND_SIZE, 65_536), fails(WRONG_TYPE));

        assert_eq!(query_u32(raw, KEEPALIVE), fails(INVALID_PARAMETER));
        let mut size = 0;
        assert_eq!(query_option(raw, KEEPALIVE, None, Some(&mut size)), fails(INVALID_PARAMETER));
        let value = Block::of(&20_000u64.to_ne_bytes());
        for size in [2, 8] {
            assert_eq!(set_option(raw, KEEPALIVE, Some(&value), size), fails(INVALID_PARAMETER));
        }
        let value = Block::of(&10_000u32.to_ne_bytes());
        assert_eq!(set_option(raw, KEEPALIVE, Some(&value), 2), fails(INVALID_PARAMETER));
        for (value, outcome) in [
            (20_000, Ok(())),
            (10_000, fails(INVALID_PARAMETER)),
            (14_999, fails(INVALID_PARAMETER)),
            (15_000, Ok(())),
        ] {
            assert_eq!(set_u32(raw, KEEPALIVE, value), outcome, "{value}");
        }

        assert_eq!(query_u32(raw, CLOSE_TIMEOUT), Ok(10_000));
        set_u32(raw, CLOSE_TIMEOUT, 5000).unwrap();
        assert_eq!(query_u32(raw, CLOSE_TIMEOUT), Ok(5000));
        socket.close(1000, b"").unwrap();
    }

    /// The interval cannot be read anywhere (spec/README 8).
    /// Statements: facts 3.23; options 9.43
    fn f3_23_the_keepalive_interval_belongs_to_sockets(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        assert_eq!(query_u32(client.session.raw(), KEEPALIVE), fails(INVALID_PARAMETER));
        assert_eq!(query_u32(request.raw(), KEEPALIVE), fails(INVALID_PARAMETER));
        assert_eq!(set_u32(request.raw(), KEEPALIVE, 20_000), fails(WRONG_TYPE));
    }

    /// Statements: options 9.45
    fn oc45_the_upgrade_is_asked_for_at_a_request(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        assert_eq!(upgrade_option(client.session.raw()), fails(WRONG_TYPE));
        assert_eq!(upgrade_option(client.connect(&server).raw()), fails(WRONG_TYPE));
        assert_eq!(upgrade_option(request.raw()), Ok(()));
    }

    /// The shortest interval that there is.
    /// Statements: behaviour 18.194
    fn bc194_pongs_keep_a_connection_alive(mode: Mode) {
        let set = Gate::new();
        let server = Server::once({
            let set = set.clone();
            move |peer| {
                peer.upgrade();
                let start = std::time::Instant::now();
                peer.pause(&set);
                assert!(peer.silent_for(std::time::Duration::from_secs(14)));
                peer.expect_frame(FIN | PONG, "");
                let waited = start.elapsed();
                assert!(waited >= std::time::Duration::from_secs(15), "{waited:?}");
                assert!(waited < std::time::Duration::from_secs(20), "{waited:?}");
                peer.answer_close();
                peer.expect_end();
            }
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        set_u32(socket.raw(), KEEPALIVE, 15_000).unwrap();
        set.open();
        // As long as the server is silent, and in synchronous sessions without a call that could send.
        if mode == Mode::Async {
            assert_eq!(socket.start_receive(10), Ok(()));
        }
        let socket_is_idle = Gate::new();
        assert!(!socket_is_idle.passes_within(std::time::Duration::from_millis(16_000)));
        socket.close(1000, b"").unwrap();
        socket.end();
        server.finish();
    }

    /// Statements: behaviour 18.196
    fn bc196_security_flags_work_as_for_https(mode: Mode) {
        use winhttp_testkit::tls::{self, Identity};
        let server = Server::builder().tls(tls::server(Identity::untrusted_and_wrong_host())).every(|_, peer| {
            peer.upgrade();
            peer.echo_frames();
        });
        let client = Client::new(mode);
        let open = || {
            let request = client.open(&server, &RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_SECURE));
            upgrade_option(request.raw()).unwrap();
            request
        };
        assert_eq!(open().send(), fails(12175));
        let request = open();
        let flags = SECURITY_FLAG_IGNORE_UNKNOWN_CA | SECURITY_FLAG_IGNORE_CERT_CN_INVALID;
        set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, flags).unwrap();
        request.exchange();
        let socket = request.upgrade(0);
        socket.send(UTF8_MESSAGE, b"secret").unwrap();
        assert_eq!(socket.receive(10), got("secret", UTF8_MESSAGE));
        socket.close(1000, b"").unwrap();
    }
}
