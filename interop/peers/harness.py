"""What all groups use: the report, processes that listen, and `openwinhttp connect`."""

import concurrent.futures
import contextlib
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
        print(f"{word} {group:<9} {name:<76} {shortened(detail)}", flush=True)


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


def connect(openwinhttp, url, *arguments, given="", hold=False, code, out=None, error=""):
    """Runs `openwinhttp connect` and checks its exit code, all of its output (if `out` is given) and a part of its error
    output. Its input ends when that output is there (a server may drop what it has not sent when our Close comes), or,
    with `hold`, not before the command does.
    """
    given, out = (text.encode() if isinstance(text, str) else text for text in (given, out))
    command = [openwinhttp, "connect", url, *arguments]
    pipe = subprocess.PIPE
    deadline = time.monotonic() + CASE_TIME - 5
    with (
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process,
        concurrent.futures.ThreadPoolExecutor(3) as pool,
    ):
        try:
            with process.stdin:
                fed = pool.submit(feed, process.stdin, given)
                errors = pool.submit(process.stderr.read)
                read = pool.submit(process.stdout.read, -1 if hold else len(out or b""))
                actual = read.result(deadline - time.monotonic())
                fed.result(deadline - time.monotonic())
            rest = pool.submit(process.stdout.read)
            actual += rest.result(deadline - time.monotonic())
            process.wait(deadline - time.monotonic())
        finally:
            process.kill()
    errors = errors.result().decode()
    if process.returncode != code or error not in errors:
        raise AssertionError(f"exit code {process.returncode}, error output {errors!r}")
    if out is not None:
        equal(actual, out)


def feed(stdin, given):
    # The command may end first; its exit code tells whether it should have.
    with contextlib.suppress(BrokenPipeError):
        stdin.write(given)
        stdin.flush()


def connect_cases(report, group, openwinhttp, url, *mode):
    """Cases that any server passes, in the mode of these options, that echoes messages and picks the subprotocol named like the group's `-peer`."""

    def case(name, function):
        how = " ".join([url.split(":")[0], *mode])
        report.case(group, f"connect ({how}): {name}", function)

    def lines(text, *arguments):
        connect(openwinhttp, url, *mode, *arguments, given=text, code=0, out=text, error="closed with code 1000")

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
        "--subprotocol, the second is chosen",
        lambda: connect(
            openwinhttp,
            url,
            *mode,
            *["--subprotocol", "x", "--subprotocol", f"{group}-peer"],
            code=0,
            out="",
            error=f", subprotocol {group}-peer\n",
        ),
    )
