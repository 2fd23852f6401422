"""`openwinhttp connect` against the server of Python's `websockets`."""

import contextlib
import http
import socket
import struct
import threading

from harness import CASE_TIME, connect, connect_cases
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve


def echo(connection):
    with contextlib.suppress(ConnectionClosed):
        for message in connection:
            connection.send(message)


def ping_first(connection):
    """Says whether the pong of each ping came back, then echoes."""
    for payload in [b"", b"x", bytes(125)]:
        answered = connection.ping(payload).wait(CASE_TIME / 4)
        connection.send("pong" if answered else "no pong")
    echo(connection)


def fragments(connection):
    connection.send(iter(["one, ", "two, ", "", "three"]))
    connection.send(iter([b"\x00", b"\xff"]))
    echo(connection)


def close_with(connection):
    code = int(connection.request.path.rsplit("/", 1)[1])
    connection.close(code, f"code {code} \u00fc")


def header(connection):
    connection.send(connection.request.headers["X-Test"])
    echo(connection)


def reset(connection):
    """Ends TCP at once, with RST."""
    linger = struct.pack("ii", 1, 0)
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.socket.close()


HANDLERS = {
    "/ping": ping_first,
    "/fragments": fragments,
    "/close": close_with,
    "/header": header,
    "/reset": reset,
}


def handle(connection):
    path = "/" + connection.request.path.split("/")[1]
    HANDLERS.get(path, echo)(connection)


def refuse(connection, request):
    if request.path == "/secret":
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "no\n")
    return None


def choose(_connection, asked):
    """Unlike the library's own choice, this one does without if there is none in common."""
    return "python-peer" if "python-peer" in asked else None


def make():
    """The server, on any port, not serving yet."""
    return serve(
        handle,
        "127.0.0.1",
        0,
        subprotocols=["python-peer"],
        select_subprotocol=choose,
        process_request=refuse,
        max_size=None,
    )


def run(report, openwinhttp):
    server = make()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        host, port = server.socket.getsockname()
        cases(report, openwinhttp, f"ws://{host}:{port}")
        connect_cases(report, "python", openwinhttp, f"ws://{host}:{port}", "--async")
    finally:
        server.shutdown()


def cases(report, openwinhttp, url):
    connect_cases(report, "python", openwinhttp, url)

    def case(name, path, code, out, error, *arguments, **options):
        def body():
            connect(openwinhttp, url + path, *arguments, code=code, out=out, error=error, **options)

        report.case("python", f"connect: {name}", body)

    case("answers pings of 0, 1 and 125 bytes", "/ping", 0, "pong\npong\npong\nx\n", "code 1000", given="x\n")
    case("fragmented messages", "/fragments", 0, "one, two, three\n00ff\n", "code 1000")
    for closing, code in [(1000, 0), (1001, 0), (1011, 5), (3000, 5), (4999, 5)]:
        text = f'closed with code {closing}, reason "code {closing} \u00fc"'
        case(f"the server closes with {closing}", f"/close/{closing}", code, "", text, hold=True)
    case("--header", "/header", 0, "a: b\n", "code 1000", "--header", "X-Test: a: b")
    case("the server answers 401", "/secret", 1, "", "answered 401 Unauthorized")
    case("the server resets the connection", "/reset", 3, "", "openwinhttp: the connection ", hold=True)
