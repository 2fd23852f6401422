//! Win32 functions for ported programs.
