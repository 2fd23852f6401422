//! The server: an nginx of our own, with its own configuration, on free ports of the loopback interface.

use std::fs::{self, File};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use winhttp_testkit::tls::{self, Identity};

/// Bytes of the small file.
pub(crate) const SMALL: usize = 1 << 10;
/// Bytes of the big file.
pub(crate) const BIG: u64 = 1 << 30;

/// A running nginx. Dropping it ends it and removes its files.
pub(crate) struct Nginx {
    process: Child,
    directory: PathBuf,
    pub(crate) http: u16,
    pub(crate) https: u16,
    /// The same again, for connections that nobody else uses.
    pub(crate) second_http: u16,
    /// The same again.
    pub(crate) second_https: u16,
}

impl Nginx {
    /// Starts it with one worker.
    ///
    /// # Panics
    /// If there is no nginx (Debian: `apt-get install nginx-light`), or it does not start.
    pub(crate) fn start() -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("http-benchmark-{}", std::process::id()));
        fs::create_dir_all(directory.join("files")).expect("a directory for nginx");
        fs::write(directory.join("files/small"), vec![b'x'; SMALL]).expect("the small file");
        File::create(directory.join("files/big"))
            .and_then(|file| file.set_len(BIG))
            .expect("the big file, which takes no room");
        let identity = Identity::good();
        fs::write(directory.join("certificate.pem"), identity.certificate_pem).expect("written");
        fs::write(directory.join("key.pem"), identity.key_pem).expect("written");
        // Between the choice of a port and its use somebody else may take it.
        for _ in 0..5 {
            let ports: [u16; 4] = std::array::from_fn(|_| free_port());
            fs::write(
                directory.join("nginx.conf"),
                configuration(&directory, ports),
            )
            .expect("written");
            let mut process = Command::new("nginx")
                .arg("-p")
                .arg(&directory)
                .arg("-c")
                .arg(directory.join("nginx.conf"))
                .args(["-e", "stderr"])
                .stdin(Stdio::null())
                .spawn()
                .expect("nginx is installed (Debian: apt-get install nginx-light)");
            if ports.iter().all(|&port| answers(&mut process, port)) {
                let [http, https, second_http, second_https] = ports;
                return Self {
                    process,
                    directory,
                    http,
                    https,
                    second_http,
                    second_https,
                };
            }
            let _ = process.kill();
            let _ = process.wait();
        }
        panic!("nginx does not start");
    }

    /// What to give the peers to trust.
    pub(crate) fn authority() -> &'static Path {
        tls::authority().file()
    }

    /// "1.22.1"
    pub(crate) fn version() -> String {
        let output = Command::new("nginx").arg("-v").output();
        output.map_or_else(
            |_| "unknown".to_owned(),
            |output| {
                let text = String::from_utf8_lossy(&output.stderr).into_owned();
                text.trim()
                    .rsplit('/')
                    .next()
                    .unwrap_or("unknown")
                    .to_owned()
            },
        )
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master ends its worker when it gets SIGTERM; SIGKILL would leave the worker alone.
        let _ = Command::new("kill")
            .arg(self.process.id().to_string())
            .status();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.directory);
        let _ = fs::remove_file(Self::authority());
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound socket").port()
}

fn answers(process: &mut Child, port: u16) -> bool {
    let patience = Instant::now() + Duration::from_secs(10);
    while Instant::now() < patience {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return true;
        }
        if !matches!(process.try_wait(), Ok(None)) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// The small file is sent with its head in one piece, over kept connections; the big one by `sendfile`, each time over a new
/// connection, as what the system makes of a connection can change its CPU time twofold. Nothing is logged.
fn configuration(directory: &Path, ports: [u16; 4]) -> String {
    let [http, https, second_http, second_https] = ports;
    let directory = directory.display();
    let mut text = Vec::new();
    let written = write!(
        text,
        "daemon off;
worker_processes 1;
worker_rlimit_nofile 10000;
pid {directory}/pid;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    server_tokens on;
    types {{ }}
    default_type application/octet-stream;
    keepalive_requests 4294967295;
    keepalive_timeout 1h;
    open_file_cache max=10 inactive=1h;
    open_file_cache_valid 1h;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    server {{
        listen 127.0.0.1:{http} backlog=4096;
        listen 127.0.0.1:{second_http};
        listen 127.0.0.1:{https} ssl backlog=4096;
        listen 127.0.0.1:{second_https} ssl;
        ssl_certificate {directory}/certificate.pem;
        ssl_certificate_key {directory}/key.pem;
        ssl_protocols TLSv1.3;
        ssl_buffer_size 16k;
        root {directory}/files;
        location = /big {{ keepalive_timeout 0; sendfile on; sendfile_max_chunk 2m; }}
    }}
}}
"
    );
    written.expect("memory takes everything");
    String::from_utf8(text).expect("paths are UTF-8")
}
