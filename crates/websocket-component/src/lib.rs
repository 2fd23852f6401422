//! websocket-component
