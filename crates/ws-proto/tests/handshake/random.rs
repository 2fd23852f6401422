//! Random handshakes: valid ones in any disguise must succeed and select exactly what was chosen; damaged ones must not
//! panic. The generator is seeded with a constant, so a failure repeats.

use super::received;
use std::num::Wrapping;
use ws_proto::handshake::{
    ClientHandshake, Header, OutgoingHeader, ServerHandshake, requested_subprotocols,
};

/// SplitMix64.
struct Random(Wrapping<u64>);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 += 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)) * Wrapping(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)) * Wrapping(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).0
    }

    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn white_space(&mut self) -> &'static str {
        ["", "", " ", "\t", " \t "][self.below(5)]
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

type OwnedHeader = (Vec<u8>, Vec<u8>);

fn borrowed(headers: &[OwnedHeader]) -> impl Iterator<Item = Header<'_>> + Clone {
    headers.iter().map(|(name, value)| Header { name, value })
}

/// The same headers as another peer might have written them: other case of names, white space, empty elements, lists
/// spread over several headers, unknown headers between. Keeps the order within a list.
fn disguised(random: &mut Random, sent: &[OutgoingHeader]) -> Vec<OwnedHeader> {
    let mut headers: Vec<OwnedHeader> = Vec::new();
    for header in sent {
        let is_list = [
            "Connection",
            "Upgrade",
            "Sec-WebSocket-Protocol",
            "Sec-WebSocket-Extensions",
        ]
        .contains(&header.name);
        let mut value = random.white_space().to_owned();
        if is_list {
            for element in header.value.split(", ") {
                if random.below(4) == 0 {
                    headers.push((other_case(random, header.name), value.into_bytes()));
                    value = String::new();
                }
                value += random.pick(&["", ",", " , "]);
                value += random.white_space();
                value += element;
                value += random.white_space();
                value += ",";
            }
        } else {
            value += &header.value;
            value += random.white_space();
        }
        headers.push((other_case(random, header.name), value.into_bytes()));
        if random.coin() {
            headers.push((b"X-Other".to_vec(), b"\xff\0,;\"".to_vec()));
        }
    }
    headers
}

fn other_case(random: &mut Random, name: &str) -> Vec<u8> {
    let flip = |byte: u8| {
        if random.coin() {
            byte.to_ascii_uppercase()
        } else {
            byte.to_ascii_lowercase()
        }
    };
    name.bytes().map(flip).collect()
}

/// Different elements in random order, so that any beginning of it is a random choice.
fn shuffled<'a>(random: &mut Random, from: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut list = from.to_vec();
    for end in (1..list.len()).rev() {
        list.swap(end, random.below(end + 1));
    }
    list.truncate(random.below(from.len() + 1));
    list
}

const SUBPROTOCOLS: [&[u8]; 5] = [b"a", b"aa", b"chat.v1", b"!#$%&'*+-.^_`|~", b"Z9"];
const EXTENSIONS: [&[u8]; 5] = [
    b"x",
    b"xx ; a",
    b"y;b=1 ; c=\"2\"",
    b"permessage-deflate; client_max_window_bits",
    b"z",
];

#[test]
fn valid_handshakes_in_any_disguise_succeed() {
    let mut random = Random(Wrapping(1));
    for round in 0..3_000 {
        let subprotocols = shuffled(&mut random, &SUBPROTOCOLS);
        let extensions = shuffled(&mut random, &EXTENSIONS);
        let nonce = [(); 16].map(|()| random.next() as u8);
        let client = ClientHandshake::new(nonce, &subprotocols, &extensions).unwrap();

        let request = disguised(&mut random, &client.request_headers());
        let requested = requested_subprotocols(borrowed(&request)).unwrap();
        let requested: Vec<&[u8]> = requested.into_iter().map(str::as_bytes).collect();
        assert_eq!(requested, subprotocols, "round {round}");

        let chosen = shuffled(&mut random, &subprotocols).first().copied();
        let agreed = shuffled(&mut random, &extensions);
        let server = ServerHandshake::new(borrowed(&request), chosen, &agreed).unwrap();

        let response = disguised(&mut random, &server.response_headers());
        let selection = client.finish(borrowed(&response)).unwrap();
        let selected = selection.subprotocol.map(|index| subprotocols[index]);
        assert_eq!(selected, chosen, "round {round}");
        let found: Vec<&[u8]> = selection
            .extensions
            .iter()
            .map(|found| extensions[found.index])
            .collect();
        assert_eq!(found, agreed, "round {round}");
        for found in &selection.extensions {
            let text = String::from_utf8_lossy(extensions[found.index]);
            let parameters = text
                .split_once(';')
                .map_or("", |(_, parameters)| parameters);
            assert_eq!(found.parameters, parameters.trim(), "round {round}");
        }
    }
}

#[test]
fn damaged_handshakes_do_not_panic() {
    const BYTES: &[u8] = b",;=\"\\ \t\0\r\n\x7f\xffaA0";
    let mut random = Random(Wrapping(2));
    let client = ClientHandshake::new([9; 16], &SUBPROTOCOLS, &EXTENSIONS).unwrap();
    let server = ServerHandshake::new(
        received(&client.request_headers()),
        Some(b"Z9"),
        &EXTENSIONS,
    )
    .unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..30_000 {
        let is_request = random.coin();
        let sent = if is_request {
            client.request_headers()
        } else {
            server.response_headers()
        };
        let mut headers = disguised(&mut random, &sent);
        for _ in 0..=random.below(4) {
            damage(&mut random, &mut headers, BYTES);
        }
        let ok = if is_request {
            let list = requested_subprotocols(borrowed(&headers));
            let server = ServerHandshake::new(borrowed(&headers), Some(b"Z9"), &[b"z", b"x"]);
            if let Ok(server) = &server {
                let name = server.subprotocol().unwrap();
                assert!(list.unwrap().contains(&name), "round {round}");
                assert_eq!(server.response_headers().len(), 5, "round {round}");
            }
            server.is_ok()
        } else {
            let selection = client.finish(borrowed(&headers));
            if let Ok(selection) = &selection {
                let mut indexes: Vec<usize> = selection
                    .extensions
                    .iter()
                    .map(|found| found.index)
                    .collect();
                indexes.sort_unstable();
                assert!(
                    indexes.windows(2).all(|pair| pair[0] < pair[1]),
                    "round {round}"
                );
                assert!(
                    indexes.iter().all(|index| *index < EXTENSIONS.len()),
                    "round {round}"
                );
            }
            selection.is_ok()
        };
        *(if ok { &mut accepted } else { &mut refused }) += 1;
    }
    // Otherwise the damage is too small or too great to try anything.
    assert!(
        accepted > 300 && refused > 3_000,
        "{accepted} accepted, {refused} refused"
    );
}

fn damage(random: &mut Random, headers: &mut Vec<OwnedHeader>, bytes: &[u8]) {
    let Some(last) = headers.len().checked_sub(1) else {
        return;
    };
    let target = random.below(last + 1);
    match random.below(8) {
        0 => {
            headers.remove(target);
        }
        1 => headers.push(headers[target].clone()),
        2 => headers.swap(target, last),
        3 => {
            let value = headers[last].1.clone();
            headers[target].1 = value;
        }
        kind => {
            let text = if kind == 4 {
                &mut headers[target].0
            } else {
                &mut headers[target].1
            };
            let position = random.below(text.len() + 1);
            match random.below(3) {
                0 => text.insert(position, bytes[random.below(bytes.len())]),
                1 => text.truncate(position),
                _ => {
                    if let Some(byte) = text.get_mut(position) {
                        *byte = random.next() as u8;
                    }
                }
            }
        }
    }
}
