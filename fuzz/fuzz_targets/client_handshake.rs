//! A client's handshake with any offer and any response.
#![no_main]

mod header_text;

use header_text::{Input, received, slices};
use libfuzzer_sys::fuzz_target;
use ws_proto::handshake::{ClientHandshake, Header, ServerHandshake};

/// The seeds hold the accept value that belongs to it: the fuzzer cannot guess one.
const NONCE: [u8; 16] = [0; 16];

fuzz_target!(|text: &[u8]| {
    let input = Input::parse(text);
    let subprotocols = slices(&input.subprotocols);
    let extensions = slices(&input.extensions);
    let Ok(client) = ClientHandshake::new(NONCE, &subprotocols, &extensions) else {
        return;
    };
    // A server may choose whatever is offered.
    let request = client.request_headers();
    for choice in subprotocols.iter().map(|&name| Some(name)).chain([None]) {
        ServerHandshake::new(received(&request), choice, &extensions).expect("an offer of ours");
    }

    let result = client.finish(input.headers());
    if let Ok(selection) = &result {
        assert!(
            selection
                .subprotocol
                .is_none_or(|index| index < subprotocols.len())
        );
        let mut indexes: Vec<usize> = selection.extensions.iter().map(|e| e.index).collect();
        indexes.sort_unstable();
        assert!(
            indexes.windows(2).all(|pair| pair[0] < pair[1]),
            "each at most once"
        );
        assert!(indexes.last().is_none_or(|&index| index < extensions.len()));
    }
    // Neither the case of names nor other headers make a difference.
    let upper: Vec<Vec<u8>> = input
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_uppercase())
        .collect();
    let disguised = input
        .headers
        .iter()
        .zip(&upper)
        .flat_map(|((_, value), name)| {
            let other = Header {
                name: b"X-Other",
                value: b"\0,;\"",
            };
            [Header { name, value }, other]
        });
    assert_eq!(client.finish(disguised), result);
});
