//! Timeouts and connections that go away, as notifications show them.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::support::*;

const TIMEOUT: Code = Code(ERROR_WINHTTP_TIMEOUT);

/// Milliseconds of a receive timeout that is to run out.
const SHORT: i32 = 200;

#[track_caller]
fn assert_short(start: Instant) {
    let elapsed = start.elapsed();
    assert!(
        elapsed >= Duration::from_millis(SHORT as u64 - 10) && elapsed < Duration::from_secs(10),
        "{elapsed:?}"
    );
}

/// Statements: behaviour 18.36, 18.51
#[test]
fn bc51_a_silent_server_is_a_timeout_of_the_receive() {
    let server = silent_server();
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    set_timeouts(request.raw(), 0, 60000, 30000, SHORT).unwrap();
    request.send().unwrap();
    let start = Instant::now();
    receive_response(request.raw()).unwrap();
    let event = wait_for(&client.recorder, request.raw(), REQUEST_ERROR);
    assert_eq!(event.error(), (RECEIVE, TIMEOUT));
    assert_short(start);
    let raw = request.raw();
    request.close();
    let events = events_of(&client.recorder, raw);
    assert!(
        names(&events).ends_with(&["RECEIVING_RESPONSE", "REQUEST_ERROR", "HANDLE_CLOSING"]),
        "{:?}",
        names(&events)
    );
}

/// Statements: behaviour 18.36, 18.51
#[test]
fn bc51_a_body_that_stops_is_a_timeout_of_the_function_that_waits() {
    for querying in [false, true] {
        let server = stalling_server();
        let client = Client::new(Mode::Async);
        let request = client.get(&server, "/");
        set_timeouts(request.raw(), 0, 60000, 30000, SHORT).unwrap();
        request.exchange();
        let start = Instant::now();
        let api = if querying {
            query_data_available(request.raw(), None).unwrap();
            QUERY
        } else {
            start_read(request.raw(), 10).unwrap();
            READ
        };
        let event = wait_for(&client.recorder, request.raw(), REQUEST_ERROR);
        assert_eq!(event.error(), (api, TIMEOUT));
        assert_short(start);
    }
}

/// The server reads nothing: the send timeout runs out.
/// Statements: behaviour 18.36, 18.51
#[test]
fn a_server_that_does_not_read_is_a_timeout_of_the_write() {
    for mode in [Mode::Sync, Mode::Async] {
        let gate = Gate::new();
        let server = Server::every({
            let gate = gate.clone();
            move |_, peer| {
                peer.request();
                peer.pause(&gate);
            }
        });
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        set_timeouts(request.raw(), 0, 60000, SHORT, 30000).unwrap();
        request.send_with(None, &[], 64 << 20).unwrap();
        let start = Instant::now();
        assert_eq!(request.write(&vec![0; 64 << 20]), Err(TIMEOUT));
        assert_short(start);
        gate.open();
    }
}

/// A listener whose queue is full: the kernel drops further connection requests.
struct BlackHole {
    listener: TcpListener,
    _queued: Vec<TcpStream>,
}

impl BlackHole {
    /// `None` if this system answers nevertheless.
    fn new() -> Option<Self> {
        let listener = {
            let socket =
                socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).ok()?;
            let address: std::net::SocketAddr = ([127, 0, 0, 1], 0).into();
            socket.bind(&address.into()).ok()?;
            socket.listen(0).ok()?;
            TcpListener::from(socket)
        };
        let address = listener.local_addr().ok()?;
        let mut queued = Vec::new();
        for _ in 0..8 {
            match TcpStream::connect_timeout(&address, Duration::from_millis(150)) {
                Ok(stream) => queued.push(stream),
                Err(_) => {
                    return Some(Self {
                        listener,
                        _queued: queued,
                    });
                }
            }
        }
        None
    }

    fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }
}

both_modes! {
    /// Statements: behaviour 18.52
    fn bc52_a_connection_that_is_not_answered_is_a_timeout(mode: Mode) {
        let Some(hole) = BlackHole::new() else {
            println!("left out: full listeners answer here");
            return;
        };
        let client = Client::new(mode);
        let connect = client.connect_to("127.0.0.1", hole.port());
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        set_timeouts(request.raw(), 0, SHORT, 30000, 30000).unwrap();
        let start = Instant::now();
        assert_eq!(request.send(), Err(TIMEOUT));
        assert_short(start);
        assert_eq!(client.recorder.count(CONNECTING_TO_SERVER), 1);
        assert_eq!(client.recorder.count(CONNECTED_TO_SERVER), 0);
    }

    /// Closing while connecting; the call returns at once.
    /// Statements: behaviour 18.12, 18.16
    fn closing_while_connecting(mode: Mode) {
        let Some(hole) = BlackHole::new() else {
            println!("left out: full listeners answer here");
            return;
        };
        let client = Client::new(mode);
        let connect = client.connect_to("127.0.0.1", hole.port());
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        let raw = request.raw();
        let start = Instant::now();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                client.recorder.wait(CONNECTING_TO_SERVER);
                close(raw).unwrap();
            });
            assert_eq!(request.send(), fails(ERROR_WINHTTP_OPERATION_CANCELLED));
        });
        assert!(start.elapsed() < Duration::from_secs(10));
        assert_eq!(closed(&client.recorder, raw).last().unwrap().status, HANDLE_CLOSING);
    }

    /// Another thread closes a synchronous request that waits for the server.
    /// Statements: behaviour 18.13
    fn closing_while_waiting_for_the_answer(mode: Mode) {
        let server = silent_server();
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.send().unwrap();
        let raw = request.raw();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                client.recorder.wait(RECEIVING_RESPONSE);
                close(raw).unwrap();
            });
            assert_eq!(request.receive(), fails(ERROR_WINHTTP_OPERATION_CANCELLED));
        });
        assert_eq!(closed(&client.recorder, raw).last().unwrap().status, HANDLE_CLOSING);
    }

    /// The same for one that waits for its body.
    /// Statements: behaviour 18.11
    fn closing_while_waiting_for_the_body(mode: Mode) {
        let server = stalling_server();
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        let raw = request.raw();
        let reading = Gate::new();
        std::thread::scope(|scope| {
            scope.spawn({
                let reading = reading.clone();
                move || {
                    // Whether the read waits already or not: one of the two outcomes below.
                    reading.pass();
                    close(raw).unwrap();
                }
            });
            reading.open();
            let outcome = request.read(10);
            let early = fails(INVALID_HANDLE);
            assert!(outcome == fails(ERROR_WINHTTP_OPERATION_CANCELLED) || outcome == early, "{outcome:?}");
        });
        assert_eq!(closed(&client.recorder, raw).last().unwrap().status, HANDLE_CLOSING);
    }

    /// Each gap is below the timeout, the sum is above; each read gets what is there.
    /// Statements: behaviour 18.53
    fn bc53_a_slow_but_steady_head_does_not_time_out(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.request();
            for part in ["HTTP/1.1 ", "200 OK\r\n", "Content-Length: 0", "\r\n\r\n"] {
                // The pause is the subject of the test; nothing is synchronised by it.
                peer.silent_for(Duration::from_millis(200));
                peer.send(part);
            }
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        set_timeouts(request.raw(), 0, 60000, 30000, 700).unwrap();
        request.exchange();
        assert_eq!(request.status(), 200);
    }

    /// The kept connection was closed: a new one is made, with its notifications, and no error is seen.
    /// Statements: behaviour 18.29, 18.49
    fn bc49_a_closed_connection_is_replaced_with_notifications(mode: Mode) {
        let closed = Gate::new();
        let server = Server::every({
            let closed = closed.clone();
            move |number, peer| {
                peer.request();
                peer.send(response("", b"body"));
                if number == 0 {
                    peer.close();
                    closed.open();
                } else {
                    peer.read_to_end();
                }
            }
        });
        let client = Client::new(mode);
        client.fetch(&server, "/");
        closed.pass();
        let request = client.get(&server, "/");
        client.recorder.take();
        request.exchange();
        client.recorder.assert_next(match mode {
            Mode::Sync => "RESOLVING_NAME NAME_RESOLVED CONNECTING_TO_SERVER CONNECTED_TO_SERVER SENDING_REQUEST REQUEST_SENT RECEIVING_RESPONSE RESPONSE_RECEIVED",
            Mode::Async => "RESOLVING_NAME NAME_RESOLVED CONNECTING_TO_SERVER CONNECTED_TO_SERVER SENDING_REQUEST REQUEST_SENT SENDREQUEST_COMPLETE RECEIVING_RESPONSE RESPONSE_RECEIVED HEADERS_AVAILABLE",
        });
        assert_eq!(request.body(), b"body");
    }

    /// The connection goes away under the second request, whose body was streamed: it cannot be repeated.
    /// Statements: behaviour 18.49
    fn bc49_a_streamed_body_is_not_repeated(mode: Mode) {
        let server = Server::once(|peer| {
            peer.request();
            peer.send(response("", b"body"));
            peer.whole_request();
        });
        let client = Client::new(mode);
        client.fetch(&server, "/");
        let request = client.post(&server, "/");
        request.send_with(None, &[], 4).unwrap();
        assert_eq!(request.write(b"body"), Ok(4));
        assert_eq!(request.receive(), fails(ERROR_WINHTTP_CONNECTION_ERROR));
        server.finish();
    }

    /// Without a body to repeat, the exchange is made again on a new connection: two rounds of notifications, one
    /// completion each.
    /// Statements: behaviour 18.14, 18.49
    fn bc49_a_request_is_repeated_once_with_one_completion(mode: Mode) {
        let server = Server::every(|number, peer| {
            peer.request();
            peer.send(response("", b"body"));
            if number == 0 {
                peer.request();
            } else {
                peer.read_to_end();
            }
        });
        let client = Client::new(mode);
        client.fetch(&server, "/");
        let request = client.get(&server, "/again");
        client.recorder.take();
        request.exchange();
        let events = client.recorder.take();
        let seen = names(&events);
        let count = |name| seen.iter().filter(|own| **own == name).count();
        let asynchronous = usize::from(mode == Mode::Async);
        assert_eq!(count("SENDREQUEST_COMPLETE"), asynchronous, "{seen:?}");
        assert_eq!(count("HEADERS_AVAILABLE"), asynchronous, "{seen:?}");
        assert_eq!(count("CONNECTED_TO_SERVER"), 1, "{seen:?}");
        assert_eq!(count("REQUEST_SENT"), 2, "{seen:?}");
        assert_eq!(count("RESPONSE_RECEIVED"), 1, "{seen:?}");
        assert_eq!(request.body(), b"body");
        assert_eq!(server.connections(), 2);
    }

    /// Statements: behaviour 18.57
    fn bc57_blocked_ports_are_refused_without_connecting(mode: Mode) {
        let client = Client::new(mode);
        for port in [21, 25, 70, 110, 119, 143] {
            let connect = client.connect_to("127.0.0.1", port);
            let request = client.request(&connect, &RequestSpec::new("GET", "/"));
            client.recorder.take();
            assert_eq!(request.send(), fails(ERROR_WINHTTP_CANNOT_CONNECT));
            client.recorder.assert_next(match mode {
                Mode::Sync => "",
                Mode::Async => "REQUEST_ERROR",
            });
            request.close();
        }
    }
}
