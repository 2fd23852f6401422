//! ws-mask
