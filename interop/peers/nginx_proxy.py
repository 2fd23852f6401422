"""`openwinhttp connect` and `bench`, and the C programs of winhttp-dll's tests, through nginx as a proxy in front of `openwinhttp
echo-server`, with TLS and without; the C programs against Python's server, too."""

import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import time

import python_server
from harness import Listening, connect, connect_cases, shortened

CONFIG = """
daemon off;
pid nginx.pid;
error_log error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path client;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{plain};
        listen 127.0.0.1:{secure} ssl;
        ssl_certificate certificate.pem;
        ssl_certificate_key key.pem;
        location / {{
            proxy_pass http://{server};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header Host $http_host;
        }}
        location = /refused {{ return 403; }}
    }}
}}
"""

OPENSSL = [
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2",
    "-keyout key.pem -out certificate.pem -subj /CN=localhost",
    "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE",
    "-addext extendedKeyUsage=serverAuth",
]

# Seconds that nginx may take to start, and that the C programs may take to be built and to run.
START_TIME = 10
C_TIME = 900


@contextlib.contextmanager
def nginx(server):
    """Runs nginx in front of `server` (host:port). Gives its two ports and its certificate's file."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        quiet = subprocess.DEVNULL
        subprocess.run(" ".join(OPENSSL).split(), cwd=path, check=True, stdout=quiet, stderr=quiet)
        plain, secure = free_ports(2)
        (path / "nginx.conf").write_text(CONFIG.format(plain=plain, secure=secure, server=server))
        command = ["nginx", "-p", folder, "-e", "error.log", "-c", "nginx.conf"]
        process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
        try:
            wait_for(process, plain, path)
            yield plain, secure, path / "certificate.pem"
        finally:
            process.terminate()
            process.wait()


def free_ports(count):
    """Ports that are free now. Somebody else may take them before nginx does; then it says so."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def wait_for(process, port, path):
    deadline = time.monotonic() + START_TIME
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    log = path / "error.log"
    raise RuntimeError(f"nginx does not listen: {log.read_text() if log.exists() else process.returncode}")


def run(report, openwinhttp, c_programs):
    with Listening(openwinhttp, "echo-server", "--subprotocol", "nginx-peer") as server:
        with nginx(server.url.removeprefix("ws://")) as (plain, secure, certificate):
            os.environ["SSL_CERT_FILE"] = str(certificate)
            try:
                cases(report, openwinhttp, plain, secure)
                if c_programs:
                    for url in [f"http://127.0.0.1:{plain}", f"https://localhost:{secure}"]:
                        c_case(report, "nginx", url, c_programs)
            finally:
                del os.environ["SSL_CERT_FILE"]
    if c_programs:
        with python_echo() as url:
            c_case(report, "python", url, c_programs)


def cases(report, openwinhttp, plain, secure):
    connect_cases(report, "nginx", openwinhttp, f"ws://127.0.0.1:{plain}")
    connect_cases(report, "nginx", openwinhttp, f"wss://localhost:{secure}", "--async")

    def case(name, function, *arguments, **options):
        report.case("nginx", name, lambda: function(openwinhttp, *arguments, **options))

    case(
        "connect: nginx answers 403",
        connect,
        f"ws://127.0.0.1:{plain}/refused",
        code=1,
        out="",
        error="answered 403 Forbidden",
    )
    for url in [f"ws://127.0.0.1:{plain}", f"wss://localhost:{secure}"]:
        for mode in [[], ["--async"]]:
            case(f"bench {' '.join(mode)} {url.split(':')[0]}", bench, url, *mode)


def bench(openwinhttp, url, *arguments):
    command = [openwinhttp, "bench", url, "-c", "20", "-t", "1", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50)
    if done.returncode or "round trip" not in done.stdout:
        raise AssertionError(f"exit code {done.returncode}, {done.stdout!r}, {done.stderr!r}")


def c_case(report, group, url, command):
    """The C programs are a test of winhttp-dll that is told where to go."""
    began = time.monotonic()
    environment = {**os.environ, "WS_SERVER": url}
    done = subprocess.run(command.split(), capture_output=True, text=True, timeout=C_TIME, env=environment)
    passed = done.returncode == 0 and "1 passed" in done.stdout
    detail = f"{time.monotonic() - began:.2f} s" if passed else shortened(done.stdout[-400:] + done.stderr[-200:])
    report.line(passed, group, f"C programs, synchronous and asynchronous, {url.split(':')[0]}", detail)


@contextlib.contextmanager
def python_echo():
    server = python_server.make()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        host, port = server.socket.getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.shutdown()
