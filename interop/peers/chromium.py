"""Headless Chromium's WebSocket against `openwinhttp echo-server`.

A web server of our own serves the page; its script runs the cases and posts a JSON object for each to `/result`, and at the
end to `/done`.
"""

import http.server
import json
import os
import pathlib
import queue
import signal
import subprocess
import tempfile
import threading
import time

from harness import Listening

PAGE = pathlib.Path(__file__).parent / "page"
FILES = {"/": ("index.html", "text/html"), "/cases.js": ("cases.js", "text/javascript")}

# Seconds between two results, and from the start to the first one.
RESULT_TIME = 60

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = FILES.get(self.path.split("?")[0])
        if not found:
            self.send_error(404)
            return
        body = (PAGE / found[0]).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", f"{found[1]}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.results.put((self.path, json.loads(body)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def run(report, openwinhttp, chromium):
    arguments = ["--subprotocol", "first", "--subprotocol", "second"]
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.results = queue.Queue()
    threading.Thread(target=web.serve_forever, daemon=True).start()
    host, port = web.server_address
    try:
        with Listening(openwinhttp, "echo-server", *arguments) as server:
            page = f"http://{host}:{port}/?{server.url}"
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
                drive(report, [chromium, *FLAGS, f"--user-data-dir={profile}", page], web.results)
    finally:
        web.shutdown()


def drive(report, command, results):
    quiet = subprocess.DEVNULL
    # In a process group of its own, so that its children can be ended with it.
    browser = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    began = time.monotonic()
    try:
        while True:
            path, result = next_result(browser, results)
            if path == "/done":
                name = f"all {result['cases']} cases ran"
                report.line(True, "chromium", name, f"{time.monotonic() - began:.2f} s")
                return
            report.line(result["passed"], "chromium", f"echo-server: {result['name']}", result["detail"])
    except TimeoutError as error:
        report.line(False, "chromium", "all cases ran", str(error))
    finally:
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()


def next_result(browser, results):
    deadline = time.monotonic() + RESULT_TIME
    while time.monotonic() < deadline:
        try:
            return results.get(timeout=0.5)
        except queue.Empty:
            if browser.poll() is not None:
                raise TimeoutError(f"the browser has ended with {browser.returncode}") from None
    raise TimeoutError(f"no result for {RESULT_TIME} s")
