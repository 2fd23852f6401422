//! Whole responses: every script is read whole, byte by byte, in odd pieces, past the receive buffer, with bytes of
//! something else after it, and cut off anywhere.

mod bodies;
mod check;
mod driver;
mod heads;
mod hostile;
