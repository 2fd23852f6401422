//! What all parts use.

use std::ffi::c_void;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) use winhttp_testkit::abi::*;
pub(crate) use winhttp_testkit::calls::*;
pub(crate) use winhttp_testkit::tls::Identity;
pub(crate) use winhttp_testkit::{Client, Code, Outcome, Request, both_modes};
use winhttp_testkit::{library::library, raw};

/// The error with this number, as the result of a call that gives `T`.
pub(crate) fn fails<T>(number: u32) -> Outcome<T> {
    Err(Code(number))
}

/// Starts a program; `None`, with a notice, if there is no such program.
pub(crate) fn start(command: &mut Command) -> Option<Child> {
    match command.spawn() {
        Ok(child) => Some(child),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let program = command.get_program().to_string_lossy().into_owned();
            assert!(
                std::env::var_os("OPENWINHTTP_REQUIRE_SERVERS").is_none(),
                "there is no program {program}"
            );
            println!("left out: there is no program {program}");
            None
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}

/// A directory that is removed at the end.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("openwinhttp-servers-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file; its path.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Writes certificate and key of `identity` into one file; its path.
    pub(crate) fn identity(&self, name: &str, identity: &Identity) -> String {
        let text = format!("{}{}", identity.certificate_pem, identity.key_pem);
        self.write(name, text)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A request for `https://127.0.0.1:port/…`.
#[track_caller]
pub(crate) fn secure(client: &Client, port: u16, object: &str) -> (Request, Handle) {
    let connect = client.connect_to("127.0.0.1", port);
    let spec = RequestSpec::new("GET", object).flags(WINHTTP_FLAG_SECURE);
    (client.request(&connect, &spec), connect)
}

/// The same for a name of the test's own, which leads to 127.0.0.1. TLS sessions are remembered by name: with this one no
/// other test's server comes in between.
#[track_caller]
pub(crate) fn secure_by_name(
    client: &Client,
    name: &str,
    port: u16,
    object: &str,
) -> (Request, Handle) {
    let connect = client.connect_to(name, port);
    let spec = RequestSpec::new("GET", object).flags(WINHTTP_FLAG_SECURE);
    let request = client.request(&connect, &spec);
    set_text(
        request.raw(),
        WINHTTP_OPTION_RESOLUTION_HOSTNAME,
        "127.0.0.1",
    )
    .unwrap();
    (request, connect)
}

/// The flags of all SECURE_FAILURE notifications so far.
pub(crate) fn failures(client: &Client) -> Vec<u32> {
    let events = client.recorder.of(WINHTTP_CALLBACK_STATUS_SECURE_FAILURE);
    events.iter().map(|event| event.number()).collect()
}

/// Answers the server's demand for a certificate with this one.
#[track_caller]
pub(crate) fn present(request: &Request, identity: &Identity) {
    type FromPem = unsafe extern "C" fn(*const c_void, usize) -> *const c_void;
    let pem = format!("{}{}", identity.certificate_pem, identity.key_pem);
    let size = if cfg!(target_pointer_width = "64") {
        40
    } else {
        20
    };
    // SAFETY: the function's type; the text is as long as said; the context is freed once, after its last use.
    let done = unsafe {
        let from_pem = library()
            .get::<FromPem>("openwinhttp_ClientCertificateFromPem")
            .unwrap();
        let context = from_pem(pem.as_ptr().cast(), pem.len());
        assert!(!context.is_null());
        let done = raw::WinHttpSetOption(
            request.raw() as HINTERNET,
            WINHTTP_OPTION_CLIENT_CERT_CONTEXT,
            context,
            size,
        );
        raw::openwinhttp_CertFreeCertificateContext(context);
        done
    };
    assert_eq!((done, last_error()), (1, 0));
}

/// Answers the server's demand for a certificate with none.
#[track_caller]
pub(crate) fn present_none(request: &Request) {
    assert_eq!(
        set_option(request.raw(), WINHTTP_OPTION_CLIENT_CERT_CONTEXT, None, 0),
        Ok(())
    );
}
