//! Bodies: where they end, what is refused, and whether the connection can be used again.

use http1_proto::{
    BodyFraming, BodyStep, CloseReason, Error, Exchange, HeadStep, Limits, ResponseReader,
};

use crate::check::{Case, Seen};

/// A final head with `headers`, each with its line end.
fn ok(headers: &str, body: &str) -> Case {
    Case::new(format!("HTTP/1.1 200 OK\r\n{headers}\r\n{body}"))
}

fn chunked(body: &str) -> Case {
    ok("Transfer-Encoding: chunked\r\n", body)
}

/// Statements: behaviour 18.37; facts 8.4, 6.15
#[test]
fn bc37_an_answer_to_head_has_no_body_whatever_it_announces() {
    for headers in [
        "Content-Length: 100\r\n",
        "Transfer-Encoding: chunked\r\n",
        "",
        "Content-Length: x\r\n",
    ] {
        ok(headers, "").head_request().keeps().body("");
    }
    let seen = ok("Content-Length: 100\r\n", "").head_request().keeps();
    assert_eq!(
        seen.head().headers().get("content-length"),
        Some(&b"100"[..])
    );
}

/// Statements: behaviour 18.38; facts 8.4
#[test]
fn bc38_204_and_304_end_with_their_head() {
    Case::new("HTTP/1.1 204 No Content\r\n\r\n")
        .keeps()
        .body("");
    Case::new("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n").keeps();
    Case::new("HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n")
        .keeps()
        .body("");
    // Somebody else could see a body here.
    for header in [
        "Content-Length: 5",
        "Content-Length: x",
        "Transfer-Encoding: chunked",
    ] {
        Case::new(format!("HTTP/1.1 204 No Content\r\n{header}\r\n\r\n"))
            .closes(CloseReason::AmbiguousLength)
            .body("");
    }
}

/// Statements: behaviour 18.39; facts 8.9
#[test]
fn bc39_chunks_arrive_without_their_framing() {
    chunked("5\r\nhello\r\n006\r\n world\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n")
        .keeps()
        .body("hello worldabcdefghijklmnopqrstuvwxyz")
        .trailers("");
    chunked("0\r\n\r\n").keeps().body("");
    chunked("000\r\n\r\n").keeps().body("");
    // Framing inside data is data.
    chunked("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n")
        .keeps()
        .body("\r\n0\r\n\r\n");
    ok(
        "transfer-ENCODING: gzip\r\nTransfer-Encoding: , Chunked ,\r\n",
        "1\r\nx\r\n0\r\n\r\n",
    )
    .keeps()
    .body("x");
}

#[test]
fn chunk_extensions_are_ignored() {
    chunked("5;a=b;c=\"d e\"\r\nhello\r\n1 ;x\r\n!\r\n1 \t \r\n?\r\n0;last=\u{fc}\r\n\r\n")
        .keeps()
        .body("hello!?");
}

#[test]
fn trailers_are_kept_apart_from_headers() {
    let seen = chunked("1\r\nx\r\n0\r\nDigest:  abc \r\nContent-Length: 7\r\nX:\r\n\r\n")
        .keeps()
        .body("x")
        .trailers("Digest: abc\r\nContent-Length: 7\r\nX: \r\n");
    assert_eq!(seen.head().headers().get("digest"), None);
}

#[test]
fn malformed_chunks_are_refused_after_the_data_before_them() {
    for line in [
        "",
        " 5",
        "-5",
        "+5",
        "0x5",
        "5x",
        "g",
        "5,",
        "5 5",
        ";a",
        "\n5",
        "5\n",
        "5\r\r",
        "5;a\n",
        "5;\0",
        "5 x",
        "10000000000000000",
        "ffffffffffffffff0",
        "5;a\rb",
        "\t5",
        "5\0",
    ] {
        chunked(&format!("2\r\nhi\r\n{line}\r\nhello\r\n0\r\n\r\n"))
            .fails(Error::ChunkSize)
            .body("hi");
    }
    for end in ["", "\n", "x\r\n", "\r", "\r\r\n", "\0\r\n"] {
        chunked(&format!("2\r\nhi{end}0\r\n\r\n"))
            .fails(Error::ChunkEnd)
            .body("hi");
    }
    // The largest number is one; nobody sends so much.
    chunked("ffffffffffffffff\r\nx")
        .fails(Error::BodyTruncated)
        .body("x");
}

#[test]
fn malformed_trailers_are_refused() {
    for trailers in [
        "no colon\r\n",
        "a: b\n",
        "\n",
        "a b: c\r\n",
        "\rX\r\n",
        " a: b\r\n",
        "a: \0\r\n",
        "a: b\r\n c\r\n",
    ] {
        chunked(&format!("1\r\nx\r\n0\r\n{trailers}\r\n"))
            .fails(Error::Trailer)
            .body("x");
    }
}

#[test]
fn chunk_lines_and_trailers_have_limits() {
    let limits = Limits {
        chunk_line_bytes: 8,
        trailer_bytes: 12,
        header_count: 2,
        ..Limits::default()
    };
    let chunked = |body: &str| chunked(body).limits(limits);
    chunked("1;123456\r\nx\r\n0\r\n\r\n").keeps().body("x");
    chunked("00000001\r\nx\r\n0\r\n\r\n").keeps().body("x");
    chunked("1\r\nx\r\n1;1234567\r\nx\r\n0\r\n\r\n")
        .fails(Error::ChunkLineTooLong)
        .body("x");
    chunked("000000001\r\nx\r\n0\r\n\r\n").fails(Error::ChunkLineTooLong);
    chunked("0\r\na: b\r\nc:d\r\n\r\n").fails(Error::TrailersTooLarge);
    chunked("0\r\na: b\r\nc:\r\n").fails(Error::BodyTruncated);
    chunked("0\r\na:bcdefgh\r\n\r\n").fails(Error::TrailersTooLarge);
    chunked("0\r\na:bcdefg\r\n\r\n")
        .keeps()
        .trailers("a: bcdefg\r\n");
    let limits = Limits {
        header_count: 1,
        ..Limits::default()
    };
    ok("Transfer-Encoding: chunked\r\n", "0\r\na:\r\nb:\r\n\r\n")
        .limits(limits)
        .fails(Error::TooManyHeaders);
}

/// Statements: behaviour 18.40; facts 8.5
#[test]
fn bc40_a_body_without_length_lasts_until_the_connection_ends() {
    Case::new("HTTP/1.0 200 OK\r\n\r\nsome bytes")
        .ends_with_the_connection(CloseReason::Http10)
        .body("some bytes");
    ok("", "some bytes")
        .ends_with_the_connection(CloseReason::UntilClose)
        .body("some bytes");
    ok("", "")
        .ends_with_the_connection(CloseReason::UntilClose)
        .body("");
    Case::new("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nx")
        .ends_with_the_connection(CloseReason::UntilClose)
        .body("x");
    for coding in [
        "gzip",
        "chunked, gzip",
        "",
        "chunked;q=1",
        "x-chunked",
        "identity, gzip",
    ] {
        ok(&format!("Transfer-Encoding: {coding}\r\n"), "5\r\nhello")
            .ends_with_the_connection(CloseReason::UntilClose)
            .body("5\r\nhello");
    }
}

/// Statements: behaviour 18.41
#[test]
fn bc41_a_body_shorter_than_announced_is_data_and_then_the_end() {
    ok("Content-Length: 10\r\n", "hello")
        .ends_with_the_connection(CloseReason::Truncated)
        .body("hello");
    ok("Content-Length: 10\r\n", "")
        .ends_with_the_connection(CloseReason::Truncated)
        .body("");
    chunked("a\r\nhello")
        .fails(Error::BodyTruncated)
        .body("hello");
    chunked("5\r\nhello\r\n0\r\n")
        .fails(Error::BodyTruncated)
        .body("hello");
}

#[test]
fn a_length_is_one_number_or_the_response_is_refused() {
    let length = |headers: &str| ok(headers, "hello");
    for headers in [
        "Content-Length: 5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 005\r\n",
        "Content-Length: 5\r\nA: b\r\ncontent-length: 5\r\n",
        "Content-Length:5,\t05\r\n",
    ] {
        length(headers).keeps().body("hello");
    }
    for value in [
        "",
        "-1",
        "+5",
        "5 5",
        "5, 6",
        "5,",
        ",5",
        "0x5",
        "5.0",
        "five",
        "18446744073709551616",
        "5;",
        "\u{665}",
        "99999999999999999999999999",
    ] {
        length(&format!("Content-Length: {value}\r\n")).fails(Error::ContentLength);
    }
    length("Content-Length: 5\r\nContent-Length: 6\r\n").fails(Error::ContentLength);
    length("Content-Length: 5\r\nContent-Length:\r\n").fails(Error::ContentLength);
    length("Content-Length: 18446744073709551615\r\n")
        .ends_with_the_connection(CloseReason::Truncated)
        .body("hello");
}

#[test]
fn chunked_wins_over_a_length_and_the_connection_is_not_reused() {
    for headers in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: x\r\n",
    ] {
        ok(headers, "5\r\nhello\r\n0\r\n\r\n")
            .closes(CloseReason::AmbiguousLength)
            .body("hello");
    }
    Case::new("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")
        .closes(CloseReason::AmbiguousLength)
        .body("x");
    ok("Content-Length: 2\r\nTransfer-Encoding: identity\r\n", "hi")
        .closes(CloseReason::AmbiguousLength)
        .body("hi");
    for headers in [
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, gzip, chunked\r\n",
    ] {
        ok(headers, "0\r\n\r\n").fails(Error::TransferEncoding);
    }
}

#[test]
fn either_side_can_end_the_use_of_the_connection() {
    let length = "Content-Length: 1\r\n";
    ok(length, "x")
        .request_close()
        .closes(CloseReason::RequestClose)
        .body("x");
    for header in [
        "Connection: close",
        "connection: Keep-Alive, CLOSE",
        "Connection: a\r\nConnection: close",
        "Proxy-Connection: close",
    ] {
        ok(&format!("{header}\r\n{length}"), "x")
            .closes(CloseReason::ResponseClose)
            .body("x");
    }
    for header in ["Connection: closed", "Connection: keep-alive", "X: close"] {
        ok(&format!("{header}\r\n{length}"), "x").keeps();
    }
    let old = |header: &str| Case::new(format!("HTTP/1.0 200 OK\r\n{header}{length}\r\nx"));
    old("").closes(CloseReason::Http10);
    old("Connection: Keep-Alive\r\n").keeps();
    old("Connection: Keep-Alive, close\r\n").closes(CloseReason::ResponseClose);
    Case::new("HTTP/1.0 204 x\r\n\r\n").closes(CloseReason::Http10);
    let _: Seen = Case::new("HTTP/1.0 304 x\r\nConnection: keep-alive\r\n\r\n").keeps();
}

/// A reader after its head, and the rest of the script.
fn after_head(script: &str) -> (ResponseReader, &[u8]) {
    let mut reader = ResponseReader::new(Exchange::default(), Limits::default());
    let HeadStep::Final { consumed, .. } = reader.read_head(script.as_bytes()).expect("a head")
    else {
        panic!("no final head");
    };
    (reader, &script.as_bytes()[consumed..])
}

/// Statements: facts 8.8, 8.6
#[test]
fn f8_8_no_more_than_the_present_chunk_is_available() {
    let script = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n46\r\n{}\r\n5\r\nhello\r\n0\r\n\r\n",
        "x".repeat(70)
    );
    let (mut reader, mut input) = after_head(&script);
    let mut sizes = Vec::new();
    while !reader.is_complete() {
        let step = reader.skip_body(input, 0).expect("framing");
        input = &input[step.consumed..];
        let available = reader.available(input);
        sizes.push(available);
        let mut output = vec![0; available];
        let step = reader.read_body(input, &mut output).expect("data");
        assert_eq!(step.written, available);
        input = &input[step.consumed..];
    }
    assert_eq!((sizes, input), (vec![70, 5], &b""[..]));
}

#[test]
fn a_read_goes_over_borders_of_chunks_and_takes_the_framing_after_the_data() {
    let (mut reader, input) = after_head(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\nrest",
    );
    assert_eq!(reader.framing(), Some(BodyFraming::Chunked));
    let mut output = [0; 5];
    let step = reader.read_body(input, &mut output).expect("data");
    assert_eq!((step.written, &output), (5, b"hello"));
    assert_eq!(&input[step.consumed..], b"rest");
    assert!(reader.is_complete());
    assert_eq!(reader.close_reason(), None);
}

#[test]
fn a_read_without_room_takes_framing_only() {
    let (mut reader, input) =
        after_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n");
    let step = reader.read_body(input, &mut []).expect("framing");
    assert_eq!((step.consumed, step.written), (3, 0));
    assert_eq!((reader.direct(), reader.remaining()), (2, None));
    let step = reader.skip_body(&input[3..], 1).expect("data");
    assert_eq!((step.consumed, step.written), (1, 1));
    assert_eq!(reader.direct(), 1);
    let step = reader.skip_body(&input[4..], 9).expect("data");
    assert_eq!((step.consumed, step.written), (3, 1));
    assert_eq!(reader.direct(), 0);
}

#[test]
fn what_comes_next_can_be_received_directly() {
    let (mut reader, _) = after_head("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
    assert_eq!(reader.framing(), Some(BodyFraming::Length(7)));
    assert_eq!((reader.direct(), reader.remaining()), (7, Some(7)));
    assert_eq!(
        (reader.available(b""), reader.available(b"0123456789")),
        (0, 7)
    );
    reader.advance(3);
    assert_eq!((reader.direct(), reader.remaining()), (4, Some(4)));
    reader.advance(4);
    assert!(reader.is_complete());

    let (mut reader, _) = after_head("HTTP/1.1 200 OK\r\n\r\n");
    assert_eq!(reader.framing(), Some(BodyFraming::UntilClose));
    assert_eq!((reader.direct(), reader.remaining()), (u64::MAX, None));
    reader.advance(1 << 40);
    assert_eq!(reader.end_of_stream(), Ok(()));
    assert!(reader.is_complete());
}

#[test]
fn calls_in_the_wrong_order_change_nothing() {
    let mut reader = ResponseReader::new(Exchange::default(), Limits::default());
    let (mut output, script) = ([0; 4], b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    assert_eq!(
        reader.read_body(script, &mut output),
        Err(Error::OutOfOrder)
    );
    assert_eq!(reader.framing(), None);
    assert!(matches!(
        reader.read_head(script),
        Ok(HeadStep::Final { .. })
    ));
    assert!(matches!(reader.read_head(script), Err(Error::OutOfOrder)));
    let step = reader.read_body(b"hi", &mut output).expect("data");
    assert_eq!(
        step,
        BodyStep {
            consumed: 2,
            written: 2
        }
    );
    assert!(matches!(reader.read_head(script), Err(Error::OutOfOrder)));
    assert_eq!(reader.end_of_stream(), Ok(()));
    assert_eq!(reader.close_reason(), None);
}
