//! The statements of the specification, through the C ABI.
