//! handle-table
