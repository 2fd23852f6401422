//! What happened inside rustls's callbacks during one step of a handshake.
//!
//! A rustls configuration with its verifier and its chooser of client certificates is shared by many connections: sessions can only be
//! resumed under the same objects. So those objects cannot keep what they saw; they leave it with the thread, from where the
//! connection that is being driven there picks it up at once.

use std::cell::RefCell;

use super::CertErrors;

/// What the callbacks saw.
#[derive(Default, Debug)]
pub(super) struct Observed {
    /// The verdict on the server's certificate, if it came: all reasons, also those that are to be ignored.
    pub(super) verdict: Option<CertErrors>,
    /// The server asked for a client certificate, naming these authorities (DER names).
    pub(super) asked: Option<Vec<Vec<u8>>>,
}

thread_local! {
    static OBSERVED: RefCell<Observed> = RefCell::new(Observed::default());
}

/// Runs `step` and adds to `observed` what the callbacks saw in it.
pub(super) fn observing<T>(observed: &mut Observed, step: impl FnOnce() -> T) -> T {
    OBSERVED.take();
    let result = step();
    let seen = OBSERVED.take();
    observed.verdict = seen.verdict.or(observed.verdict);
    if seen.asked.is_some() {
        observed.asked = seen.asked;
    }
    result
}

/// Called by the verifier.
pub(super) fn saw_verdict(reasons: CertErrors) {
    OBSERVED.with_borrow_mut(|observed| observed.verdict = Some(reasons));
}

/// Called by the chooser of client certificates.
pub(super) fn saw_request(issuers: &[&[u8]]) {
    OBSERVED.with_borrow_mut(|observed| {
        observed.asked = Some(issuers.iter().map(|issuer| issuer.to_vec()).collect())
    });
}
