//! A WebSocket server on `tungstenite`, for `openwinhttp connect` to talk to. What it does depends on the path:
//!
//! | path | does |
//! |---|---|
//! | `/ping` | sends a ping, waits for its pong, says so in a text message, then echoes |
//! | `/fragments` | sends a text message in three frames with a ping inside, then echoes |
//! | `/close` | sends Close 4001 at once |
//! | `/vanish` | ends the connection without Close |
//! | any other | echoes |
//!
//! It prints `listening on ws://IP:PORT` and runs until it is stopped.

use std::error::Error;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tungstenite::http::HeaderValue;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tungstenite::protocol::frame::{CloseFrame, Frame};
use tungstenite::{Message, WebSocket, accept_hdr_with_config};

const SUBPROTOCOL: &str = "rust-peer";
const PATIENCE: Duration = Duration::from_secs(60);

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("listening on ws://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    loop {
        let (stream, peer) = listener.accept()?;
        std::thread::spawn(move || {
            if let Err(error) = serve(stream) {
                eprintln!("rust-peer: {peer}: {error}");
            }
        });
    }
}

fn serve(stream: TcpStream) -> Result<(), Failure> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut path = String::new();
    // The type is the library's.
    #[allow(clippy::result_large_err)]
    let inspect = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        path = request.uri().path().to_owned();
        let asked = request.headers().get_all("Sec-WebSocket-Protocol");
        let is_asked_for = asked
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|name| name.trim() == SUBPROTOCOL);
        if is_asked_for {
            let name = HeaderValue::from_static(SUBPROTOCOL);
            response
                .headers_mut()
                .insert("Sec-WebSocket-Protocol", name);
        }
        Ok(response)
    };
    let config = WebSocketConfig::default()
        .max_message_size(None)
        .max_frame_size(None);
    let mut socket =
        accept_hdr_with_config(stream, inspect, Some(config)).map_err(|error| error.to_string())?;
    match path.as_str() {
        "/ping" => ping(&mut socket)?,
        "/fragments" => fragments(&mut socket)?,
        "/close" => socket.close(Some(CloseFrame {
            code: CloseCode::from(4001),
            reason: "rust peer".into(),
        }))?,
        "/vanish" => return Ok(()),
        _ => {}
    }
    echo(&mut socket)
}

fn ping(socket: &mut WebSocket<TcpStream>) -> Result<(), Failure> {
    socket.send(Message::Ping("are you there?".into()))?;
    loop {
        match socket.read()? {
            Message::Pong(payload) if payload == "are you there?" => {
                return Ok(socket.send(Message::text("the pong is right"))?);
            }
            // May have been sent before the ping came.
            message @ Message::Text(_) => socket.send(message)?,
            other => return Err(format!("expected a pong, got {other:?}").into()),
        }
    }
}

fn fragments(socket: &mut WebSocket<TcpStream>) -> Result<(), Failure> {
    let frame = |text: &'static str, opcode, fin| {
        Message::Frame(Frame::message(text.as_bytes(), OpCode::Data(opcode), fin))
    };
    socket.send(frame("one, ", Data::Text, false))?;
    socket.send(frame("two, ", Data::Continue, false))?;
    socket.send(Message::Ping("in between".into()))?;
    socket.send(frame("three", Data::Continue, true))?;
    Ok(())
}

fn echo(socket: &mut WebSocket<TcpStream>) -> Result<(), Failure> {
    loop {
        match socket.read() {
            Ok(message @ (Message::Text(_) | Message::Binary(_))) => socket.send(message)?,
            // The library answers pings and Close itself.
            Ok(_) => {}
            Err(tungstenite::Error::ConnectionClosed) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
