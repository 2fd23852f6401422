//! nginx with TLS.

use crate::nginx::Nginx;
use crate::support::*;

/// One exchange; the body's words.
#[track_caller]
fn words(request: &Request) -> Vec<String> {
    request.exchange();
    assert_eq!(request.status(), 200);
    request.body_text().split(' ').map(str::to_owned).collect()
}

both_modes! {
    /// Both versions, with the values of the options that tell of them, and resumption as the server sees it.
    /// Statements: facts 14.5, 14.6; options 9.32, 9.34; behaviour 18.113
    fn f14_6_tls_1_2_and_1_3(mode: Mode) {
        for (version, protocol, number) in [("TLSv1.2", 0x800, 0x0303), ("TLSv1.3", 0x2000, 0x0304)] {
            let Some(nginx) = Nginx::with_tls(&format!("ssl_protocols {version};")) else { return };
            let client = Client::new(mode);
            let name = format!("{mode:?}{number}.nginx.test");
            for round in 0..3 {
                let (request, _connect) = secure_by_name(&client, &name, nginx.tls_port, "/tls");
                // A connection each.
                request.add("Connection: close", WINHTTP_ADDREQ_FLAG_ADD).unwrap();
                let words = words(&request);
                assert_eq!(words[0], version);
                assert_eq!(words[1], if round == 0 { "." } else { "r" }, "{version}, round {round}");

                let mut info = query_bytes(request.raw(), WINHTTP_OPTION_SECURITY_INFO).unwrap();
                assert_eq!(info.bytes().len(), size_of::<WINHTTP_SECURITY_INFO>());
                // SAFETY: so many bytes of that structure, which is of numbers.
                let info: WINHTTP_SECURITY_INFO = unsafe { info.bytes_mut().as_ptr().cast::<WINHTTP_SECURITY_INFO>().read_unaligned() };
                let bits = query_u32(request.raw(), WINHTTP_OPTION_SECURITY_KEY_BITNESS).unwrap();
                assert_eq!(info.ConnectionInfo.dwProtocol, protocol);
                assert_eq!(info.CipherInfo.dwProtocol, number);
                assert_eq!(info.ConnectionInfo.dwCipherStrength, bits);
                assert!([128, 256].contains(&bits));
                let flags = query_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS).unwrap();
                assert_eq!(flags, SECURITY_FLAG_SECURE | SECURITY_FLAG_STRENGTH_STRONG);
                let context = query_usize(request.raw(), WINHTTP_OPTION_SERVER_CERT_CONTEXT).unwrap();
                assert_ne!(context, 0);
                // SAFETY: a context of the library, freed once.
                unsafe { winhttp_testkit::raw::openwinhttp_CertFreeCertificateContext(context as *const std::ffi::c_void) };
            }
            assert_eq!(failures(&client), []);
        }
    }

    /// Only the versions that the session allows are offered.
    /// Statements: facts 14.7; options 9.34
    fn f14_7_versions_can_be_chosen(mode: Mode) {
        let Some(nginx) = Nginx::with_tls("ssl_protocols TLSv1.2 TLSv1.3;") else { return };
        for (protocols, version) in [(0x800, "TLSv1.2"), (0x2000, "TLSv1.3"), (0x2800, "TLSv1.3"), (0xA80, "TLSv1.2")] {
            let client = Client::new(mode);
            set_u32(client.session.raw(), WINHTTP_OPTION_SECURE_PROTOCOLS, protocols).unwrap();
            let (request, _connect) = secure(&client, nginx.tls_port, "/tls");
            assert_eq!(words(&request)[0], version, "{protocols:#x}");
        }
    }

    /// Statements: facts 9.1; behaviour 18.31
    fn bc31_connections_with_tls_are_kept(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        let client = Client::new(mode);
        let (request, _connect) = secure(&client, nginx.tls_port, "/connection");
        let first = words(&request);
        for _ in 0..3 {
            let (request, _connect) = secure(&client, nginx.tls_port, "/connection");
            assert_eq!(words(&request), first);
        }
        // Who ignores faults does not share with those who do not.
        let (request, _connect) = secure(&client, nginx.tls_port, "/connection");
        set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, SECURITY_FLAG_IGNORE_UNKNOWN_CA).unwrap();
        assert_ne!(words(&request), first);
    }

    /// Statements: behaviour 18.62, 18.63
    fn bc62_uploads_with_tls(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        let client = Client::new(mode);
        let connect = client.connect_to("127.0.0.1", nginx.tls_port);
        let request = client.request(&connect, &RequestSpec::new("POST", "/upload").flags(WINHTTP_FLAG_SECURE));
        request.send_with(None, &[b'a'; 1000], 3_001_000).unwrap();
        for _ in 0..10 {
            request.write(&[b'b'; 300_000]).unwrap();
        }
        request.receive().unwrap();
        assert_eq!(request.body_text(), "POST 3001000");
    }

    /// The server asks: 12044 first, then as the application answers.
    /// Statements: facts 14.9; options 9.36; behaviour 18.114
    fn bc114_a_certificate_that_is_optional(mode: Mode) {
        for version in ["TLSv1.2", "TLSv1.3"] {
            let Some(nginx) = Nginx::with_tls(&format!("ssl_protocols {version}; ssl_verify_client optional;")) else { return };
            let client = Client::new(mode);
            let (request, _connect) = secure(&client, nginx.tls_port, "/tls");
            assert_eq!(request.send(), fails(12044));
            present_none(&request);
            assert_eq!(words(&request)[2..], ["NONE", ""]);
            let (request, _connect) = secure(&client, nginx.tls_port, "/tls");
            assert_eq!(request.send(), fails(12044));
            present(&request, &Identity::client("somebody"));
            let answer = words(&request);
            assert_eq!(answer[2], "SUCCESS");
            assert!(answer[3].contains("CN=somebody"), "{answer:?}");
            assert_eq!(failures(&client), []);
        }
    }

    /// Without one nginx refuses in its answer; a certificate of somebody else too.
    /// Statements: facts 14.9; behaviour 18.114
    fn bc114_a_certificate_that_is_required(mode: Mode) {
        for version in ["TLSv1.2", "TLSv1.3"] {
            let Some(nginx) = Nginx::with_tls(&format!("ssl_protocols {version}; ssl_verify_client on;")) else { return };
            let client = Client::new(mode);
            let (request, _connect) = secure(&client, nginx.tls_port, "/tls");
            assert_eq!(request.send(), fails(12044));
            present_none(&request);
            request.exchange();
            assert_eq!(request.status(), 400);
            assert!(request.body_text().contains("No required SSL certificate"));
            let (request, _connect) = secure(&client, nginx.tls_port, "/tls");
            present(&request, &Identity::untrusted());
            request.exchange();
            assert_eq!(request.status(), 400);
            let (request, _connect) = secure(&client, nginx.tls_port, "/tls");
            present(&request, &Identity::client("somebody"));
            assert_eq!(words(&request)[2], "SUCCESS");
        }
    }

    /// A plain request to the TLS port: nginx knows, and answers 400, which is a response like any other.
    /// Statements: facts 14.1
    fn f14_1_a_plain_request_to_the_tls_port(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        let client = Client::new(mode);
        let connect = client.connect_to("127.0.0.1", nginx.tls_port);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        request.exchange();
        assert_eq!(request.status(), 400);
        assert!(request.body_text().contains("plain HTTP request was sent to HTTPS port"));
        // And the reverse is no TLS.
        let (request, _connect) = secure(&client, nginx.port, "/");
        assert_eq!(request.send(), fails(12175));
        assert_eq!(failures(&client), [0x8000_0000]);
    }
}
