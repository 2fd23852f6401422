//! websocket-dll
