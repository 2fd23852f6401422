//! Whole sequences of notifications.

use crate::support::*;
use winhttp_testkit::tls::{self, Identity};

/// A secure server; each connection is answered as `run` says.
fn secure(run: impl Fn(&mut Peer) + Send + Sync + 'static) -> Server {
    Server::builder()
        .tls(tls::server(Identity::good()))
        .every(move |_, peer| {
            peer.upgrade();
            run(peer);
        })
}

/// Makes a WebSocket and checks what is notified on the way; the request is still open. The response may come late on a
/// busy machine, so it may, now and then, be taken in on another thread.
#[track_caller]
fn upgrade(client: &Client, server: &Server, first: bool) -> (winhttp_testkit::Request, Socket) {
    let spec = RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_SECURE);
    let names = if first {
        "RESOLVING_NAME NAME_RESOLVED"
    } else {
        "(RESOLVING_NAME NAME_RESOLVED)"
    };
    let connecting = format!(
        "{names} CONNECTING_TO_SERVER CONNECTED_TO_SERVER SENDING_REQUEST REQUEST_SENT SENDREQUEST_COMPLETE"
    );
    for attempt in 0.. {
        let request = client.open(server, &spec);
        upgrade_option(request.raw()).unwrap();
        client.recorder.take();
        request.send().unwrap();
        client.recorder.assert_next(&connecting);
        request.receive().unwrap();
        let events = client.recorder.take();
        let in_call = events
            .iter()
            .all(|event| event.thread == client.recorder.main());
        if in_call || attempt == 19 {
            winhttp_testkit::assert_sequence(
                &events,
                client.recorder.main(),
                "RECEIVING_RESPONSE:M RESPONSE_RECEIVED:M HEADERS_AVAILABLE:M",
            );
            let socket = request.upgrade(0);
            client.recorder.assert_next("HANDLE_CREATED:M");
            return (request, socket);
        }
    }
    unreachable!()
}

/// Statements: facts 19.12, 19.13, 18.12; behaviour 18.184
#[test]
fn f19_12_an_upgrade_and_a_session_to_its_end() {
    let server = secure(Peer::echo_frames);
    let client = Client::new(Mode::Async);
    let recorder = &client.recorder;
    for first in [true, false] {
        let (request, socket) = upgrade(&client, &server, first);
        request.close();
        // Of the request and of its connection handle.
        recorder.assert_next("HANDLE_CLOSING HANDLE_CLOSING");
        for kind in [BINARY_FRAGMENT, BINARY_MESSAGE] {
            socket.start_send(kind, &[1; 100]).unwrap();
            recorder.assert_next("WRITE_COMPLETE:M");
        }
        assert_eq!(socket.receive(100), got([1; 100], BINARY_FRAGMENT));
        recorder.assert_next("READ_COMPLETE");
        assert_eq!(socket.receive(200), got([1; 100], BINARY_MESSAGE));
        recorder.assert_next("READ_COMPLETE");
        socket.start_shutdown(1000, b"done").unwrap();
        recorder.assert_next("SHUTDOWN_COMPLETE:M");
        socket.close(1000, b"done").unwrap();
        recorder.assert_next("CLOSE_COMPLETE");
        socket.end();
        recorder.assert_next("HANDLE_CLOSING");
    }
}

/// Statements: facts 19.14, 18.13
#[test]
fn f19_14_a_pending_receive_then_close() {
    let server = secure(Peer::echo_frames);
    let client = Client::new(Mode::Async);
    let (request, socket) = upgrade(&client, &server, true);
    socket.start_receive(100).unwrap();
    let mark = client.recorder.mark();
    socket.start_close(1000, b"").unwrap();
    assert_eq!(client.recorder.events()[mark].status, REQUEST_ERROR);
    client.recorder.wait(CLOSE_COMPLETE);
    client
        .recorder
        .assert_next("REQUEST_ERROR:M CLOSE_COMPLETE");
    socket.end();
    request.close();
    client
        .recorder
        .assert_next("HANDLE_CLOSING HANDLE_CLOSING HANDLE_CLOSING");
}

/// Statements: facts 19.15, 18.14
#[test]
fn f19_15_a_pending_receive_then_close_then_the_handle() {
    let server = secure(|peer| {
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let (_request, socket) = upgrade(&client, &server, true);
    socket.start_receive(100).unwrap();
    socket.start_close(1000, b"").unwrap();
    socket.end();
    client
        .recorder
        .assert_next("REQUEST_ERROR:M REQUEST_ERROR HANDLE_CLOSING");
}

/// Statements: facts 19.16, 18.15
#[test]
fn f19_16_a_pending_receive_then_the_handle() {
    let server = secure(|peer| {
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let (_request, socket) = upgrade(&client, &server, true);
    socket.start_receive(100).unwrap();
    socket.end();
    client.recorder.assert_next("REQUEST_ERROR HANDLE_CLOSING");
}

/// The server takes its time, as one does that is far away: its answer must not come before the call has returned.
/// Statements: facts 19.17, 18.16, 18.17
#[test]
fn f19_17_a_pending_receive_then_shutdown() {
    let returned = Gate::new();
    let server = secure({
        let returned = returned.clone();
        move |peer| {
            let close = peer.frame();
            peer.pause(&returned);
            peer.send_frame(close.first, &close.payload);
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let (request, socket) = upgrade(&client, &server, true);
    socket.start_receive(100).unwrap();
    socket.start_shutdown(1000, b"").unwrap();
    returned.open();
    client.recorder.wait(READ_COMPLETE);
    client
        .recorder
        .assert_next("SHUTDOWN_COMPLETE:M READ_COMPLETE");
    // On a busy machine the callback of the receive may take longer to return than Close waits for it: `f18_16…` has more
    // than one attempt.
    socket.close(1000, b"").unwrap();
    client.recorder.assert_next("CLOSE_COMPLETE");
    socket.end();
    request.close();
    let Client {
        session, recorder, ..
    } = client;
    session.close();
    recorder.assert_next("HANDLE_CLOSING HANDLE_CLOSING HANDLE_CLOSING HANDLE_CLOSING");
}

/// Nothing but HANDLE_CREATED and HANDLE_CLOSING is notified in a synchronous session after the upgrade.
/// Statements: behaviour 18.22
#[test]
fn a_synchronous_socket_notifies_nothing() {
    let server = echo();
    let client = Client::new(Mode::Sync);
    let request = client.upgrade_request(&server);
    request.exchange();
    client.recorder.take();
    let socket = request.upgrade(0);
    socket.send(UTF8_MESSAGE, b"x").unwrap();
    socket.receive(10).unwrap();
    socket.shutdown(1000, b"").unwrap();
    socket.close(1000, b"").unwrap();
    socket.end();
    client
        .recorder
        .assert_next("HANDLE_CREATED:M HANDLE_CLOSING:M");
}

/// With the mask ALL_COMPLETIONS.
/// Statements: options 9.57, 9.58; behaviour 18.200
#[test]
fn bc200_close_and_shutdown_are_completions() {
    let server = echo();
    let client = Client::new(Mode::Async);
    let recorder = &client.recorder;
    let mask = WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS;
    set_status_callback(client.session.raw(), recorder.callback(), mask).unwrap();
    let request = client.upgrade_request(&server);
    request.exchange();
    recorder.take();
    let socket = request.upgrade(0);
    socket.shutdown(1000, b"").unwrap();
    socket.close(1000, b"").unwrap();
    assert_eq!(socket.close_handle(), Ok(()));
    recorder.assert_next("SHUTDOWN_COMPLETE CLOSE_COMPLETE");
}

/// A callback of the socket's own replaces the inherited one.
/// Statements: behaviour 18.165
#[test]
fn a_socket_can_have_a_callback_of_its_own() {
    let server = echo();
    let client = Client::new(Mode::Async);
    let socket = client.socket(&server);
    let own = Recorder::new();
    set_status_callback(socket.raw(), own.callback(), u32::MAX).unwrap();
    client.recorder.take();
    socket.start_send(UTF8_MESSAGE, b"x").unwrap();
    own.assert_next("WRITE_COMPLETE:M");
    let raw = socket.raw();
    assert_eq!(socket.close_handle(), Ok(()));
    own.wait_from(0, |event| {
        event.handle == raw && event.status == HANDLE_CLOSING
    });
    client.recorder.assert_next("");
    assert!(own.count(HANDLE_CREATED) == 0);
}
