//! Against OpenSSL's server program; left out with a notice where there is none.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use net::tls::{
    Authentication, CertErrors, ClientCertificate, ClientOptions, Hash, Protocols, TlsError,
    Version,
};

use crate::support::*;

/// `openssl s_server`, which sends every line back in reverse.
struct OpenSsl {
    child: Child,
    address: SocketAddr,
}

impl OpenSsl {
    fn start(name: &str, identity: &str, arguments: &[&str]) -> Option<OpenSsl> {
        let file = authority().directory.join(format!("{name}.pem"));
        std::fs::write(&file, identity).unwrap();
        let child = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-rev", "-cert"])
            .arg(&file)
            .arg("-key")
            .arg(&file)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = child else {
            println!("left out: there is no program `openssl`");
            return None;
        };
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("ACCEPT") {
            line.clear();
            assert!(
                lines.read_line(&mut line).unwrap() > 0,
                "openssl s_server {arguments:?} does not start"
            );
        }
        // The rest is read so that the program is never held up by a full pipe.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        let address = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
        Some(OpenSsl { child, address })
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn openssl_of_either_version_is_spoken_with_and_sessions_are_resumed() {
    let identity = authority().issue("good.test").both_pem();
    for (name, version) in [("tls1_2", Version::Tls12), ("tls1_3", Version::Tls13)] {
        let Some(server) = OpenSsl::start(name, &identity, &[&format!("-{name}")]) else {
            return;
        };
        for mode in MODES {
            for round in 0..2 {
                let options = ClientOptions {
                    alpn: vec![format!("openssl{mode:?}{name}").into_bytes()],
                    ..ClientOptions::new("good.test")
                };
                let mut conn = mode.connect(server.address, &options).unwrap();
                let info = conn.tls_info().unwrap();
                assert_eq!((info.version, info.resumed), (version, round == 1));
                mode.write(&mut conn, b"hello\n").unwrap();
                assert_eq!(mode.read_exact(&mut conn, 6), b"olleh\n");
                conn.shutdown();
            }
        }
    }
}

#[test]
fn openssl_that_demands_a_client_certificate_gets_one() {
    let identity = authority().issue("good.test").both_pem();
    let client = authority().issue("client");
    let certificate = Arc::new(ClientCertificate::from_pem(client.both_pem().as_bytes()).unwrap());
    let roots = std::env::var("SSL_CERT_FILE").unwrap();
    for version in ["tls1_2", "tls1_3"] {
        let name = format!("demands-{version}");
        let arguments = [
            &format!("-{version}"),
            "-Verify",
            "1",
            "-verify_return_error",
            "-CAfile",
            &roots,
        ];
        let Some(server) = OpenSsl::start(&name, &identity, &arguments) else {
            return;
        };
        for mode in MODES {
            let options = ClientOptions::new("good.test");
            let error = mode.connect(server.address, &options).unwrap_err();
            assert!(
                matches!(error, TlsError::ClientCertificateNeeded { .. }),
                "{error:?}"
            );
            let options = ClientOptions {
                client_certificate: Some(certificate.clone()),
                ..options
            };
            let mut conn = mode.connect(server.address, &options).unwrap();
            mode.write(&mut conn, b"hello\n").unwrap();
            assert_eq!(mode.read_exact(&mut conn, 6), b"olleh\n");
            conn.shutdown();
            let options = ClientOptions {
                no_client_certificate: true,
                ..ClientOptions::new("good.test")
            };
            let refused = match mode.connect(server.address, &options) {
                Err(error) => matches!(error, TlsError::Channel(_)),
                Ok(mut conn) => {
                    mode.write(&mut conn, b"hello\n").is_err() || mode.read(&mut conn).is_err()
                }
            };
            assert!(refused);
        }
    }
}

#[test]
fn an_openssl_without_a_common_version_is_no_channel() {
    let identity = authority().issue("good.test").both_pem();
    let cases = [
        ("-tls1_1", Protocols::ALL),
        ("-tls1_2", Protocols::TLS1_3),
        ("-tls1_3", Protocols::TLS1_2),
    ];
    for (index, (argument, protocols)) in cases.into_iter().enumerate() {
        let name = format!("version-{index}");
        let Some(server) =
            OpenSsl::start(&name, &identity, &[argument, "-cipher", "ALL:@SECLEVEL=0"])
        else {
            return;
        };
        for mode in MODES {
            let options = ClientOptions {
                protocols,
                ..ClientOptions::new("good.test")
            };
            let error = mode.connect(server.address, &options).unwrap_err();
            assert!(matches!(error, TlsError::Channel(_)), "{error:?}");
        }
    }
}

#[test]
fn an_rsa_server_that_calls_itself_an_authority_is_judged_described_and_reached() {
    let file = authority().directory.join("rsa.key");
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/C=DE/O=Example/CN=good.test",
        ])
        .args(["-addext", "subjectAltName=DNS:good.test", "-keyout"])
        .arg(&file)
        .arg("-out")
        .arg(file.with_extension("crt"))
        .stderr(Stdio::null())
        .status();
    if !made.is_ok_and(|status| status.success()) {
        println!("left out: there is no program `openssl`");
        return;
    }
    let read = |extension| std::fs::read_to_string(file.with_extension(extension)).unwrap();
    let pem = read("crt") + &read("key");
    ClientCertificate::from_pem(pem.as_bytes()).unwrap();
    for version in ["tls1_2", "tls1_3"] {
        let Some(server) =
            OpenSsl::start(&format!("rsa-{version}"), &pem, &[&format!("-{version}")])
        else {
            return;
        };
        for mode in MODES {
            let options = ClientOptions::new("good.test");
            let error = mode.connect(server.address, &options).unwrap_err();
            assert!(
                matches!(error, TlsError::Certificate(CertErrors::INVALID_CA)),
                "{error:?}"
            );
            let options = ClientOptions {
                ignore: CertErrors::INVALID_CA,
                ..options
            };
            let mut conn = mode.connect(server.address, &options).unwrap();
            mode.write(&mut conn, b"hello\n").unwrap();
            assert_eq!(mode.read_exact(&mut conn, 6), b"olleh\n");
            let info = conn.tls_info().unwrap();
            assert_eq!(
                (info.cert_errors, info.authentication),
                (CertErrors::INVALID_CA, Authentication::Rsa)
            );
            let certificate = info.server_certificate().unwrap();
            assert_eq!(certificate.subject, "DE\r\nExample\r\ngood.test");
            assert_eq!(
                (certificate.key_bits, certificate.signature_hash),
                (2048, Some(Hash::Sha256))
            );
            conn.shutdown();
        }
    }
}
