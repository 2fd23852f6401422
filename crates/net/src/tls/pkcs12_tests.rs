//! Files of the OpenSSL command, and of the reader's own crate, read back. Without the command the tests that need it say so
//! and end.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use super::*;
use crate::tls::ClientCertificate;

const PASSWORD: &str = "pä55 w0rd";

/// What OpenSSL is asked for, beside its defaults: AES-256 and PBKDF2.
const MODERN: &[&str] = &["-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC"];
const TRIPLE_DES: &[&str] = &[
    "-keypbe",
    "PBE-SHA1-3DES",
    "-certpbe",
    "PBE-SHA1-3DES",
    "-macalg",
    "sha1",
];
/// As Windows and OpenSSL before 3.0 do it; OpenSSL has RC2 in a module that may not be there.
const RC2: &[&str] = &[
    "-legacy",
    "-keypbe",
    "PBE-SHA1-3DES",
    "-certpbe",
    "PBE-SHA1-RC2-40",
    "-macalg",
    "sha1",
];
const OPEN: &[&str] = &["-keypbe", "NONE", "-certpbe", "NONE"];

/// A leaf, what signed it, and that one's root, as files.
struct Made {
    folder: PathBuf,
    chain: [Vec<u8>; 3],
}

impl Drop for Made {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn made(name: &str) -> Made {
    let folder = std::env::temp_dir().join(format!("net-pkcs12-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let params = |name: &str, ca: bool| {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        if ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        params
    };
    let keys = [(); 3].map(|()| KeyPair::generate().unwrap());
    let root = params("root", true).self_signed(&keys[2]).unwrap();
    let by_root = Issuer::from_params(&params("root", true), &keys[2])
        .signed(&params("middle", true), &keys[1]);
    let by_middle = Issuer::from_params(&params("middle", true), &keys[1])
        .signed(&params("leaf", false), &keys[0]);
    std::fs::write(folder.join("leaf.pem"), by_middle.pem()).unwrap();
    // Not in the chain's order.
    std::fs::write(
        folder.join("others.pem"),
        format!("{}{}", root.pem(), by_root.pem()),
    )
    .unwrap();
    std::fs::write(folder.join("key.pem"), keys[0].serialize_pem()).unwrap();
    let chain = [by_middle, by_root, root].map(|certificate| certificate.der().to_vec());
    Made { folder, chain }
}

trait Signs {
    fn signed(&self, params: &CertificateParams, key: &KeyPair) -> rcgen::Certificate;
}

impl<S: rcgen::SigningKey> Signs for Issuer<'_, S> {
    fn signed(&self, params: &CertificateParams, key: &KeyPair) -> rcgen::Certificate {
        params.signed_by(key, self).unwrap()
    }
}

fn has_openssl() -> bool {
    static HAS: OnceLock<bool> = OnceLock::new();
    *HAS.get_or_init(|| {
        let has = Command::new("openssl").arg("version").output().is_ok();
        if !has {
            println!("left out: there is no openssl; install it to check its files too");
        }
        has
    })
}

/// `openssl pkcs12 -export`; `None` if it refuses, which only old protections may.
fn exported(
    folder: &Path,
    password: &str,
    protection: &[&str],
    inputs: &[&str],
) -> Option<Vec<u8>> {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(["pkcs12", "-export", "-out", "out.p12", "-passout"])
        .arg(format!("pass:{password}"))
        .args(protection)
        .args(inputs)
        .output()
        .unwrap();
    if !output.status.success() {
        println!(
            "left out: {protection:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        return None;
    }
    Some(std::fs::read(folder.join("out.p12")).unwrap())
}

const WHOLE: &[&str] = &[
    "-in",
    "leaf.pem",
    "-inkey",
    "key.pem",
    "-certfile",
    "others.pem",
];

#[test]
fn files_of_openssl_are_read_whatever_protects_them() {
    if !has_openssl() {
        return;
    }
    let made = made("openssl");
    for protection in [&[][..], MODERN, TRIPLE_DES, RC2, OPEN] {
        let Some(file) = exported(&made.folder, PASSWORD, protection, WHOLE) else {
            assert_eq!(protection, RC2);
            continue;
        };
        let contents = read(&file, PASSWORD).unwrap();
        assert_eq!(contents.chain, made.chain[..2], "{protection:?}");
        assert!(!format!("{contents:?}").contains("key"));
        let certificate = ClientCertificate::from_pkcs12(&file, PASSWORD).unwrap();
        assert_eq!(certificate.chain().len(), 2);
        for wrong in ["", "pa55 w0rd", "pä55 w0rd "] {
            let error = read(&file, wrong).unwrap_err();
            assert_eq!(
                error,
                ClientCertificateError::WrongPassword,
                "{protection:?}"
            );
        }
    }
}

#[test]
fn a_file_without_integrity_check_still_tells_a_wrong_password() {
    if !has_openssl() {
        return;
    }
    let made = made("nomac");
    for protection in [MODERN, TRIPLE_DES] {
        let protection = [protection, &["-nomac"]].concat();
        let file = exported(&made.folder, PASSWORD, &protection, WHOLE).unwrap();
        assert_eq!(read(&file, PASSWORD).unwrap().chain.len(), 2);
        // One of 256 wrong passwords gives something that is unpadded without an error, but then it is no DER.
        assert!(matches!(
            read(&file, "wrong").unwrap_err(),
            ClientCertificateError::WrongPassword | ClientCertificateError::Encoding(_)
        ));
    }
}

#[test]
fn an_empty_password_is_one() {
    if !has_openssl() {
        return;
    }
    let made = made("empty");
    for protection in [MODERN, TRIPLE_DES] {
        let file = exported(&made.folder, "", protection, WHOLE).unwrap();
        assert_eq!(read(&file, "").unwrap().chain.len(), 2);
        assert_eq!(
            read(&file, "x").unwrap_err(),
            ClientCertificateError::WrongPassword
        );
    }
}

#[test]
fn what_a_file_lacks_is_told() {
    if !has_openssl() {
        return;
    }
    let made = made("lacks");
    let read = |inputs: &[&str]| {
        let file = exported(&made.folder, PASSWORD, &[], inputs).unwrap();
        read(&file, PASSWORD)
    };
    let only_certificates = read(&["-in", "leaf.pem", "-nokeys"]);
    assert_eq!(
        only_certificates.unwrap_err(),
        ClientCertificateError::NoKey
    );
    let alone = read(&["-in", "leaf.pem", "-inkey", "key.pem"]).unwrap();
    assert_eq!(alone.chain, made.chain[..1]);
    let mut empty = vec![0_u8; MAX_LENGTH];
    for wrong in [
        &[][..],
        b"-----BEGIN CERTIFICATE-----",
        &[0x30, 0x80],
        &empty,
    ] {
        let error = super::read(wrong, "").unwrap_err();
        assert!(
            matches!(error, ClientCertificateError::Encoding(_)),
            "{error:?}"
        );
    }
    empty.push(0);
    let error = super::read(&empty, "").unwrap_err();
    assert!(error.to_string().contains("more than"), "{error}");
}

/// The key's certificate is found without attributes, and certificates that issue each other end.
#[test]
fn the_keys_certificate_is_found_among_others() {
    use p12_keystore::{KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};

    let made = made("found");
    let key =
        KeyPair::from_pem(&std::fs::read_to_string(made.folder.join("key.pem")).unwrap()).unwrap();
    let certificate = |der: &Vec<u8>| Certificate::from_der(der).unwrap();
    let write = |key: &KeyPair, chain: Vec<Certificate>| {
        let mut store = KeyStore::new();
        let key = PrivateKey::from_der(&key.serialize_der()).unwrap();
        store.add_entry(
            "x",
            KeyStoreEntry::PrivateKeyChain(PrivateKeyChain::new("id", key, chain)),
        );
        store
            .writer(PASSWORD)
            .encryption_iterations(10)
            .mac_iterations(10)
            .write()
            .unwrap()
    };
    let [leaf, middle, root] = [0, 1, 2].map(|index| certificate(&made.chain[index]));
    // The file says that the middle one is the key's, which it is not.
    let file = write(&key, vec![middle.clone(), root, leaf]);
    assert_eq!(read(&file, PASSWORD).unwrap().chain, made.chain[..2]);
    let file = write(&KeyPair::generate().unwrap(), vec![middle]);
    assert_eq!(
        read(&file, PASSWORD).unwrap_err(),
        ClientCertificateError::KeyMismatch
    );
}

/// Each byte changed, and each length: an error or what was in it, and no panic.
#[test]
fn broken_files_give_errors() {
    use p12_keystore::{KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};

    let made = made("broken");
    let key =
        KeyPair::from_pem(&std::fs::read_to_string(made.folder.join("key.pem")).unwrap()).unwrap();
    let chain = vec![Certificate::from_der(&made.chain[0]).unwrap()];
    let mut store = KeyStore::new();
    let key = PrivateKey::from_der(&key.serialize_der()).unwrap();
    store.add_entry(
        "x",
        KeyStoreEntry::PrivateKeyChain(PrivateKeyChain::new("id", key, chain)),
    );
    let file = store
        .writer("")
        .encryption_iterations(1)
        .mac_iterations(1)
        .write()
        .unwrap();
    assert!(read(&file, "").is_ok());
    for length in 0..file.len() {
        assert!(read(&file[..length], "").is_err());
    }
    let mut longer = file.clone();
    longer.push(0);
    assert!(read(&longer, "").is_err());
    let mut changed = file.clone();
    for place in 0..file.len() {
        for value in [0, 0x80, 0xFF, file[place] ^ 1, file[place].wrapping_add(1)] {
            changed[place] = value;
            let _ = read(&changed, "");
        }
        changed[place] = file[place];
    }
}
