//! `openssl s_server`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use winhttp_testkit::tls::Identity;

use crate::support::*;

/// `openssl s_server -www`, which answers each request with a page about the TLS connection.
pub(crate) struct OpenSsl {
    child: Child,
    pub(crate) port: u16,
    _files: Directory,
}

impl OpenSsl {
    /// `None` if there is no such program.
    pub(crate) fn new(identity: &Identity, arguments: &[&str]) -> Option<Self> {
        let files = Directory::new();
        let file = files.identity("server.pem", identity);
        let mut command = Command::new("openssl");
        command
            .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", &file])
            .args(["-key", &file])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = start(&mut command)?;
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("ACCEPT") {
            line.clear();
            let count = lines.read_line(&mut line).unwrap();
            assert!(count > 0, "openssl s_server {arguments:?} does not start");
        }
        // The rest is read so that the program is never held up by a full pipe.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        let port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
        Some(Self {
            child,
            port,
            _files: files,
        })
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
