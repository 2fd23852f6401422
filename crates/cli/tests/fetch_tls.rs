//! `get` over TLS, in both modes. The tests' authority is in SSL_CERT_FILE, which the command inherits.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod common;

use std::path::PathBuf;
use std::process::Output;

use common::{command, texts};
use winhttp_testkit::tls::{
    ClientCertificates, Identity, ServerOptions, authority, server, server_with,
};
use winhttp_testkit::{Server, response};

const MODES: [&[&str]; 2] = [&[], &["--async"]];

fn start(config: std::sync::Arc<rustls::ServerConfig>) -> Server {
    Server::builder()
        .tls(config)
        .every(|_, peer| peer.answer_all(&response("", b"secret")))
}

fn get(server: &Server, arguments: &[&str]) -> Output {
    command(&["get", &format!("https://localhost:{}/", server.port())])
        .args(arguments)
        .env("SSL_CERT_FILE", authority().file())
        .output()
        .unwrap()
}

fn asking(clients: ClientCertificates) -> Server {
    start(server_with(
        Identity::good(),
        ServerOptions {
            clients,
            ..ServerOptions::default()
        },
    ))
}

#[test]
fn the_authority_of_ssl_cert_file_is_trusted() {
    for mode in MODES {
        let server = start(server(Identity::good()));
        let output = get(&server, mode);
        assert_eq!(texts(&output), ("secret".into(), String::new(), Some(0)));
        let (out, error, code) = texts(&get(&server, &[mode, &["-v"]].concat()));
        assert_eq!((out.as_str(), code), ("secret", Some(0)));
        assert!(error.contains("(TLS 1.3, TLS_"), "{error}");
        server.finish();
    }
}

#[test]
fn a_refused_certificate_is_4_and_its_faults_are_named() {
    for mode in MODES {
        for (identity, reasons) in [
            (
                Identity::expired_and_wrong_host(),
                "it is for another host, it has expired or is not valid yet",
            ),
            (
                Identity::self_signed(),
                "its authority is not trusted (SSL_CERT_FILE names one)",
            ),
        ] {
            let server = start(server(identity));
            let error = format!(
                "openwinhttp: ERROR_WINHTTP_SECURE_FAILURE (12175) in WinHttpSendRequest: \
                 the server's certificate was refused: {reasons}\n"
            );
            assert_eq!(texts(&get(&server, mode)), (String::new(), error, Some(4)));
            let (out, error, code) = texts(&get(&server, &[mode, &["-k", "-v"]].concat()));
            assert_eq!((out.as_str(), code), ("secret", Some(0)), "{error}");
            assert!(
                error.contains(&format!("the certificate passes although {reasons})")),
                "{error}"
            );
            server.finish();
        }
    }
}

#[test]
fn a_client_certificate_is_shown() {
    let identity = Identity::client("me");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (both, certificate, key) = (
        folder.join("client-both.pem"),
        folder.join("client.pem"),
        folder.join("client-key.pem"),
    );
    let pem = format!("{}{}", identity.key_pem, identity.certificate_pem);
    std::fs::write(&both, pem).unwrap();
    std::fs::write(&certificate, identity.certificate_pem).unwrap();
    std::fs::write(&key, identity.key_pem).unwrap();
    let (both, certificate, key) = (
        both.to_str().unwrap(),
        certificate.to_str().unwrap(),
        key.to_str().unwrap(),
    );
    for mode in MODES {
        let server = asking(ClientCertificates::Required);
        for arguments in [
            &["--cert", both][..],
            &["--cert", certificate, "--key", key],
        ] {
            let output = get(&server, &[arguments, mode].concat());
            assert_eq!(texts(&output), ("secret".into(), String::new(), Some(0)));
        }
        let (_, error, code) = texts(&get(&server, &[&["--cert", certificate], mode].concat()));
        assert_eq!(code, Some(1));
        assert!(error.contains("there is no private key"), "{error}");
        server.finish();
    }
}

#[test]
fn without_a_client_certificate_it_goes_on_as_long_as_the_server_lets_it() {
    for mode in MODES {
        let server = asking(ClientCertificates::Optional);
        let output = get(&server, mode);
        assert_eq!(texts(&output), ("secret".into(), String::new(), Some(0)));
        server.finish();

        let server = asking(ClientCertificates::Required);
        let (out, error, code) = texts(&get(&server, mode));
        assert_eq!(out, "");
        assert!(matches!(code, Some(4 | 6)), "{code:?}: {error}");
        assert!(
            error.ends_with("; it had asked for a client certificate (--cert)\n"),
            "{error}"
        );
        server.finish();
    }
}
