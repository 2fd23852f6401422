//! Options of TLS and certificates.

use std::ffi::c_void;

use winhttp_testkit::text::text_at;
use winhttp_testkit::tls::{ClientCertificates, Identity, ServerOptions, server, server_with};
use winhttp_testkit::{Request, raw};

use crate::support::*;

/// A TLS server that gives each request the same answer.
fn secure_server(identity: Identity) -> Server {
    Server::builder().tls(server(identity)).every(|_, peer| {
        while peer.next_request().is_some() {
            peer.send(response("", b"x"));
        }
    })
}

/// As [`secure_server`], one that asks for certificates.
pub(crate) fn asking_server(clients: ClientCertificates) -> Server {
    let options = ServerOptions {
        clients,
        ..ServerOptions::default()
    };
    Server::builder()
        .tls(server_with(Identity::good(), options))
        .every(|_, peer| {
            while peer.next_request().is_some() {
                peer.send(response("", b"x"));
            }
        })
}

/// A request with TLS, and the connection handle that keeps it.
pub(crate) fn secure(client: &Client, server: &Server) -> (Request, Handle) {
    let connect = client.connect_to("localhost", server.port());
    let request = client.request(
        &connect,
        &RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_SECURE),
    );
    (request, connect)
}

/// Statements: facts 14.3, 14.4; options 9.33
#[test]
fn f14_4_security_flags_are_the_ignore_bits_only() {
    let client = Client::new(Mode::Sync);
    let connect = client.connect_to("localhost", 443);
    let request = client.request(&connect, &RequestSpec::default().flags(WINHTTP_FLAG_SECURE));
    let option = WINHTTP_OPTION_SECURITY_FLAGS;
    assert_eq!(query_u32(request.raw(), option), Ok(0));
    for flags in [
        0x200,
        0x100 | 0x2000 | 0x1000,
        0x1_0000,
        0x3300 | 0x1_0000,
        0,
    ] {
        assert_eq!(set_u32(request.raw(), option, flags), Ok(()));
        assert_eq!(query_u32(request.raw(), option), Ok(flags));
    }
    assert_eq!(set_u32(request.raw(), option, 0x1000), Ok(()));
    for flags in [1, 0x2000_0000, 2, 0x80, 0x400, 0x1101, u32::MAX] {
        assert_eq!(
            set_u32(request.raw(), option, flags),
            fails(INVALID_PARAMETER),
            "{flags:#x}"
        );
        assert_eq!(query_u32(request.raw(), option), Ok(0x1000), "unchanged");
    }
}

/// Statements: facts 14.2; options 9.35, 9.36
#[test]
fn f14_2_no_client_certificate_is_something_to_say_on_secure_requests() {
    let client = Client::new(Mode::Sync);
    let connect = client.connect_to("localhost", 443);
    let plain = client.request(&connect, &RequestSpec::default());
    let secure = client.request(&connect, &RequestSpec::default().flags(WINHTTP_FLAG_SECURE));
    let set =
        |request: &Request| set_option(request.raw(), WINHTTP_OPTION_CLIENT_CERT_CONTEXT, None, 0);
    assert_eq!(set(&plain), fails(12019));
    assert_eq!(set(&secure), Ok(()));
    // What is no certificate context is refused, and not followed.
    let size = 5 * size_of::<usize>();
    let block = Block::filled(size, 0xA5);
    let set = |size: usize| {
        set_option(
            secure.raw(),
            WINHTTP_OPTION_CLIENT_CERT_CONTEXT,
            Some(&block),
            size as u32,
        )
    };
    assert_eq!(set(size), fails(INVALID_PARAMETER));
    assert_eq!(set(size - 1), fails(INSUFFICIENT_BUFFER));
    for option in [
        WINHTTP_OPTION_SERVER_CERT_CONTEXT,
        WINHTTP_OPTION_SECURITY_CERTIFICATE_STRUCT,
        WINHTTP_OPTION_CLIENT_CERT_ISSUER_LIST,
    ] {
        let mut size = 4096;
        let mut block = Block::filled(4096, 0xA5);
        let result = query_option(secure.raw(), option, Some(&mut block), Some(&mut size));
        assert_eq!(result, fails(12019), "option {option} before connecting");
    }
    assert_eq!(
        query_u32(secure.raw(), WINHTTP_OPTION_SECURITY_KEY_BITNESS),
        Ok(0)
    );
}

/// The certificate of `SERVER_CERT_CONTEXT` in DER.
fn server_certificate(request: &Request) -> Vec<u8> {
    #[repr(C)]
    struct Context {
        encoding: u32,
        bytes: *const u8,
        length: u32,
        info: *const c_void,
        store: *const c_void,
    }
    let context = query_usize(request.raw(), WINHTTP_OPTION_SERVER_CERT_CONTEXT).unwrap();
    // SAFETY: a context of the library, freed once.
    unsafe {
        let shown = &*(context as *const Context);
        assert_eq!(shown.encoding, 1);
        assert!(!shown.info.is_null() && shown.store.is_null());
        let der = std::slice::from_raw_parts(shown.bytes, shown.length as usize).to_vec();
        assert_eq!(
            raw::openwinhttp_CertFreeCertificateContext(context as *const c_void),
            1
        );
        der
    }
}

fn info(request: &Request) -> WINHTTP_SECURITY_INFO {
    structure(&query_bytes(request.raw(), WINHTTP_OPTION_SECURITY_INFO).unwrap())
}

both_modes! {
    /// Statements: facts 14.5, 14.6, 14.7; options 9.32, 9.34; behaviour 18.113
    fn f14_5_a_connection_can_be_looked_at_right_after_sending(mode: Mode) {
        let identity = Identity::good();
        let der = identity.chain[0].to_vec();
        let server = secure_server(identity);
        let client = Client::new(mode);
        assert_eq!(set_u32(client.session.raw(), WINHTTP_OPTION_SECURE_PROTOCOLS, 0x800), Ok(()));
        let (request, _connect) = secure(&client, &server);
        request.send().unwrap();

        assert_eq!(server_certificate(&request), der);
        let bits = query_u32(request.raw(), WINHTTP_OPTION_SECURITY_KEY_BITNESS).unwrap();
        assert!(bits >= 128, "{bits}");
        assert_eq!(
            query_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS),
            Ok(SECURITY_FLAG_SECURE | SECURITY_FLAG_STRENGTH_STRONG)
        );

        let info = info(&request);
        assert_eq!((info.ConnectionInfo.dwProtocol, info.CipherInfo.dwProtocol), (0x800, 0x303));
        assert_eq!(info.ConnectionInfo.dwCipherStrength, bits);
        let name = winhttp_testkit::text::narrow(&info.CipherInfo.szCipherSuite);
        assert!(name.starts_with("TLS_ECDHE_"), "{name}");

        let text: WINHTTP_CERTIFICATE_INFO =
            structure(&query_bytes(request.raw(), WINHTTP_OPTION_SECURITY_CERTIFICATE_STRUCT).unwrap());
        assert_eq!(text.dwKeySize, bits);
        // SAFETY: strings that the library has just made.
        let names = unsafe { (text_at(text.lpszSubjectInfo).unwrap(), text_at(text.lpszIssuerInfo).unwrap()) };
        assert!(names.0.contains("OpenWinHTTP"), "{}", names.0);
        assert!(names.1.contains("OpenWinHTTP test authority"), "{}", names.1);
        assert!(text.ftStart.dwHighDateTime < text.ftExpiry.dwHighDateTime);
        global_free(text.lpszSubjectInfo.cast());
        global_free(text.lpszIssuerInfo.cast());

        request.receive().unwrap();
        assert_eq!(request.body(), b"x");
        assert_eq!(server_certificate(&request), der);
    }

    fn tls_1_3_is_told_as_such(mode: Mode) {
        let server = secure_server(Identity::good());
        let client = Client::new(mode);
        assert_eq!(set_u32(client.session.raw(), WINHTTP_OPTION_SECURE_PROTOCOLS, 0x2000), Ok(()));
        let (request, _connect) = secure(&client, &server);
        request.exchange();
        let info = info(&request);
        assert_eq!((info.ConnectionInfo.dwProtocol, info.CipherInfo.dwProtocol), (0x2000, 0x304));
        assert_eq!(request.body(), b"x");
    }

    /// Statements: behaviour 18.113
    fn bc113_the_certificate_is_there_in_sending_request(mode: Mode) {
        let server = secure_server(Identity::good());
        let client = Client::new(mode);
        let (request, _connect) = secure(&client, &server);
        let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        client.recorder.on(WINHTTP_CALLBACK_STATUS_SENDING_REQUEST, {
            let seen = seen.clone();
            move |event| {
                let context = query_usize(event.handle, WINHTTP_OPTION_SERVER_CERT_CONTEXT);
                if let Ok(context) = context {
                    // SAFETY: a context of the library, freed once.
                    unsafe { raw::openwinhttp_CertFreeCertificateContext(context as *const c_void) };
                }
                seen.lock().unwrap().push(context.map(|context| context != 0));
            }
        });
        request.exchange();
        assert_eq!(*seen.lock().unwrap(), [Ok(true)]);
    }

    /// Statements: options 9.31
    fn oc31_an_unknown_authority_can_be_ignored(mode: Mode) {
        let server = secure_server(Identity::untrusted());
        let client = Client::new(mode);
        let (request, _connect) = secure(&client, &server);
        assert_eq!(request.send(), fails(12175));
        // Another fault than there is does not help.
        assert_eq!(set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, SECURITY_FLAG_IGNORE_CERT_CN_INVALID), Ok(()));
        assert_eq!(request.send(), fails(12175));
        assert_eq!(set_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS, SECURITY_FLAG_IGNORE_UNKNOWN_CA), Ok(()));
        request.exchange();
        assert_eq!(request.body(), b"x");
        let flags = query_u32(request.raw(), WINHTTP_OPTION_SECURITY_FLAGS).unwrap();
        assert_eq!(flags & 0xFFFF, SECURITY_FLAG_IGNORE_UNKNOWN_CA | SECURITY_FLAG_SECURE);
    }

    /// Statements: options 9.36; behaviour 18.114
    fn oc36_going_on_without_a_certificate(mode: Mode) {
        let server = asking_server(ClientCertificates::Optional);
        let client = Client::new(mode);
        let (request, _connect) = secure(&client, &server);
        assert_eq!(request.send(), fails(12044));
        let issuers = issuers(&request);
        assert_eq!(issuers.len(), 1);
        let name = String::from_utf8_lossy(&issuers[0]).into_owned();
        assert!(name.contains("OpenWinHTTP test authority"), "{name:?}");
        assert_eq!(set_option(request.raw(), WINHTTP_OPTION_CLIENT_CERT_CONTEXT, None, 0), Ok(()));
        request.exchange();
        assert_eq!(request.body(), b"x");
    }

    /// Statements: facts 14.9
    fn f14_9_the_request_is_sent_again_with_a_certificate(mode: Mode) {
        let server = asking_server(ClientCertificates::Required);
        let client = Client::new(mode);
        let (request, _connect) = secure(&client, &server);
        assert_eq!(request.send(), fails(12044));
        let context = client_context(Some(&Identity::client("somebody")));
        assert_eq!(set_context(&request, context), Ok(()));
        // It is a copy that counts from now on.
        // SAFETY: a context of the library, freed once.
        unsafe { raw::openwinhttp_CertFreeCertificateContext(context) };
        request.exchange();
        assert_eq!(request.body(), b"x");
    }
}

/// Statements: facts 14.9
#[test]
fn a_certificate_without_key_is_12185() {
    let client = Client::new(Mode::Sync);
    let connect = client.connect_to("localhost", 443);
    let request = client.request(&connect, &RequestSpec::default().flags(WINHTTP_FLAG_SECURE));
    let context = client_context(None);
    assert_eq!(set_context(&request, context), fails(12185));
    // SAFETY: a context of the library, freed once.
    unsafe { raw::openwinhttp_CertFreeCertificateContext(context) };
}

/// A certificate context with a key, or one without.
fn client_context(identity: Option<&Identity>) -> *const c_void {
    type FromPem = unsafe extern "C" fn(*const c_void, usize) -> *const c_void;
    type Create = unsafe extern "C" fn(u32, *const u8, u32) -> *const c_void;
    // SAFETY: the types of these functions; texts and bytes are as long as said.
    let context = unsafe {
        match identity {
            Some(identity) => {
                let pem = format!("{}{}", identity.certificate_pem, identity.key_pem);
                function::<FromPem>("openwinhttp_ClientCertificateFromPem")(
                    pem.as_ptr().cast(),
                    pem.len(),
                )
            }
            None => {
                let der = Identity::client("nobody").chain[0].to_vec();
                function::<Create>("openwinhttp_CertCreateCertificateContext")(
                    1,
                    der.as_ptr(),
                    der.len() as u32,
                )
            }
        }
    };
    assert!(!context.is_null());
    context
}

pub(crate) fn set_context(request: &Request, context: *const c_void) -> Outcome {
    let size = 5 * size_of::<usize>() as u32;
    // SAFETY: a live context; its size is that of the structure.
    let result = unsafe {
        raw::WinHttpSetOption(
            request.raw() as HINTERNET,
            WINHTTP_OPTION_CLIENT_CERT_CONTEXT,
            context,
            size,
        )
    };
    match (result, last_error()) {
        (1, 0) => Ok(()),
        (0, error) => Err(Code(error)),
        other => panic!("{other:?}"),
    }
}

/// The names in `CLIENT_CERT_ISSUER_LIST`.
fn issuers(request: &Request) -> Vec<Vec<u8>> {
    #[repr(C)]
    struct List {
        names: *const Name,
        count: u32,
    }
    #[repr(C)]
    struct Name {
        length: u32,
        bytes: *const u8,
    }
    let block =
        query_usize(request.raw(), WINHTTP_OPTION_CLIENT_CERT_ISSUER_LIST).unwrap() as *mut c_void;
    // SAFETY: a list of the library's, until it is freed.
    let names = unsafe {
        let list = &*block.cast::<List>();
        std::slice::from_raw_parts(list.names, list.count as usize)
            .iter()
            .map(|name| std::slice::from_raw_parts(name.bytes, name.length as usize).to_vec())
            .collect()
    };
    global_free(block);
    names
}
