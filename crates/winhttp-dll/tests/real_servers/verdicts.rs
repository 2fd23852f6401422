//! Certificates and handshakes that are refused, and what can be ignored.

use winhttp_testkit::Mode;
use winhttp_testkit::tls::authority;

use crate::openssl::OpenSsl;
use crate::support::*;

/// Makes an identity.
type Make = fn() -> Identity;

const INVALID_CA: u32 = 0x8;
const CN_INVALID: u32 = 0x10;
const DATE_INVALID: u32 = 0x20;
const WRONG_USAGE: u32 = 0x40;
const CHANNEL: u32 = 0x8000_0000;

/// What is wrong with each certificate, and which flags of SECURITY_FLAGS make up for it.
const VERDICTS: [(&str, Make, u32, u32); 9] = [
    (
        "expired",
        Identity::expired,
        DATE_INVALID,
        SECURITY_FLAG_IGNORE_CERT_DATE_INVALID,
    ),
    (
        "not yet valid",
        Identity::not_yet_valid,
        DATE_INVALID,
        SECURITY_FLAG_IGNORE_CERT_DATE_INVALID,
    ),
    (
        "wrong host",
        Identity::wrong_host,
        CN_INVALID,
        SECURITY_FLAG_IGNORE_CERT_CN_INVALID,
    ),
    (
        "self-signed",
        Identity::self_signed,
        INVALID_CA,
        SECURITY_FLAG_IGNORE_UNKNOWN_CA,
    ),
    (
        "unknown authority",
        Identity::untrusted,
        INVALID_CA,
        SECURITY_FLAG_IGNORE_UNKNOWN_CA,
    ),
    (
        "wrong usage",
        Identity::wrong_usage,
        WRONG_USAGE,
        SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE,
    ),
    (
        "expired and wrong host",
        Identity::expired_and_wrong_host,
        DATE_INVALID | CN_INVALID,
        SECURITY_FLAG_IGNORE_CERT_DATE_INVALID | SECURITY_FLAG_IGNORE_CERT_CN_INVALID,
    ),
    (
        "unknown authority and wrong host",
        Identity::untrusted_and_wrong_host,
        INVALID_CA | CN_INVALID,
        SECURITY_FLAG_IGNORE_UNKNOWN_CA | SECURITY_FLAG_IGNORE_CERT_CN_INVALID,
    ),
    ("nothing", Identity::good, 0, 0),
];

/// The flags that ignore something.
const IGNORES: [u32; 4] = [
    SECURITY_FLAG_IGNORE_UNKNOWN_CA,
    SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE,
    SECURITY_FLAG_IGNORE_CERT_CN_INVALID,
    SECURITY_FLAG_IGNORE_CERT_DATE_INVALID,
];

/// After a send that failed: nothing can be received (README 12, 13).
#[track_caller]
fn cannot_receive(request: &Request) {
    assert_eq!(request.receive(), fails(12019));
}

both_modes! {
    /// Statements: facts 14.10, 14.11, 4.11; behaviour 18.107, 18.108, 18.109, 18.110, 18.111; options 9.31
    fn bc107_every_fault_and_what_ignores_it(mode: Mode) {
        for (name, make, faults, ignore) in VERDICTS {
            for version in ["-tls1_2", "-tls1_3"] {
                let Some(server) = OpenSsl::new(&make(), &[version]) else { return };
                let client = Client::new(mode);
                let (request, _connect) = secure(&client, server.port, "/");
                if faults == 0 {
                    request.exchange();
                    assert_eq!(request.status(), 200);
                    assert_eq!(failures(&client), []);
                    continue;
                }
                assert_eq!(request.send(), fails(12175), "{name} {version}");
                assert_eq!(failures(&client), [faults], "{name} {version}");
                cannot_receive(&request);
                // What ignores something else does not help.
                let others = IGNORES.iter().filter(|flag| **flag & ignore == 0).sum();
                set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, others).unwrap();
                assert_eq!(request.send(), fails(12175), "{name} {version} with {others:#x}");
                assert_eq!(failures(&client), [faults, faults], "{name} {version}");
                // Sent again with the right ones: no notification, success.
                set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, ignore).unwrap();
                request.exchange();
                assert_eq!(request.status(), 200, "{name} {version}");
                assert!(request.body_text().contains(if version == "-tls1_2" { "TLSv1.2" } else { "TLSv1.3" }));
                assert_eq!(failures(&client), [faults, faults], "{name} {version}");
                let flags = query_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS).unwrap();
                assert_eq!(flags & 0x3301, ignore | SECURITY_FLAG_SECURE);
                request.close();
                // Who does not ignore it does not get that connection, nor its session.
                let (request, _connect) = secure(&client, server.port, "/");
                assert_eq!(request.send(), fails(12175), "{name} {version}");
            }
        }
    }

    /// Of two faults one alone is ignored: the other one is told.
    /// Statements: behaviour 18.108
    fn bc108_the_fault_that_is_left_is_told(mode: Mode) {
        let Some(server) = OpenSsl::new(&Identity::untrusted_and_wrong_host(), &[]) else { return };
        for (ignore, left) in [
            (SECURITY_FLAG_IGNORE_UNKNOWN_CA, CN_INVALID),
            (SECURITY_FLAG_IGNORE_CERT_CN_INVALID, INVALID_CA),
        ] {
            let client = Client::new(mode);
            let (request, _connect) = secure(&client, server.port, "/");
            set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, ignore).unwrap();
            assert_eq!(request.send(), fails(12175));
            let told = failures(&client);
            assert!(told == [left] || told == [INVALID_CA | CN_INVALID], "{told:#x?}");
        }
    }

    /// Statements: facts 14.10, 14.11; behaviour 18.115
    fn bc115_no_common_version_or_cipher(mode: Mode) {
        let cases: [(&str, &[&str], u32); 5] = [
            ("TLS 1.1 only", &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], 0),
            ("TLS 1.0 only", &["-tls1", "-cipher", "ALL:@SECLEVEL=0"], 0),
            ("no common cipher", &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"], 0),
            ("TLS 1.3 only, 1.2 wanted", &["-tls1_3"], 0x800),
            ("TLS 1.2 only, 1.3 wanted", &["-tls1_2"], 0x2000),
        ];
        for (name, arguments, protocols) in cases {
            let Some(server) = OpenSsl::new(&Identity::good(), arguments) else { return };
            let client = Client::new(mode);
            if protocols != 0 {
                set_u32(client.session.raw(), WINHTTP_OPTION_SECURE_PROTOCOLS, protocols).unwrap();
            }
            let (request, _connect) = secure(&client, server.port, "/");
            assert_eq!(request.send(), fails(12175), "{name}");
            assert_eq!(failures(&client), [CHANNEL], "{name}");
            // Faults of certificates can be ignored, that there is no channel cannot.
            set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS).unwrap();
            assert_eq!(request.send(), fails(12175), "{name}");
            cannot_receive(&request);
        }
    }

    /// Statements: facts 14.9; options 9.36; behaviour 18.114
    fn bc114_openssl_demands_a_certificate(mode: Mode) {
        let roots = authority().file().to_str().unwrap();
        for version in ["-tls1_2", "-tls1_3"] {
            let arguments = [version, "-Verify", "1", "-verify_return_error", "-CAfile", roots];
            let Some(server) = OpenSsl::new(&Identity::good(), &arguments) else { return };
            let client = Client::new(mode);
            let (request, _connect) = secure(&client, server.port, "/");
            assert_eq!(request.send(), fails(12044), "{version}");
            assert_eq!(request.send(), fails(12044), "{version}: again as long as there is no answer");
            present(&request, &Identity::client("somebody"));
            request.exchange();
            assert!(request.body_text().contains("CN = somebody") || request.status() == 200);
            request.close();
            // Without one the server ends the handshake; with TLS 1.3 the client learns that after its own end of it.
            let (request, _connect) = secure(&client, server.port, "/");
            present_none(&request);
            let outcome = request.send().and_then(|()| request.receive());
            let error = outcome.unwrap_err();
            assert!([12175, 12030].contains(&error.0), "{version}: {error}");
        }
    }

    /// The server's page says whether the session was resumed.
    fn sessions_are_resumed_as_openssl_sees_it(mode: Mode) {
        for version in ["-tls1_2", "-tls1_3"] {
            let name = format!("{mode:?}{version}.test").replace('_', "-");
            let Some(server) = OpenSsl::new(&Identity::named(&[&name]), &[version]) else { return };
            let client = Client::new(mode);
            for round in 0..3 {
                let (request, _connect) = secure_by_name(&client, &name, server.port, "/");
                request.exchange();
                let page = request.body_text();
                let reused = page.contains("Reused, TLS");
                assert_eq!(reused, round > 0, "{version}, round {round}: {page}");
            }
        }
    }
}

/// Another mode finds the sessions that the first one made: they belong to the process.
#[test]
fn sessions_are_shared_between_modes() {
    let name = "both-modes.test";
    let Some(server) = OpenSsl::new(&Identity::named(&[name]), &[]) else {
        return;
    };
    for (mode, reused) in [(Mode::Sync, false), (Mode::Async, true)] {
        let client = Client::new(mode);
        let (request, _connect) = secure_by_name(&client, name, server.port, "/");
        request.exchange();
        assert_eq!(request.body_text().contains("Reused, TLS"), reused);
    }
}
