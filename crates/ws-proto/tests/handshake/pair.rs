//! A client and a server of ours shake hands.

use super::{received, shown};
use ws_proto::handshake::{
    ClientHandshake, SelectedExtension, Selection, ServerHandshake, requested_subprotocols,
};

#[test]
fn what_one_sends_the_other_accepts() {
    let client = ClientHandshake::new(
        [7; 16],
        &[b"v1.chat", b"v2.chat"],
        &[b"x; a; b=\"1\"", b"y"],
    )
    .unwrap();
    let request = client.request_headers();
    let offered = requested_subprotocols(received(&request)).unwrap();
    assert_eq!(offered, ["v1.chat", "v2.chat"]);

    let chosen = offered.last().map(|name| name.as_bytes());
    let server = ServerHandshake::new(received(&request), chosen, &[b"y; c=\"2\"", b"x"]).unwrap();
    let response = server.response_headers();
    assert_eq!(response.len(), 5, "{:?}", shown(&response));
    assert_eq!(
        client.finish(received(&response)),
        Ok(Selection {
            subprotocol: Some(1),
            extensions: vec![
                SelectedExtension {
                    index: 1,
                    parameters: "c=\"2\"".to_owned()
                },
                SelectedExtension {
                    index: 0,
                    parameters: String::new()
                },
            ],
        })
    );
}

#[test]
fn another_clients_response_is_refused() {
    let client = |nonce| ClientHandshake::new([nonce; 16], &[], &[]).unwrap();
    let request = client(1).request_headers();
    let response = ServerHandshake::new(received(&request), None, &[])
        .unwrap()
        .response_headers();
    assert!(client(1).finish(received(&response)).is_ok());
    assert!(client(2).finish(received(&response)).is_err());
}

#[test]
fn a_request_is_no_response_and_the_other_way_round() {
    let client = ClientHandshake::new([1; 16], &[], &[]).unwrap();
    let request = client.request_headers();
    let response = ServerHandshake::new(received(&request), None, &[])
        .unwrap()
        .response_headers();
    assert!(client.finish(received(&request)).is_err());
    assert!(ServerHandshake::new(received(&response), None, &[]).is_err());
}
