//! ws-proto
