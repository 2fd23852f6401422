//! Showing who the client is.

use std::io::{Read, Write};
use std::sync::Arc;

use net::tls::{ClientCertificate, ClientOptions, TlsError};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use crate::support::*;

/// A server that asks for a certificate of `clients`, and insists on one or not.
fn asking(
    identity: &Identity,
    version: &'static SupportedProtocolVersion,
    clients: &Authority,
    insists: bool,
) -> Arc<ServerConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(clients.der()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider());
    let verifier = if insists {
        verifier
    } else {
        verifier.allow_unauthenticated()
    }
    .build()
    .unwrap();
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])
        .unwrap();
    let chain = vec![identity.certificate.clone()];
    Arc::new(
        builder
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, identity.key_der())
            .unwrap(),
    )
}

/// Answers one byte with whether a certificate was shown.
fn tell(mut stream: Stream) -> Option<Vec<u8>> {
    stream.read_exact(&mut [0]).ok()?;
    let shown = stream
        .conn
        .peer_certificates()
        .map(|chain| chain[0].to_vec());
    stream
        .write_all(if shown.is_some() { b"y" } else { b"n" })
        .unwrap();
    let _ = stream.read_to_end(&mut Vec::new());
    Some(shown.unwrap_or_default())
}

#[test]
fn a_server_that_asks_is_reported_then_answered_or_told_no() {
    let identity = authority().issue("good.test");
    let clients = Authority::new("Client Root");
    let client = clients.issue("client");
    let certificate = Arc::new(ClientCertificate::from_pem(client.both_pem().as_bytes()).unwrap());
    for mode in MODES {
        for version in VERSIONS {
            let base = ClientOptions {
                alpn: vec![format!("{mode:?}{version:?}").into_bytes()],
                ..ClientOptions::new("good.test")
            };
            let none = ClientOptions {
                no_client_certificate: true,
                ..base.clone()
            };
            let shown = ClientOptions {
                client_certificate: Some(certificate.clone()),
                ..base.clone()
            };
            for insists in [true, false] {
                let config = asking(&identity, version, &clients, insists);
                // Twice: a session of the first attempt must not hide the question from the second one.
                for _ in 0..2 {
                    let server = Server::tls(config.clone(), tell);
                    match mode.connect(server.address, &base) {
                        Err(TlsError::ClientCertificateNeeded { issuers }) => {
                            assert_eq!(issuers.len(), 1);
                            assert!(issuers[0].windows(11).any(|part| part == b"Client Root"));
                        }
                        other => panic!("{other:?}"),
                    }
                    assert_eq!(server.end(), None);
                }
                for _ in 0..2 {
                    let server = Server::tls(config.clone(), tell);
                    let mut conn = mode.connect(server.address, &shown).unwrap();
                    mode.write(&mut conn, b"?").unwrap();
                    assert_eq!(mode.read_exact(&mut conn, 1), b"y");
                    drop(conn);
                    assert_eq!(server.end().unwrap(), client.certificate.to_vec());
                }
                let server = Server::tls(config.clone(), tell);
                let result = mode.connect(server.address, &none);
                if insists {
                    // TLS 1.3 tells the client after its handshake.
                    let refused = match result {
                        Err(error) => matches!(error, TlsError::Channel(_)),
                        Ok(mut conn) => {
                            mode.write(&mut conn, b"?").is_err() || mode.read(&mut conn).is_err()
                        }
                    };
                    assert!(refused);
                    assert_eq!(server.end(), None);
                } else {
                    let mut conn = result.unwrap();
                    mode.write(&mut conn, b"?").unwrap();
                    assert_eq!(mode.read_exact(&mut conn, 1), b"n");
                    drop(conn);
                    assert_eq!(server.end(), Some(Vec::new()));
                }
            }
        }
    }
}

#[test]
fn a_refused_server_is_reported_as_refused_also_when_it_asks() {
    authority();
    let foreign = Authority::new("Foreign Root");
    let identity = foreign.issue("good.test");
    for version in VERSIONS {
        let server = Server::tls(asking(&identity, version, &foreign, true), tell);
        let error = Mode::Blocking
            .connect(server.address, &ClientOptions::new("good.test"))
            .unwrap_err();
        assert!(
            matches!(error, TlsError::Certificate(reasons) if reasons.bits() == 0x8),
            "{error:?}"
        );
        assert_eq!(server.end(), None);
    }
}
