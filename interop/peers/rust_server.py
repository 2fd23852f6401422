"""`openwinhttp connect` against tungstenite's server (../rust-peer)."""

from harness import Connect, Listening, connect_cases


def run(report, openwinhttp, rust_peer):
    with Listening(rust_peer) as server:
        connect_cases(report, "rust", openwinhttp, server.url)

        def case(name, path, code, out, error, text=""):
            report.case(
                "rust",
                f"connect: {name}",
                lambda: Connect(openwinhttp, server.url + path, text=text).expect(code, out, error),
            )

        case("answers a ping", "/ping", 0, "the pong is right\nx\n", "code 1000", "x\n")
        case("fragments with a ping inside", "/fragments", 0, "one, two, three\n", "code 1000")
        case("the server closes with 4001", "/close", 5, "", 'code 4001, reason "rust peer"')
        case("the server vanishes", "/vanish", 3, "", "openwinhttp: the connection ")
