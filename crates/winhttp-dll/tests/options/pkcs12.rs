//! Client certificates from PKCS #12 files, which the OpenSSL command writes; without it the tests say so and end.

use std::ffi::{CString, c_char, c_void};
use std::path::{Path, PathBuf};
use std::process::Command;

use winhttp_testkit::raw;
use winhttp_testkit::tls::{ClientCertificates, Identity};

use crate::support::*;
use crate::tls::{asking_server, secure, set_context};

type FromPkcs12 = unsafe extern "C" fn(*const c_void, u32, *const u16) -> *const c_void;
type FromFileW = unsafe extern "C" fn(*const u16, *const u16) -> *const c_void;
type FromFileA = unsafe extern "C" fn(*const c_char, *const c_char) -> *const c_void;

const PASSWORD: &str = "pä55 w0rd";
const INVALID_PASSWORD: u32 = 86;
const CRYPT_E_BAD_ENCODE: u32 = 0x8009_2002;

/// What the command is told beside the password: its defaults (AES-256, PBKDF2), and what Windows wrote for long.
const PROTECTIONS: [&[&str]; 3] = [
    &[],
    &[
        "-keypbe",
        "PBE-SHA1-3DES",
        "-certpbe",
        "PBE-SHA1-3DES",
        "-macalg",
        "sha1",
    ],
    &[
        "-legacy",
        "-keypbe",
        "PBE-SHA1-3DES",
        "-certpbe",
        "PBE-SHA1-RC2-40",
        "-macalg",
        "sha1",
    ],
];

both_modes! {
    /// Statements: facts 14.9
    fn f14_9_a_certificate_of_a_pkcs12_file_is_shown_to_the_server(mode: Mode) {
        for (number, protection) in PROTECTIONS.iter().enumerate() {
            let name = format!("shown-{mode:?}-{number}");
            let Some(file) = File::new(&name, PASSWORD, protection) else { continue };
            let server = asking_server(ClientCertificates::Required);
            let client = Client::new(mode);
            let (request, _connect) = secure(&client, &server);
            assert_eq!(request.send(), fails(12044));
            let context = file.context(PASSWORD).unwrap();
            assert_eq!(set_context(&request, context), Ok(()));
            free(context);
            request.exchange();
            assert_eq!(request.body(), b"x", "{protection:?}");
        }
    }
}

#[test]
fn a_wrong_password_is_told_in_each_form() {
    for (number, protection) in PROTECTIONS.iter().enumerate() {
        let Some(file) = File::new(&format!("wrong-{number}"), PASSWORD, protection) else {
            continue;
        };
        for wrong in ["", "pa55 w0rd"] {
            assert_eq!(file.context(wrong), fails(INVALID_PASSWORD));
            assert_eq!(file.context_of_path(wrong), fails(INVALID_PASSWORD));
            assert_eq!(file.context_of_narrow_path(wrong), fails(INVALID_PASSWORD));
        }
        for context in [
            file.context(PASSWORD),
            file.context_of_path(PASSWORD),
            file.context_of_narrow_path(PASSWORD),
        ] {
            free(context.unwrap());
        }
    }
}

#[test]
fn no_password_is_an_empty_one() {
    if let Some(file) = File::new("empty", "", PROTECTIONS[0]) {
        free(file.context("").unwrap());
        // SAFETY: bytes with their length; NULL is allowed.
        let context = unsafe {
            let read = function::<FromPkcs12>("openwinhttp_ClientCertificateFromPkcs12");
            read(
                file.bytes.as_ptr().cast(),
                file.bytes.len() as u32,
                std::ptr::null(),
            )
        };
        free(outcome(context).unwrap());
    }
}

#[test]
fn what_is_no_such_file_is_refused() {
    // SAFETY: texts with a 0 at their ends, bytes with their length, or NULL.
    unsafe {
        let read = function::<FromPkcs12>("openwinhttp_ClientCertificateFromPkcs12");
        let file_a = function::<FromFileA>("openwinhttp_ClientCertificateFromPkcs12FileA");
        let file_w = function::<FromFileW>("openwinhttp_ClientCertificateFromPkcs12FileW");
        let password = wide(PASSWORD);
        assert_eq!(
            outcome(read(std::ptr::null(), 5, password.as_ptr())),
            fails(INVALID_PARAMETER)
        );
        for bytes in [
            &b""[..],
            b"\x30\x03\x02\x01\x03",
            b"not at all",
            &vec![0x30; (1 << 20) + 1],
        ] {
            let context = read(bytes.as_ptr().cast(), bytes.len() as u32, password.as_ptr());
            assert_eq!(outcome(context), fails(CRYPT_E_BAD_ENCODE));
        }
        // Half a surrogate pair.
        assert_eq!(
            outcome(read(b"x".as_ptr().cast(), 1, [0xD800, 0].as_ptr())),
            fails(INVALID_PARAMETER)
        );
        assert_eq!(
            outcome(file_a(c"/nowhere/x.p12".as_ptr(), c"\xFF".as_ptr())),
            fails(INVALID_PARAMETER)
        );
        assert_eq!(
            outcome(file_a(c"/nowhere/x.p12".as_ptr(), std::ptr::null())),
            fails(2)
        );
        assert_eq!(
            outcome(file_a(std::ptr::null(), std::ptr::null())),
            fails(2)
        );
        assert_eq!(
            outcome(file_w(wide("\\nowhere\\x.p12").as_ptr(), std::ptr::null())),
            fails(2)
        );
        // A device without end is not read to its end.
        assert_eq!(
            outcome(file_a(c"/dev/zero".as_ptr(), std::ptr::null())),
            fails(CRYPT_E_BAD_ENCODE)
        );
    }
}

/// A PKCS #12 file of a client that the test's authority has signed.
struct File {
    folder: PathBuf,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl File {
    /// `None`, with a notice, if the command is missing or does not know the protection.
    fn new(name: &str, password: &str, protection: &[&str]) -> Option<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("pkcs12")
            .join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("client.p12");
        let identity = Identity::client("somebody");
        let pem = format!("{}{}", identity.certificate_pem, identity.key_pem);
        std::fs::write(folder.join("client.pem"), pem).unwrap();
        let output = Command::new("openssl")
            .current_dir(&folder)
            .args([
                "pkcs12",
                "-export",
                "-in",
                "client.pem",
                "-out",
                "client.p12",
            ])
            .args(["-passout", &format!("pass:{password}")])
            .args(protection)
            .output();
        match output {
            Err(error) => {
                println!("left out: openssl: {error}; install it to check its files");
                None
            }
            Ok(output) if !output.status.success() => {
                let errors = String::from_utf8_lossy(&output.stderr);
                assert!(protection.contains(&"-legacy"), "{errors}");
                println!("left out: {protection:?}: {errors}");
                None
            }
            Ok(_) => {
                let bytes = std::fs::read(&path).unwrap();
                Some(Self {
                    folder,
                    path,
                    bytes,
                })
            }
        }
    }

    fn context(&self, password: &str) -> Outcome<*const c_void> {
        // SAFETY: bytes with their length, and text with a 0.
        outcome(unsafe {
            let read = function::<FromPkcs12>("openwinhttp_ClientCertificateFromPkcs12");
            let length = self.bytes.len() as u32;
            read(self.bytes.as_ptr().cast(), length, wide(password).as_ptr())
        })
    }

    fn context_of_path(&self, password: &str) -> Outcome<*const c_void> {
        let path = wide(self.path.to_str().unwrap());
        // SAFETY: texts with a 0.
        outcome(unsafe {
            let read = function::<FromFileW>("openwinhttp_ClientCertificateFromPkcs12FileW");
            read(path.as_ptr(), wide(password).as_ptr())
        })
    }

    fn context_of_narrow_path(&self, password: &str) -> Outcome<*const c_void> {
        let path = CString::new(self.path.to_str().unwrap()).unwrap();
        let password = CString::new(password).unwrap();
        // SAFETY: texts with a 0.
        outcome(unsafe {
            let read = function::<FromFileA>("openwinhttp_ClientCertificateFromPkcs12FileA");
            read(path.as_ptr(), password.as_ptr())
        })
    }
}

/// What a function of these gave, with the last error.
fn outcome(context: *const c_void) -> Outcome<*const c_void> {
    match (context.is_null(), last_error()) {
        (false, 0) => Ok(context),
        (true, error) if error != 0 => Err(Code(error)),
        other => panic!("{other:?}"),
    }
}

fn free(context: *const c_void) {
    // SAFETY: a context of the library, freed once.
    unsafe { raw::openwinhttp_CertFreeCertificateContext(context) };
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}
