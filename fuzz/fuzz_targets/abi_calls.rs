//! Any sequence of calls of the 13 C functions on a few handles, stale, foreign and invented ones too. Pointers are NULL or
//! valid for exactly as long as `websocket.h` asks: AddressSanitizer sees every use that comes later.
//!
//! What the calls lead to is the business of the target `calls`; here it is pointers, numbers and outputs.
#![no_main]

#[path = "abi_calls/input.rs"]
mod input;
#[path = "abi_calls/program.rs"]
mod program;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|calls: Vec<input::Call>| {
    let mut program = program::Program::default();
    for call in calls {
        program.call(call);
    }
    program.finish();
});
