//! The opening handshake through the public interface. Numbers in test names are the statements of section 6 of the
//! Component API specification; those of 18 to 46 that are about calling order or memory belong to the crates above.

mod client;
mod errors;
mod hostile;
mod pair;
mod random;
mod server;

use ws_proto::handshake::{Header, OutgoingHeader};

/// .NET's dummy key, the key of RFC 6455 section 1.3 and one from a trace, with their answers.
const KNOWN_ANSWERS: [(&str, &str); 3] = [
    ("AAAAAAAAAAAAAAAAAAAAAA==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI="),
    ("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    ("2onFzTWu2gdaaB2qJBVF6w==", "4VXbyKjRjv+1EdqmmujUgKvJ5jY="),
];

/// The 16 bytes behind the key of RFC 6455 section 1.3.
const SAMPLE_NONCE: [u8; 16] = *b"the sample nonce";

fn headers<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Iterator<Item = Header<'a>> + Clone {
    pairs.iter().map(|&(name, value)| header(name, value))
}

fn header<'a>(name: &'a str, value: &'a str) -> Header<'a> {
    Header {
        name: name.as_bytes(),
        value: value.as_bytes(),
    }
}

fn received(sent: &[OutgoingHeader]) -> impl Iterator<Item = Header<'_>> + Clone {
    sent.iter().map(|sent| header(sent.name, &sent.value))
}

fn shown(sent: &[OutgoingHeader]) -> Vec<String> {
    sent.iter()
        .map(|header| format!("{}: {}", header.name, header.value))
        .collect()
}
