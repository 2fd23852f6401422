//! nginx without TLS.

use crate::nginx::Nginx;
use crate::support::*;

both_modes! {
    /// Statements: facts 9.3, 9.4; behaviour 18.31, 18.61
    fn bc31_connections_are_kept(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        let client = Client::new(mode);
        let fetch = |object: &str, header: Option<&str>| {
            let (request, _connect) = nginx.get(&client, object);
            request.send_with(header, &[], 0).unwrap();
            request.receive().unwrap();
            assert_eq!(request.status(), 200);
            request.body_text()
        };
        let first = fetch("/connection", None);
        assert_eq!(fetch("/connection", None), first);
        // One handle, sent again.
        let (request, _connect) = nginx.get(&client, "/connection");
        for _ in 0..3 {
            request.exchange();
            assert_eq!(request.body_text(), first);
        }
        assert_eq!(fetch("/connection", Some("Connection: close")), first);
        let second = fetch("/connection", None);
        assert_ne!(second, first);
        // The server ends the connection after its last request.
        assert_eq!(fetch("/twice", None), second);
        assert_ne!(fetch("/connection", None), second);
    }

    /// Statements: facts 8.8; behaviour 18.39
    fn bc39_a_chunked_page(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        nginx.file("included.shtml", "<!--#echo var=\"request_method\" --> and text. ".repeat(3000));
        let client = Client::new(mode);
        let (request, _connect) = nginx.get(&client, "/included.shtml");
        request.exchange();
        assert_eq!(request.header("Transfer-Encoding").as_deref(), Ok("chunked"));
        assert_eq!(request.header("Content-Length"), fails(12150));
        assert_eq!(request.body_text(), "GET and text. ".repeat(3000));
    }

    /// Statements: facts 8.3; behaviour 18.37, 18.38
    fn bc37_head_and_304_have_no_body(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        nginx.file("file.txt", "0123456789");
        let client = Client::new(mode);
        let (request, _connect) = nginx.open(&client, &RequestSpec::new("HEAD", "/file.txt"));
        request.exchange();
        assert_eq!((request.status(), request.header("Content-Length")), (200, Ok("10".into())));
        assert_eq!(request.body(), b"");
        let tag = request.header("ETag").unwrap();
        let date = request.header("Last-Modified").unwrap();
        for condition in [format!("If-None-Match: {tag}"), format!("If-Modified-Since: {date}")] {
            let (request, _connect) = nginx.get(&client, "/file.txt");
            request.send_with(Some(&condition), &[], 0).unwrap();
            request.receive().unwrap();
            assert_eq!((request.status(), request.body()), (304, vec![]));
        }
        // All on one connection, which is still good.
        let (request, _connect) = nginx.get(&client, "/connection");
        request.exchange();
        let connection = request.body_text();
        request.exchange();
        assert_eq!(request.body_text(), connection);
    }

    /// One, several and impossible ones.
    fn byte_ranges(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        nginx.file("file.txt", "0123456789");
        let client = Client::new(mode);
        for (range, status, body) in [("2-5", 206, "2345"), ("-3", 206, "789"), ("7-", 206, "789"), ("100-", 416, "")] {
            let (request, _connect) = nginx.get(&client, "/file.txt");
            request.send_with(Some(&format!("Range: bytes={range}")), &[], 0).unwrap();
            request.receive().unwrap();
            assert_eq!(request.status(), status, "{range}");
            let got = request.body_text();
            if status == 206 {
                assert_eq!(got, body, "{range}");
                assert!(request.header("Content-Range").unwrap().starts_with("bytes "));
            }
        }
        let (request, _connect) = nginx.get(&client, "/file.txt");
        request.send_with(Some("Range: bytes=0-1,8-9"), &[], 0).unwrap();
        request.receive().unwrap();
        let (status, kind, parts) = (request.status(), request.header("Content-Type").unwrap(), request.body_text());
        assert_eq!(status, 206);
        assert!(kind.starts_with("multipart/byteranges"), "{kind}");
        assert!(parts.contains("\r\n01\r\n") && parts.contains("\r\n89\r\n"), "{parts}");
    }

    /// Statements: behaviour 18.145
    fn bc145_gzip_is_passed_through(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        let page = "a page that can be made shorter ".repeat(1000);
        nginx.file("page.txt", &page);
        let client = Client::new(mode);
        let (request, _connect) = nginx.get(&client, "/page.txt");
        request.exchange();
        assert_eq!(request.header("Content-Encoding"), fails(12150));
        assert_eq!(request.body_text(), page);
        let (request, _connect) = nginx.get(&client, "/page.txt");
        request.send_with(Some("Accept-Encoding: gzip"), &[], 0).unwrap();
        request.receive().unwrap();
        assert_eq!(request.header("Content-Encoding").as_deref(), Ok("gzip"));
        let body = request.body();
        // The magic number, and at the end the length before compression.
        assert_eq!(body[..2], [0x1F, 0x8B]);
        assert_eq!(body[body.len() - 4..], (page.len() as u32).to_le_bytes());
        assert!(body.len() < page.len() / 10);
    }

    /// Statements: facts 8.5; behaviour 18.40
    fn bc40_http_1_0(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        nginx.file("included.shtml", "text <!--#echo var=\"server_protocol\" -->");
        let client = Client::new(mode);
        let spec = |object| RequestSpec { version: Some("HTTP/1.0"), ..RequestSpec::new("GET", object) };
        // A page of unknown length ends with the connection.
        let (request, _connect) = nginx.open(&client, &spec("/included.shtml"));
        request.exchange();
        assert_eq!(request.header("Transfer-Encoding"), fails(12150));
        assert_eq!(request.body_text(), "text HTTP/1.0");
        let (request, _connect) = nginx.open(&client, &spec("/version"));
        request.exchange();
        assert!(request.body_text().starts_with("HTTP/1.0 "));
    }

    /// Statements: behaviour 18.60, 18.62, 18.63, 18.68, 18.69
    fn bc62_uploads_of_every_kind(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        let client = Client::new(mode);
        let answer = |request: &Request| {
            request.receive().unwrap();
            assert_eq!(request.status(), 200);
            request.body_text()
        };
        for verb in ["POST", "PUT"] {
            // Optional data, more written, and all written.
            let (request, _connect) = nginx.open(&client, &RequestSpec::new(verb, "/upload"));
            request.send_body(&[b'x'; 100_000]).unwrap();
            assert_eq!(answer(&request), format!("{verb} 100000"));
            request.send_with(None, &[b'x'; 10], 30).unwrap();
            request.write(&[b'y'; 20]).unwrap();
            assert_eq!(answer(&request), format!("{verb} 30"));
            // Slowly, in small pieces.
            request.send_with(None, &[], 5000).unwrap();
            for _ in 0..500 {
                request.write(b"0123456789").unwrap();
            }
            assert_eq!(answer(&request), format!("{verb} 5000"));
            request.send().unwrap();
            assert_eq!(answer(&request), format!("{verb} 0"));
            // The caller's own chunks.
            let (request, _connect) = nginx.open(&client, &RequestSpec::new(verb, "/upload"));
            request.send_with(Some("Transfer-Encoding: chunked"), &[], 0).unwrap();
            for part in ["5\r\nab", "cde\r\n", "A\r\n0123456789\r\n", "0\r\n\r\n"] {
                request.write(part.as_bytes()).unwrap();
            }
            assert_eq!(answer(&request), format!("{verb} 15"));
            // Ours.
            let spec = RequestSpec::new(verb, "/upload").flags(WINHTTP_FLAG_AUTOMATIC_CHUNKING);
            let (request, _connect) = nginx.open(&client, &spec);
            request.send_with(None, &[], 0).unwrap();
            for size in [1, 1000, 70_000] {
                request.write(&vec![b'z'; size]).unwrap();
            }
            assert_eq!(answer(&request), format!("{verb} 71001"));
        }
    }

    /// Statements: behaviour 18.72
    fn bc72_a_body_that_the_server_refuses(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        let client = Client::new(mode);
        let (request, _connect) = nginx.open(&client, &RequestSpec::new("POST", "/small"));
        request.send_with(None, &[], 4 << 20).unwrap();
        let written = (0..16).all(|_| request.write(&[b'x'; 1 << 18]).is_ok());
        assert!(written, "the server reads and drops the rest for a while");
        request.receive().unwrap();
        assert_eq!(request.status(), 413);
        assert!(request.body_text().contains("413"));
    }
}
