//! A server's handshake with any request and any choice. Of line 1 the first entry is the choice.
#![no_main]

mod header_text;

use header_text::{Input, received, slices};
use libfuzzer_sys::fuzz_target;
use ws_proto::handshake::{ServerHandshake, accept_value, requested_subprotocols};

fuzz_target!(|text: &[u8]| {
    let input = Input::parse(text);
    let extensions = slices(&input.extensions);
    let choice = input.subprotocols.first().map(Vec::as_slice);
    let requested = requested_subprotocols(input.headers());
    // Without a choice of ours it can only be stricter with one.
    let plain = ServerHandshake::new(input.headers(), None, &[]);
    let Ok(server) = ServerHandshake::new(input.headers(), choice, &extensions) else {
        return;
    };
    plain.expect("the same request without a choice");
    let requested = requested.expect("the request is good");
    if let Some(name) = server.subprotocol() {
        assert!(requested.contains(&name));
        assert!(choice.is_some_and(|choice| choice.eq_ignore_ascii_case(name.as_bytes())));
    }

    let response = server.response_headers();
    let values: Vec<&[u8]> = received(&response).map(|header| header.value).collect();
    let key = input
        .headers()
        .find(|header| header.name.eq_ignore_ascii_case(b"Sec-WebSocket-Key"))
        .expect("a key");
    let start = key
        .value
        .iter()
        .position(|&byte| !matches!(byte, b' ' | b'\t'));
    let key = &key.value[start.expect("not empty")..];
    // A good key has 24 characters.
    assert_eq!(values[0], accept_value(&key[..24]));
    let optional = [server.subprotocol().is_some(), !extensions.is_empty()];
    let optional = optional.into_iter().filter(|&there| there).count();
    assert_eq!(values.len(), 3 + optional);
});
