//! Facts 24 and what is left of behaviour 18.29 to 18.61: what the server sees, and connecting.

use std::time::{Duration, Instant};

use crate::support::*;

both_modes! {
    /// A POST with eight short headers fits into 245 bytes: nothing superfluous is sent.
    /// Statements: facts 24.1, 24.2, 24.3, 24.4, 24.9
    fn f24_3_request_heads_are_short(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::with_agent(mode, Some("agent/1.0"));
        let connect = client.connect_to("localhost", server.port());
        let request = client.request(&connect, &RequestSpec::new("POST", "/posts/1.htm"));
        for number in 0..8 {
            request.add(&format!("field{number}: value"), WINHTTP_ADDREQ_FLAG_ADD).unwrap();
        }
        request.exchange();
        let seen = server.request(0);
        assert!(seen.head.len() <= 245, "{} bytes: {}", seen.head.len(), seen.text());
        assert_eq!(seen.line(), "POST /posts/1.htm HTTP/1.1");
        assert_eq!(seen.header("Connection").as_deref(), Some("Keep-Alive"));
        assert_eq!(seen.header("Content-Length").as_deref(), Some("0"));
        assert_eq!(seen.header("User-Agent").as_deref(), Some("agent/1.0"));
        assert_eq!(seen.header("Host"), Some(format!("localhost:{}", server.port())));
        assert_eq!(seen.headers().len(), 8 + 4);
        assert!(seen.headers().iter().all(|line| line.split_once(": ").is_some_and(|(_, value)| !value.starts_with(' '))));
    }

    /// Nobody accepts, and the queue of the listener is full: the kernel drops what asks for a connection.
    /// Statements: behaviour 18.52
    fn bc52_a_black_hole_is_a_timeout(mode: Mode) {
        let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        listener.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        // Fills the queue: a connection that stays in it, until one does not come about any more.
        let mut queued = Vec::new();
        while let Ok(socket) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            queued.push(socket);
            assert!(queued.len() < 100, "the queue has an end");
        }
        let client = Client::new(mode);
        let connect = client.connect_to("127.0.0.1", address.port());
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        set_timeouts(request.raw(), 0, 300, 30000, 30000).unwrap();
        let start = Instant::now();
        assert_eq!(request.send(), fails(ERROR_WINHTTP_TIMEOUT));
        let elapsed = start.elapsed();
        assert!(elapsed >= Duration::from_millis(290) && elapsed < Duration::from_secs(10), "{elapsed:?}");
    }
}
