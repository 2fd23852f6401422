//! One test for each numbered statement of section 6 of the specification
//! (`../shared/spec/websocket-protocol-component.md`), through the C ABI of the built library.
//!
//! After a complete run a table says which statements hold. Filters and `--list` work as usual, without the table.

mod abi;
mod actions;
mod allocated_buffer;
mod client_handshake;
mod close;
mod control;
mod creation;
mod receive_errors;
mod receiving;
mod sending;
mod server_handshake;
mod support;
mod table;
mod threads;

use std::process::ExitCode;

use libtest_mimic::{Arguments, FormatSetting};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(allocated_buffer::PRINT_INTERVAL) {
        return allocated_buffer::print_interval();
    }
    let arguments = Arguments::from_args();
    let table = table::Table::new(&[
        abi::SECTION,
        creation::SECTION,
        client_handshake::SECTION,
        server_handshake::SECTION,
        sending::SECTION,
        close::SECTION,
        receiving::SECTION,
        control::SECTION,
        actions::SECTION,
        allocated_buffer::SECTION,
    ]);
    if !arguments.list {
        // Built and loaded before the tests start, so that a failure is reported once.
        websocket_testkit::api();
    }
    let conclusion = libtest_mimic::run(&arguments, table.trials());
    let partial = arguments.list
        || arguments.filter.is_some()
        || !arguments.skip.is_empty()
        || arguments.ignored
        || arguments.bench
        || arguments.format == Some(FormatSetting::Json);
    if partial {
        return conclusion.exit_code();
    }
    print!("{table}");
    if table.all_hold() {
        conclusion.exit_code()
    } else {
        ExitCode::FAILURE
    }
}
