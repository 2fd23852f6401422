//! An nginx of a test's own.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};

use winhttp_testkit::tls::{Identity, authority};

use crate::support::*;

/// An nginx with one plain port and one with TLS. It inherits both as listening sockets, as a new nginx does from an old
/// one when it is replaced: no port is guessed, and nobody waits for it to start.
pub(crate) struct Nginx {
    child: Child,
    /// The plain port.
    pub(crate) port: u16,
    /// The port with TLS.
    pub(crate) tls_port: u16,
    /// The files that it serves.
    pub(crate) files: Directory,
}

impl Nginx {
    /// With these lines in its TLS server besides the certificate. `None` if there is no nginx.
    pub(crate) fn with_tls(tls: &str) -> Option<Self> {
        let (plain, secure) = (listener(), listener());
        let ports = [&plain, &secure].map(|socket| socket.local_addr().unwrap().port());
        let files = Directory::new();
        std::fs::create_dir(files.0.join("www")).unwrap();
        let authority = authority().file().display();
        let identity = files.identity(
            "server.pem",
            &Identity::named(&["127.0.0.1", "*.nginx.test"]),
        );
        let configuration = include_str!("nginx.conf")
            .replace("@PORT@", &ports[0].to_string())
            .replace("@TLS_PORT@", &ports[1].to_string())
            .replace("@TLS@", tls)
            .replace("@AUTHORITY@", &authority.to_string())
            .replace("@IDENTITY@", &identity);
        let configuration = files.write("nginx.conf", configuration);
        let log = files.0.join("start.log");
        let mut command = Command::new("nginx");
        command
            .args(["-e", "error.log", "-c", &configuration, "-p"])
            .arg(&files.0)
            .env("NGINX", "0;1;")
            .stdin(Stdio::from(OwnedFd::from(plain)))
            .stdout(Stdio::from(OwnedFd::from(secure)))
            .stderr(std::fs::File::create(log).unwrap());
        let child = start(&mut command)?;
        Some(Self {
            child,
            port: ports[0],
            tls_port: ports[1],
            files,
        })
    }

    /// `None` if there is no nginx.
    pub(crate) fn new() -> Option<Self> {
        Self::with_tls("")
    }

    /// A file of its plain and TLS servers.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) {
        self.files.write(&format!("www/{name}"), bytes);
    }

    /// A request on a connection handle of its own.
    #[track_caller]
    pub(crate) fn open(&self, client: &Client, spec: &RequestSpec<'_>) -> (Request, Handle) {
        let connect = client.connect_to("127.0.0.1", self.port);
        (client.request(&connect, spec), connect)
    }

    /// A GET request.
    #[track_caller]
    pub(crate) fn get(&self, client: &Client, object: &str) -> (Request, Handle) {
        self.open(client, &RequestSpec::new("GET", object))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for name in ["start.log", "error.log"] {
                let text = std::fs::read_to_string(self.files.0.join(name)).unwrap_or_default();
                eprintln!("{name} of nginx: {text}");
            }
        }
        // Told to end, it ends its worker; killed, it would leave it behind.
        let told = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.child.id())])
            .status();
        if !told.is_ok_and(|status| status.success()) {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}
