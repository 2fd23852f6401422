//! Much, and malicious. A quadratic scan would show here as a test that does not come to its end.

use super::{KNOWN_ANSWERS, header, headers};
use ws_proto::handshake::HandshakeError::{
    self, BadAccept, BadKey, BadList, BadVersion, DuplicateElement, DuplicateHeader,
    ExtensionNotSupported, SubprotocolNotSupported, TooManySubprotocols,
};
use ws_proto::handshake::{
    ClientHandshake, Field, Header, ServerHandshake, ServerHandshakeError, requested_subprotocols,
};

const MEBIBYTE: usize = 1 << 20;

const REQUEST: [(&str, &str); 4] = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", KNOWN_ANSWERS[0].0),
];

fn begin<'a>(request: impl Iterator<Item = Header<'a>>) -> Result<(), HandshakeError> {
    match ServerHandshake::new(request, None, &[]) {
        Ok(_) => Ok(()),
        Err(ServerHandshakeError::Request(error)) => Err(error),
        Err(ServerHandshakeError::Offer(error)) => panic!("{error}"),
    }
}

/// The request with one header more.
fn begin_with(name: &str, value: &str) -> Result<(), HandshakeError> {
    begin(headers(&REQUEST).chain([header(name, value)]))
}

/// The request with the value of one header replaced.
fn begin_replacing(name: &str, value: &str) -> Result<(), HandshakeError> {
    begin(headers(&REQUEST).map(|own| {
        if own.name == name.as_bytes() {
            header(name, value)
        } else {
            own
        }
    }))
}

/// Different tokens, `length` bytes of them with commas between.
fn many_tokens(length: usize) -> String {
    let mut list = String::with_capacity(length + 16);
    for number in 0.. {
        if list.len() >= length {
            break;
        }
        list += &format!("{number:x},");
    }
    list
}

#[test]
fn ten_thousand_unknown_headers() {
    let noise = || (0..10_000).map(|_| header("X-Noise", "noise"));
    assert_eq!(
        begin(noise().chain(headers(&REQUEST)).chain(noise())),
        Ok(())
    );
}

#[test]
fn ten_thousand_headers_of_each_kind() {
    let many = |name, value| {
        (0..10_000)
            .map(move |_| header(name, value))
            .chain(headers(&REQUEST))
    };
    assert_eq!(begin(many("Connection", "close")), Ok(()));
    assert_eq!(begin(many("Upgrade", "h2c")), Ok(()));
    assert_eq!(begin(many("Sec-WebSocket-Extensions", "x")), Ok(()));
    assert_eq!(begin(many("Sec-WebSocket-Protocol", "")), Ok(()));
    assert_eq!(
        begin(many("Sec-WebSocket-Protocol", "a")),
        Err(DuplicateElement(Field::Protocol))
    );
    assert_eq!(
        begin(many("Sec-WebSocket-Key", REQUEST[3].1)),
        Err(DuplicateHeader(Field::Key))
    );
    assert_eq!(
        begin(many("Sec-WebSocket-Version", "13")),
        Err(DuplicateHeader(Field::Version))
    );
}

#[test]
fn a_mebibyte_of_each_kind_of_value() {
    let spaces = " ".repeat(MEBIBYTE);
    let commas = ",".repeat(MEBIBYTE);
    let token = "a".repeat(MEBIBYTE);
    let tokens = many_tokens(MEBIBYTE);
    let digits = "1".repeat(MEBIBYTE);
    let parameters = format!("x{}", ";a=\"b\"".repeat(MEBIBYTE / 6));
    let open_quote = format!("x;a=\"{token}");
    let escapes = format!("x;a=\"{}\"", "\\a".repeat(MEBIBYTE / 2));
    for list in [&spaces, &commas, &token, &tokens] {
        for name in [
            "Connection",
            "Upgrade",
            "Sec-WebSocket-Protocol",
            "Sec-WebSocket-Extensions",
        ] {
            assert_eq!(begin_with(name, list), Ok(()), "{name}");
        }
    }
    assert_eq!(begin_with("Sec-WebSocket-Extensions", &parameters), Ok(()));
    assert_eq!(begin_with("Sec-WebSocket-Extensions", &escapes), Ok(()));
    assert!(matches!(
        begin_with("Sec-WebSocket-Extensions", &open_quote),
        Err(BadList { field: Field::Extensions, offset, .. }) if offset == open_quote.len()
    ));
    for value in [&spaces, &commas, &token, &digits] {
        assert_eq!(begin_replacing("Sec-WebSocket-Key", value), Err(BadKey));
    }
    assert_eq!(
        begin_replacing("Sec-WebSocket-Version", &spaces),
        Err(BadVersion)
    );
    assert_eq!(
        begin_replacing("Sec-WebSocket-Version", &digits),
        Err(HandshakeError::VersionNotSupported)
    );
    let padded = format!("{spaces}{}{spaces}", REQUEST[3].1);
    assert_eq!(begin_replacing("Sec-WebSocket-Key", &padded), Ok(()));
}

#[test]
fn a_mebibyte_of_subprotocols_to_choose_from() {
    let tokens = many_tokens(MEBIBYTE);
    let offered = header("Sec-WebSocket-Protocol", &tokens);
    let names = requested_subprotocols([offered]).unwrap();
    assert!(names.len() > 100_000);
    let request = headers(&REQUEST).chain([offered]);
    let last = names.last().unwrap().as_bytes();
    assert!(ServerHandshake::new(request.clone(), Some(last), &[]).is_ok());
    assert_eq!(
        ServerHandshake::new(request, Some(b"absent"), &[]).unwrap_err(),
        ServerHandshakeError::Request(SubprotocolNotSupported)
    );
}

#[test]
fn a_hostile_response() {
    let client = ClientHandshake::new([0; 16], &[b"0"], &[b"0"]).unwrap();
    let good = [
        REQUEST[0],
        REQUEST[1],
        ("Sec-WebSocket-Accept", KNOWN_ANSWERS[0].1),
    ];
    let tokens = many_tokens(MEBIBYTE);
    let finish = |name: &str, value: &str| {
        client
            .finish(headers(&good).chain([header(name, value)]))
            .map(|_| ())
    };
    assert_eq!(
        finish("Sec-WebSocket-Protocol", &tokens),
        Err(TooManySubprotocols)
    );
    assert_eq!(
        finish("Sec-WebSocket-Extensions", &tokens),
        Err(ExtensionNotSupported)
    );
    assert_eq!(
        finish("Sec-WebSocket-Extensions", &"0,".repeat(MEBIBYTE / 2)),
        Err(DuplicateElement(Field::Extensions))
    );
    assert_eq!(finish("Connection", &tokens), Ok(()));
    let long = "=".repeat(MEBIBYTE);
    let response = [good[0], good[1], ("Sec-WebSocket-Accept", long.as_str())];
    assert_eq!(client.finish(headers(&response)), Err(BadAccept));
}

#[test]
fn a_large_offer() {
    let names: Vec<String> = (0..10_000).map(|number| format!("p{number}")).collect();
    let offered: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
    let client = ClientHandshake::new([0; 16], &offered, &offered).unwrap();
    let accept = ("Sec-WebSocket-Accept", KNOWN_ANSWERS[0].1);
    let selecting = [
        REQUEST[0],
        REQUEST[1],
        accept,
        ("Sec-WebSocket-Protocol", "P9999"),
    ];
    assert_eq!(
        client.finish(headers(&selecting)).unwrap().subprotocol,
        Some(9_999)
    );
}

/// Every byte value at every position of every value of a request: never a panic, and only bytes that cannot matter
/// leave the request acceptable.
#[test]
fn every_single_byte_change_of_a_request() {
    let full = [
        ("Connection", "keep-alive, Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", KNOWN_ANSWERS[1].0),
        ("Sec-WebSocket-Protocol", "chat, x.y"),
        ("Sec-WebSocket-Extensions", "x; a=\"1\\2\"; b , y"),
    ];
    for (changed, (name, value)) in full.iter().enumerate() {
        for position in 0..value.len() {
            for byte in 0..=255 {
                let mut bytes = value.as_bytes().to_vec();
                bytes[position] = byte;
                let request = full
                    .iter()
                    .enumerate()
                    .map(|(index, &(name, value))| Header {
                        name: name.as_bytes(),
                        value: if index == changed {
                            &bytes
                        } else {
                            value.as_bytes()
                        },
                    });
                let result = begin(request);
                let forbidden = byte != b'\t' && !(b' '..=b'~').contains(&byte);
                assert!(
                    !(forbidden && result.is_ok()),
                    "{name}: {}",
                    bytes.escape_ascii()
                );
                if *name == "Upgrade" {
                    assert_eq!(result.is_ok(), bytes.eq_ignore_ascii_case(value.as_bytes()));
                }
                if *name == "Sec-WebSocket-Version" {
                    assert_eq!(result.is_ok(), bytes == value.as_bytes());
                }
            }
        }
    }
}
