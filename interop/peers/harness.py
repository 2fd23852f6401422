"""What all groups use: the report, processes that listen, and `openwinhttp connect`."""

import signal
import subprocess
import time

# Seconds that a case may take.
CASE_TIME = 60


class Report:
    """Runs cases, prints a line for each and counts."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def case(self, group, name, function, *arguments):
        """Passes if `function` returns within CASE_TIME; what it raises is shown."""
        began = time.monotonic()
        signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(CASE_TIME)
        try:
            function(*arguments)
        except Exception as error:
            self.line(False, group, name, f"{type(error).__name__}: {error}")
        else:
            self.line(True, group, name, f"{time.monotonic() - began:.2f} s")
        finally:
            signal.alarm(0)

    def line(self, passed, group, name, detail):
        """Records the result of a case that ran elsewhere."""
        if passed:
            self.passed += 1
        else:
            self.failed += 1
        word = "ok  " if passed else "FAIL"
        print(f"{word} {group:<9} {name:<62} {shortened(detail)}", flush=True)


def _too_long(_signal, _frame):
    raise TimeoutError(f"not done within {CASE_TIME} s")


def shortened(text):
    text = str(text)
    return text if len(text) <= 400 else text[:400] + " ..."


def equal(actual, expected):
    """Fails, showing the beginnings, if they differ."""
    if actual != expected:
        raise AssertionError(
            f"got {shortened(repr(actual)[:150])}, expected {shortened(repr(expected)[:150])}"
        )


class Listening:
    """A process that says 'listening on ws://IP:PORT' and serves until it is stopped. A context manager."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().strip()
        prefix = "listening on "
        if not line.startswith(prefix):
            self.process.kill()
            raise RuntimeError(f"{command} said {line!r}")
        self.url = line[len(prefix) :]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        alive = self.process.poll() is None
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        if not alive:
            raise RuntimeError(f"the server ended by itself with {self.process.returncode}")


class Connect:
    """`openwinhttp connect` run to its end."""

    def __init__(self, openwinhttp, url, *arguments, text=""):
        given = text if isinstance(text, bytes) else text.encode()
        done = subprocess.run(
            [openwinhttp, "connect", url, *arguments],
            input=given,
            capture_output=True,
            timeout=CASE_TIME - 5,
        )
        self.code = done.returncode
        self.out = done.stdout
        self.error = done.stderr.decode()

    def expect(self, code, out=None, error=""):
        """Checks the exit code, all of the output (if given) and a part of the error output."""
        if self.code != code or error not in self.error:
            raise AssertionError(f"exit code {self.code}, error output {self.error!r}")
        if out is not None:
            equal(self.out, out if isinstance(out, bytes) else out.encode())
        return self


def connect_cases(report, group, openwinhttp, url):
    """Cases that any server passes that echoes messages and picks the subprotocol named like the group's `-peer`."""

    def case(name, function):
        report.case(group, f"connect: {name}", function)

    def lines(text, *arguments):
        Connect(openwinhttp, url, *arguments, text=text).expect(0, text, "closed with code 1000")

    case("text lines, non-ASCII and empty ones", lambda: lines("one\n\n\u00fc \u4e16\u754c \U0001f600\n"))
    case("no input at all", lambda: lines(""))
    case("10,000 messages", lambda: lines("".join(f"message {n}\n" for n in range(10_000))))
    for size in [125, 126, 65535, 65536, 1 << 20, 16 << 20]:
        case(f"text of {size:,} bytes", lambda size=size: lines("x" * size + "\n"))
    every_byte = bytes(byte for byte in range(256) if byte != 10)
    case("--binary, every byte value", lambda: lines(every_byte + b"\n", "--binary"))
    long = every_byte * 4200 * 16
    case("--binary, 16 MiB and more", lambda: lines(long + b"\n", "--binary"))
    case(
        "--ping",
        lambda: Connect(openwinhttp, url, "--ping").expect(0, "", "pong after "),
    )
    case(
        "--subprotocol, the second is chosen",
        lambda: Connect(
            openwinhttp, url, "--subprotocol", "x", "--subprotocol", f"{group}-peer"
        ).expect(0, "", f", subprotocol {group}-peer\n"),
    )
