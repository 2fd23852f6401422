//! Handshakes that no honest peer sends: huge, repetitive, malformed.

use std::time::Instant;

use websocket_testkit::handshake::{DOTNET_REQUEST, accept, value};
use websocket_testkit::hresult::{E_INVALID_PROTOCOL_FORMAT, HRESULT, S_OK};
use websocket_testkit::{Endpoint, Role};

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn request() -> Pairs {
    DOTNET_REQUEST
        .iter()
        .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
        .collect()
}

fn pair(name: &str, value: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (name.as_bytes().to_vec(), value.to_vec())
}

/// What a server says to `request`.
fn serve(request: &Pairs) -> HRESULT {
    let endpoint = Endpoint::create(Role::Server, &[]).expect("a handle");
    endpoint
        .begin_server(None, &[], request)
        .map_or_else(|error| error, |_| S_OK)
}

/// What a client that offers `subprotocols` and `extensions` says to its right answer with `change` applied.
fn answer(subprotocols: &[&str], extensions: &[&str], change: impl FnOnce(&mut Pairs)) -> HRESULT {
    let endpoint = Endpoint::create(Role::Client, &[]).expect("a handle");
    let headers = endpoint
        .begin_client(subprotocols, extensions, &[])
        .expect("BeginClientHandshake");
    let mut response = vec![
        pair("Connection", b"Upgrade"),
        pair("Upgrade", b"websocket"),
        pair(
            "Sec-WebSocket-Accept",
            accept(value(&headers, "Sec-WebSocket-Key")).as_bytes(),
        ),
    ];
    change(&mut response);
    endpoint
        .end_client(&response)
        .map_or_else(|error| error, |_| S_OK)
}

/// How long `work` takes for inputs of a size and of eight times that size: about eight times as long if it is linear, 64
/// times if it is quadratic. The limit lies between, and small times do not count, so that a busy machine does not matter.
fn assert_linear(what: &str, work: impl Fn(usize)) {
    let time = |size| {
        (0..3)
            .map(|_| {
                let start = Instant::now();
                work(size);
                start.elapsed()
            })
            .min()
            .expect("three runs")
    };
    let (small, large) = (time(1), time(8));
    println!("{what}: {small:?}, eight times as much: {large:?}");
    assert!(
        large.as_millis() < 100 || large < small * 30,
        "{what}: {small:?} grew to {large:?} for eight times as much"
    );
}

#[test]
fn ten_thousand_headers() {
    assert_linear("10,000 unknown headers, server", |times| {
        let mut headers = request();
        for index in 0..10_000 * times {
            headers.push(pair(&format!("X-{index}"), b"value"));
        }
        assert_eq!(serve(&headers), S_OK);
        headers.rotate_left(5);
        assert_eq!(serve(&headers), S_OK);
    });
    assert_linear("10,000 unknown headers, client", |times| {
        let result = answer(&[], &[], |headers| {
            for index in 0..10_000 * times {
                headers.push(pair("X-Index", index.to_string().as_bytes()));
            }
            headers.rotate_left(3);
        });
        assert_eq!(result, S_OK);
    });
    assert_linear("10,000 Connection and Upgrade headers", |times| {
        let mut headers = request();
        for _ in 0..5000 * times {
            headers.push(pair("Connection", b"keep-alive, Upgrade"));
            headers.push(pair("Upgrade", b"h2c, websocket"));
        }
        assert_eq!(serve(&headers), S_OK);
    });
}

#[test]
fn a_header_value_of_a_mebibyte() {
    let mebibyte = 1 << 20;
    for name in ["X-Big", "Host", "Origin", "Sec-WebSocket-Extensions-Not"] {
        let mut headers = request();
        headers.retain(|header| header.0 != name.as_bytes());
        headers.push(pair(name, &vec![b'a'; mebibyte]));
        assert_eq!(serve(&headers), S_OK, "{name}");
    }
    for name in ["Sec-WebSocket-Key", "Upgrade", "Connection"] {
        let mut headers = request();
        headers.retain(|header| header.0 != name.as_bytes());
        headers.push(pair(name, &vec![b'A'; mebibyte]));
        assert_eq!(serve(&headers), E_INVALID_PROTOCOL_FORMAT, "{name}");
    }
    assert_linear("a list of 128 Ki tokens", |times| {
        let mut headers = request();
        headers.push(pair(
            "Connection",
            "a,".repeat((mebibyte / 16) * times).as_bytes(),
        ));
        // Whatever is thought of the empty element at its end, it is found quickly.
        let result = serve(&headers);
        assert!(
            [S_OK, E_INVALID_PROTOCOL_FORMAT].contains(&result),
            "{result:#x}"
        );
    });
    assert_linear("many requested subprotocols", |times| {
        let mut headers = request();
        let list: Vec<_> = (0..8000 * times).map(|index| format!("p{index}")).collect();
        headers.push(pair("Sec-WebSocket-Protocol", list.join(", ").as_bytes()));
        let endpoint = Endpoint::create(Role::Server, &[]).expect("a handle");
        let last = list.last().expect("not empty");
        endpoint
            .begin_server(Some(last), &[], &headers)
            .expect("the last of them");
    });
    assert_linear("a list of only commas and spaces", |times| {
        let mut headers = request();
        headers.push(pair(
            "Connection",
            ", ".repeat((mebibyte / 4) * times).as_bytes(),
        ));
        let result = serve(&headers);
        assert!(
            [S_OK, E_INVALID_PROTOCOL_FORMAT].contains(&result),
            "{result:#x}"
        );
    });
}

#[test]
fn single_headers_that_come_twice() {
    for name in ["Sec-WebSocket-Key", "Sec-WebSocket-Version"] {
        let mut headers = request();
        let again = headers
            .iter()
            .find(|header| header.0 == name.as_bytes())
            .expect("there")
            .clone();
        headers.push(again);
        assert_eq!(serve(&headers), E_INVALID_PROTOCOL_FORMAT, "{name}");
        headers.last_mut().expect("pushed").0.make_ascii_uppercase();
        assert_eq!(
            serve(&headers),
            E_INVALID_PROTOCOL_FORMAT,
            "{name} in capitals"
        );
    }
    let result = answer(&[], &[], |headers| headers.push(headers[2].clone()));
    assert_eq!(result, E_INVALID_PROTOCOL_FORMAT, "Sec-WebSocket-Accept");
}

#[test]
fn required_headers_with_rubbish() {
    let rubbish: &[&[u8]] = &[
        b"",
        b" ",
        b",",
        b"\0",
        b"upgrade\0",
        b"\0upgrade",
        b"websocket\0",
        b"\xff\xfe",
        b"up grade",
        b"upgrade;q=1",
        b"\"upgrade\"",
        b"13\0",
        b"13 ,",
        b"+13",
        b"1 3",
        b"AAAAAAAAAAAAAAAAAAAAAA=",
        b"AAAAAAAAAAAAAAAAAAAAAA==\0",
        b"AAAAAAAAAAAAAAAAAAAAA===",
        b"AAAAAAAAAAAAAAAAAAAA\0A==",
        b"AAAAAAAAAAAAAAAAAAAAAA==AAAA",
        b"========================",
    ];
    for name in ["Connection", "Upgrade", "Sec-WebSocket-Key"] {
        for value in rubbish {
            let mut headers = request();
            headers.retain(|header| header.0 != name.as_bytes());
            headers.push(pair(name, value));
            assert_eq!(
                serve(&headers),
                E_INVALID_PROTOCOL_FORMAT,
                "{name}: {value:?}"
            );
        }
    }
    for value in rubbish {
        let mut headers = request();
        headers.retain(|header| header.0 != b"Sec-WebSocket-Version");
        headers.push(pair("Sec-WebSocket-Version", value));
        // Not 13, or not a number: refused either way, under one of two names.
        assert!(serve(&headers) != S_OK, "version {value:?}");
        for index in 0..3 {
            let result = answer(&[], &[], |headers| headers[index].1 = value.to_vec());
            assert_eq!(
                result, E_INVALID_PROTOCOL_FORMAT,
                "response {index}: {value:?}"
            );
        }
    }
}

#[test]
fn names_with_rubbish_are_other_names() {
    for name in [
        "",
        " ",
        "\0",
        "Sec-WebSocket-Key\0",
        "Sec-WebSocket-Key ",
        "Sec-WebSocket-Key:",
        "é",
    ] {
        let mut headers = request();
        headers.push(pair(name, b"x"));
        let result = serve(&headers);
        assert!(
            [S_OK, E_INVALID_PROTOCOL_FORMAT].contains(&result),
            "{name:?}: {result:#x}"
        );
        headers.retain(|header| header.0 != b"Sec-WebSocket-Key");
        assert_eq!(
            serve(&headers),
            E_INVALID_PROTOCOL_FORMAT,
            "{name:?} instead of the key"
        );
    }
}

/// Random changes to right handshakes: no crash, and never success without the essentials.
#[test]
fn mutated_handshakes() {
    let mut rng = crate::rng::Rng::new(3);
    let mut refused = 0;
    for _ in 0..3000 {
        let mut headers = request();
        for _ in 0..rng.range(1, 3) {
            let at = rng.below(headers.len());
            match rng.below(5) {
                0 => {
                    headers.remove(at);
                }
                1 => headers.push(headers[at].clone()),
                2 if !headers[at].1.is_empty() => {
                    let index = rng.below(headers[at].1.len());
                    headers[at].1[index] = rng.next() as u8;
                }
                3 => {
                    let index = rng.below(headers[at].0.len());
                    headers[at].0[index] ^= 1 << rng.below(8);
                }
                _ => {
                    let length = rng.below(40);
                    headers[at].1 = rng.bytes(length);
                }
            }
            if headers.is_empty() {
                break;
            }
        }
        let result = serve(&headers);
        let whole = |name: &str| {
            headers.iter().any(|header| {
                header.0.eq_ignore_ascii_case(name.as_bytes()) && !header.1.is_empty()
            })
        };
        if result == S_OK {
            for name in [
                "Connection",
                "Upgrade",
                "Sec-WebSocket-Key",
                "Sec-WebSocket-Version",
            ] {
                assert!(whole(name), "accepted without {name}: {headers:?}");
            }
        } else {
            refused += 1;
        }
    }
    assert!(refused > 1000, "{refused} of 3000 refused");
}
