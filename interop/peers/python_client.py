"""The client of Python's `websockets` against `openwinhttp echo-server`."""

import asyncio
import concurrent.futures
import random
import urllib.error
import urllib.request

from harness import CASE_TIME, Listening, equal
from websockets.asyncio.client import connect as asyncio_connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PATIENCE = CASE_TIME / 2


def run(report, openwinhttp):
    arguments = ["--subprotocol", "first", "--subprotocol", "second"]
    with Listening(openwinhttp, "echo-server", *arguments) as server:
        for compression in [None, "deflate"]:
            offered = "compression offered" if compression else "no compression"
            cases(report, server.url, compression, f"echo-server, {offered}")
        more_cases(report, server.url)


def open_connection(url, compression=None, **options):
    return connect(url, compression=compression, max_size=None, proxy=None, open_timeout=PATIENCE, **options)


def echoed(connection, message, expected=None):
    connection.send(message)
    equal(connection.recv(timeout=PATIENCE), message if expected is None else expected)


def cases(report, url, compression, group):
    def case(name, function):
        def body():
            with open_connection(url, compression) as connection:
                # Declined if offered: we have no extension yet.
                equal(connection.protocol.extensions, [])
                function(connection)

        report.case("python", f"{group}: {name}", body)

    def small(connection):
        for message in ["", "a", "\u00fc \u4e16 \U0001f600 \0", b"", bytes(range(256))]:
            echoed(connection, message)

    def boundaries(connection):
        for size in [125, 126, 127, 65535, 65536, 65537, 16383, 16384, 16385]:
            echoed(connection, "x" * size)
            echoed(connection, random.randbytes(size))

    def fragments(connection):
        # In the middle of characters too.
        echoed(connection, iter(["one, ", "", "two \u4e16, ", "three"]), "one, two \u4e16, three")
        parts = [random.randbytes(size) for size in [0, 1, 126, 70_000, 0]]
        echoed(connection, iter(parts), b"".join(parts))

    def pings(connection):
        for payload in [b"", b"x", random.randbytes(125), None]:
            if not connection.ping(payload).wait(PATIENCE):
                raise AssertionError(f"no pong for {payload!r}")
        echoed(connection, "still there")

    def pings_inside(connection):
        def parts():
            yield "before "
            pong.append(connection.ping(b"inside"))
            yield "after"

        pong = []
        echoed(connection, parts(), "before after")
        if not pong[0].wait(PATIENCE):
            raise AssertionError("no pong")

    def many(connection):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            messages = [f"message {number}" for number in range(10_000)]
            sending = pool.submit(lambda: [connection.send(message) for message in messages])
            for message in messages:
                equal(connection.recv(timeout=PATIENCE), message)
            sending.result(PATIENCE)

    case("small messages", small)
    case("sizes around the limits of lengths and buffers", boundaries)
    report.case("python", f"{group}: 1 MiB and 16 MiB", lambda: asyncio.run(large(url, compression)))
    case("fragmented messages", fragments)
    case("pings", pings)
    case("a ping inside a fragmented message", pings_inside)
    case("10,000 messages", many)


async def large(url, compression):
    """The echo begins before the message ends, so a client must read while it sends. The threaded client cannot."""
    options = {"compression": compression, "max_size": None, "proxy": None}
    async with asyncio.timeout(PATIENCE), asyncio_connect(url, **options) as connection:
        for size in [1 << 20, 16 << 20]:
            for message in ["\u4e16" * (size // 3), random.randbytes(size)]:
                sending = asyncio.create_task(connection.send(message))
                equal(await connection.recv(), message)
                await sending


def more_cases(report, url):
    def case(name, function, *arguments):
        report.case("python", f"echo-server: {name}", function, *arguments)

    def close(code, reason):
        with open_connection(url) as connection:
            echoed(connection, "x")
            connection.close(code, reason)
            closed(connection, code, reason)

    def close_from_server(code, reason):
        with open_connection(f"{url}/close/{code}/{reason}") as connection:
            try:
                connection.recv(timeout=PATIENCE)
            except ConnectionClosed:
                closed(connection, code, reason)
            else:
                raise AssertionError("a message instead of Close")

    def closed(connection, code, reason):
        equal((connection.close_code, connection.close_reason), (code, reason))

    def subprotocol(asked, expected):
        with open_connection(url, subprotocols=asked) as connection:
            equal(connection.subprotocol, expected)

    def at_once():
        def talk(number):
            with open_connection(url) as connection:
                for turn in range(50):
                    echoed(connection, f"{number}: {turn}")

        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            list(pool.map(talk, range(50), timeout=PATIENCE))

    def plain_http():
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            opener.open(url.replace("ws:", "http:"), timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            equal((error.code, error.headers["Sec-WebSocket-Version"]), (426, "13"))
        else:
            raise AssertionError("a plain GET was accepted")

    for code, reason in [(1000, ""), (1000, "bye"), (3000, "\u00fc"), (4999, "x" * 123)]:
        case(f"the client closes with {code}, {len(reason)} characters", close, code, reason)
    for code, reason in [(1000, "bye"), (1011, "x"), (3000, "y"), (4999, "z" * 123)]:
        case(f"the server closes with {code}, {len(reason)} characters", close_from_server, code, reason)
    case("subprotocol: the client's preference", subprotocol, ["x", "second", "first"], "second")
    case("subprotocol: none in common", subprotocol, ["x"], None)
    case("50 connections at once", at_once)
    case("a plain GET gets 426", plain_http)
