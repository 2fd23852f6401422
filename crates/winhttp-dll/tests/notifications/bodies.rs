//! Bodies of asynchronous requests (behaviour 18.62 to 18.72).

use crate::support::*;

/// WinHttpReceiveResponse is accepted while a WinHttpWriteData is pending; the last chunk goes out after it.
/// Statements: behaviour 18.69, 18.70
#[test]
fn bc70_receive_response_may_be_called_while_a_chunk_is_written() {
    const SIZE: usize = 16 << 20;
    let gate = Gate::new();
    let server = Server::every({
        let gate = gate.clone();
        move |_, peer| {
            peer.request();
            peer.pause(&gate);
            peer.expect(format!("{SIZE:x}\r\n").as_bytes());
            assert!(peer.read(SIZE).iter().all(|byte| *byte == b'x'));
            peer.expect(b"\r\n0\r\n\r\n");
            peer.send(response("", b"body"));
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.open(
        &server,
        &RequestSpec::new("POST", "/").flags(WINHTTP_FLAG_AUTOMATIC_CHUNKING),
    );
    let raw = request.raw();
    request.send().unwrap();
    client.recorder.take();
    write_data(raw, lasting(vec![b'x'; SIZE]), None).unwrap();
    assert_eq!(last_error(), IO_PENDING);
    assert_eq!(receive_response(raw), Ok(()));
    client.recorder.assert_next("");
    gate.open();
    wait_for(&client.recorder, raw, HEADERS_AVAILABLE);
    client
        .recorder
        .assert_next("WRITE_COMPLETE RECEIVING_RESPONSE RESPONSE_RECEIVED HEADERS_AVAILABLE");
    let written = client.recorder.of(WRITE_COMPLETE);
    assert_eq!(written[0].number() as usize, SIZE);
    assert_eq!(request.body(), b"body");
}

/// Each write is started by the completion of the one before, the receive by the last.
/// Statements: behaviour 18.63, 18.66, 18.69
#[test]
fn chunks_are_written_from_write_complete() {
    let server = Server::every(|_, peer| {
        peer.request();
        let body = peer.read_until(b"0\r\n\r\n");
        assert_eq!(
            body,
            b"4\r\npart\r\n"
                .repeat(10)
                .iter()
                .chain(b"0\r\n\r\n")
                .copied()
                .collect::<Vec<_>>()
        );
        peer.send(response("", b"body"));
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let left = Arc::new(std::sync::atomic::AtomicUsize::new(10));
    for status in [SENDREQUEST_COMPLETE, WRITE_COMPLETE] {
        let left = Arc::clone(&left);
        client.recorder.on(status, move |event| {
            let left = left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
            if left > 0 {
                write_data(event.handle, b"part", None).unwrap();
            } else {
                receive_response(event.handle).unwrap();
            }
        });
    }
    let request = client.open(
        &server,
        &RequestSpec::new("POST", "/").flags(WINHTTP_FLAG_AUTOMATIC_CHUNKING),
    );
    start_send(request.raw(), 0).unwrap();
    wait_for(&client.recorder, request.raw(), HEADERS_AVAILABLE);
    assert_eq!(client.recorder.count(WRITE_COMPLETE), 10);
    assert_eq!(request.body(), b"body");
}

/// More than was announced is refused at once, without a callback; what was announced can still be written.
/// Statements: facts 7.6; behaviour 18.25, 18.64
#[test]
fn bc64_too_much_is_refused_without_a_callback() {
    let server = Server::every(|_, peer| {
        peer.whole_request();
        peer.send(response("", b""));
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    request.send_with(None, b"12", 4).unwrap();
    client.recorder.take();
    let mut written = 0xA5A5;
    assert_eq!(
        write_data(request.raw(), b"345", Some(&mut written)),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(written, 0xA5A5);
    client.recorder.assert_next("");
    assert_eq!(request.write(b"34"), Ok(2));
    assert_eq!(
        write_data(request.raw(), b"5", None),
        fails(INVALID_PARAMETER)
    );
    request.receive().unwrap();
    assert_eq!(server.request(0).body, b"1234");
}

/// Statements: behaviour 18.65
#[test]
fn bc65_a_write_of_0_bytes_completes_with_0() {
    let server = Server::every(|_, peer| {
        peer.whole_request();
        peer.send(response("", b""));
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    request.send_with(None, &[], 4).unwrap();
    assert_eq!(request.write(b""), Ok(0));
    assert_eq!(request.write(b"body"), Ok(4));
    assert_eq!(request.write(b""), Ok(0));
    request.receive().unwrap();
    assert_eq!(server.request(0).body, b"body");
}

/// The server answers and stops reading; the rest of the body is not wanted, and the answer can be received.
/// Statements: behaviour 18.72
#[test]
fn bc72_an_early_answer_ends_a_long_body() {
    let server = Server::every(|_, peer| {
        peer.request();
        peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!");
        peer.half_close();
        // The client goes on sending for a while.
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    request.send_with(None, &[], 64 << 20).unwrap();
    for _ in 0..8 {
        assert_eq!(request.write(&[0; 1 << 20]), Ok(1 << 20));
    }
    request.receive().unwrap();
    assert_eq!(request.status(), 413);
    assert_eq!(request.body(), b"no!");
    request.close();
}

/// A receive before the whole announced body was written: the server may answer early.
/// Statements: behaviour 18.72
#[test]
fn bc72_a_short_body_is_not_padded() {
    for mode in [Mode::Sync, Mode::Async] {
        let server = Server::once(|peer| {
            peer.request();
            peer.read(2);
            peer.send(response("", b"early"));
            // Not used again, and nothing more of the body comes.
            peer.expect_end();
        });
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        request.send_with(None, b"12", 10).unwrap();
        request.receive().unwrap();
        assert_eq!(request.body(), b"early");
        request.close();
        server.finish();
    }
}
