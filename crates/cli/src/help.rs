//! What `--help` says.

/// `openwinhttp --help`
pub(crate) const COMMAND: &str = "\
openwinhttp - HTTP requests and WebSocket connections by OpenWinHTTP

Usage: openwinhttp [COMMAND] [OPTIONS]

Commands:
  get URL       Make an HTTP request, print the response
  post URL      The same with the method POST
  connect URL   Open a WebSocket; send lines from standard input, print what arrives
  bench URL     Measure messages per second and latency against an echo server
  echo-server   Be a WebSocket server that sends every message back
  demo          Both libraries talk to each other; shows every action (the default)

Options:
  -h, --help     This text; after a command, the text for it
  -V, --version  The version

Exit codes: 0 success, 1 failure, 2 wrong command line; 'get', 'post' and 'connect' have more.
";

/// `openwinhttp demo --help`
pub(crate) const DEMO: &str = "\
Show both libraries at work

Usage: openwinhttp demo

An asynchronous WinHTTP client and an echo server made of the WebSocket Protocol Component API talk to
each other on loopback: over TCP, then over TLS with a certificate made for the occasion. Text, a
fragmented message and 1 MiB of binary go there and back. Prints the client's calls and notifications
and the server's actions with their bytes and frames, and checks that all comes back as it was sent.

Exit codes: 0 all is as it should be, 1 something is not (and what).
";

/// `openwinhttp echo-server --help`
pub(crate) const ECHO_SERVER: &str = "\
Send every message back to whoever sent it

Usage: openwinhttp echo-server [OPTIONS]

Prints 'listening on ws://IP:PORT' (or wss://) when it is ready, and runs until it is stopped.

Options:
      --listen ADDR           Address and port to listen on [default: 127.0.0.1:0, any free port]
      --subprotocol NAME      Speak this subprotocol; may be repeated. The first that a client asks for
                              and that is given here is chosen
      --cert FILE             Speak TLS (wss://), with this certificate (PEM; the chain, leaf first)
      --key FILE              Its private key (PEM), unless it is in the same file
      --max-connections N     Connections at once; more are answered with status 503 [default: 512]
      --request-time SECONDS  Time for a client to make its request [default: 10]
      --idle-time SECONDS     A client that is silent for so long is sent a ping, and is cut off when it
                              is silent as long again, or takes nothing for so long [default: 30]
  -v, --verbose               Say on standard error what happens on each connection
  -h, --help                  This text

Messages of any length are sent back piece by piece as they come in, so a connection needs the same
little memory always; a client must read while it sends a long message. The server answers a Close with
the same code and reason. A client that breaks the protocol gets Close 1002 (1007 for text that is not
UTF-8). A request that is no WebSocket handshake gets a status that says why.

A client that asks for the path /close/CODE or /close/CODE/REASON is sent that Close at once
(REASON may be percent-encoded), to see how it takes it.

Exit codes: 1 cannot listen, 2 wrong command line.
";

/// `openwinhttp connect --help`
pub(crate) const CONNECT: &str = "\
Send lines from standard input as messages, and print what arrives

Usage: openwinhttp connect [OPTIONS] URL

URL is ws://HOST[:PORT][/PATH][?QUERY] or wss://.

Options:
      --binary                Send binary messages instead of text
      --subprotocol NAME      Ask for this subprotocol; may be repeated, the preferred one first
  -H, --header 'NAME: VALUE'  Add a header to the request; may be repeated
  -k, --insecure              Accept any certificate of the server
      --async                 Use an asynchronous session; the output is the same
      --wait SECONDS          At the end of the input wait until nothing has arrived for so long, and
                              only then close [default: 0]
  -v, --verbose               Say on standard error what happens: calls, notifications, heads
  -h, --help                  This text

Each line is one message, without its newline; it may be of any length. Each message that arrives is
printed as one line: text as it is (on a terminal, control characters are escaped), binary in
hexadecimal, or as it is with --binary. Everything else is said on standard error. The end of the input
closes the connection with code 1000 and waits up to 10 seconds for the server's Close; what arrives
until then is printed. A server may drop its answers when it gets our Close: --wait is for these.

Exit codes:
  0  closed in order, with code 1000, 1001 or none
  1  cannot connect, the server refused, or reading or printing failed
  2  wrong command line
  3  the connection was lost, or the server did not answer our Close in time
  4  the server broke the protocol
  5  closed by the server with any other code
";

/// `openwinhttp bench --help`
pub(crate) const BENCH: &str = "\
Send messages to an echo server, one at a time on each connection, and measure

Usage: openwinhttp bench [OPTIONS] URL

URL is ws://HOST[:PORT][/PATH][?QUERY] or wss://, of a server that sends every message back.

Options:
  -c, --connections N         Connections at once [default: 1]
  -s, --size BYTES            Bytes of a message [default: 64]
  -t, --seconds SECONDS       How long [default: 5]
      --async                 Use an asynchronous session, which needs no thread for each connection
      --subprotocol NAME      Ask for this subprotocol; may be repeated, the preferred one first
  -H, --header 'NAME: VALUE'  Add a header to the requests; may be repeated
  -k, --insecure              Accept any certificate of the server
  -h, --help                  This text

Prints messages per second, data per second, and how long messages took there and back: half of them
at most p50, 99 % of them at most p99, and so on.

Exit codes: 0 measured, 1 something went wrong (and what), 2 wrong command line.
";

/// The help of `get` or `post`.
macro_rules! fetch {
    ($name:literal, $method:literal) => {
        concat!(
            "Make an HTTP request with the method ", $method, ", and print the body of the response\n\nUsage: openwinhttp ", $name,
            " [OPTIONS] URL\n\n\
Options:
  -H, --header 'NAME: VALUE'  Add a header; may be repeated. One that is sent anyway is replaced
  -d, --data DATA             Send DATA as the body, as it is; say what it is with -H 'Content-Type: ...'
      --data-file FILE        Send this file as the body; - is standard input. Where the length is not known
                              (a pipe), the body is sent in chunks
      --method NAME           Use this method
      --head                  Use HEAD: print the head of the response only
  -i, --include               Print the head of the response before its body
  -o, --output FILE           Write to this file, with a progress bar if standard error is a terminal.
                              The file is created when there is a response; a body that comes only in part
                              is kept, and that is said
  -f, --fail                  For a status of 400 and above print nothing but an error, with exit code 7
  -v, --verbose               Say on standard error what happens, with milliseconds since the start and the
                              thread, and show both heads
      --async                 Use an asynchronous session; the output is the same
  -k, --insecure              Accept any certificate of the server
      --cert FILE             Show this client certificate (PEM; the chain, leaf first)
      --key FILE              Its private key (PEM), unless it is in the same file
      --http1.0               Send an HTTP/1.0 request
      --timeout SECONDS       Limit for the name, for connecting, for the head of the response and for each
                              time that sending or receiving stands still [default: none for the name, 60 to
                              connect, 30 to send or receive]
  -h, --help                  This text

URL is http://HOST[:PORT][/PATH][?QUERY] or https://. The body of the response is written as it comes,
byte for byte. Certificates are checked against the system's; the environment variable SSL_CERT_FILE
names a PEM file to use instead. SSLKEYLOGFILE names a file for the TLS keys. Redirects are not followed
yet: a response with status 30x is printed like any other.

Exit codes:
  0  the response was printed whole, whatever its status
  1  reading the body or writing the output failed (no message when nobody reads it), or anything else
  2  wrong command line
  3  the server's name is not known, or it cannot be reached
  4  no secure connection: the certificate was refused, or the two sides do not agree
  5  a time limit expired
  6  the connection ended too early, or the server broke the protocol
  7  --fail was given and the status is 400 or above
"
        )
    };
}

/// `openwinhttp get --help`
pub(crate) const GET: &str = fetch!("get", "GET");

/// `openwinhttp post --help`
pub(crate) const POST: &str = fetch!("post", "POST");

/// `openwinhttp --version`
pub(crate) const VERSION: &str = concat!("openwinhttp ", env!("CARGO_PKG_VERSION"), "\n");
