"""`openwinhttp connect` against tungstenite's server (../rust-peer)."""

from harness import Listening, connect, connect_cases


def run(report, openwinhttp, rust_peer):
    with Listening(rust_peer) as server:
        connect_cases(report, "rust", openwinhttp, server.url)

        def case(name, path, code, out, error, hold=False):
            def body():
                connect(openwinhttp, server.url + path, hold=hold, code=code, out=out, error=error)

            report.case("rust", f"connect: {name}", body)

        case("answers a ping", "/ping", 0, "the pong is right\n", "code 1000")
        case("fragments with a ping inside", "/fragments", 0, "one, two, three\n", "code 1000")
        case("the server closes with 4001", "/close", 5, "", 'code 4001, reason "rust peer"', hold=True)
        case("the server vanishes", "/vanish", 3, "", "openwinhttp: the connection ", hold=True)
