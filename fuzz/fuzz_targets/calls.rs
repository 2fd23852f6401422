//! Any sequence of calls on one component whose peer is the input: invariants of the action loop.
#![no_main]

#[path = "calls/input.rs"]
mod input;
#[path = "calls/model.rs"]
mod model;
#[path = "../../crates/ws-proto/tests/receiver/reference.rs"]
mod reference;

use input::Scenario;
use libfuzzer_sys::fuzz_target;
use model::Session;

fuzz_target!(|scenario: Scenario| {
    let mut session = Session::new(&scenario);
    for call in scenario.calls {
        session.call(call);
    }
    session.finish();
});
