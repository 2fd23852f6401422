//! A request whose calls wait.

use openwinhttp::{Api, Request};

use super::error::Failure;
use super::transfer::{Event, READ, Step, Transfer};

/// Takes a request through all its calls.
///
/// # Errors
/// As [`Failure`] says.
pub(crate) fn run(request: &Request, mut transfer: Transfer) -> Result<(), Failure> {
    let mut buffer = vec![0; READ];
    let mut step = transfer.begin();
    loop {
        let failed = |api| move |error| Event::Failed(api, error);
        let event = match step {
            Step::Send(data, total) => request
                .send(data, total)
                .map_or_else(failed(Api::SendRequest), |()| Event::Sent),
            Step::Write(piece) => request
                .write(&piece)
                .map_or_else(failed(Api::WriteData), |_| Event::Written),
            Step::Receive => request
                .receive_response()
                .map_or_else(failed(Api::ReceiveResponse), |()| Event::Head),
            Step::Read => match request.read(&mut buffer, false) {
                Ok(count) => Event::Read(&buffer[..count]),
                Err(error) => Event::Failed(Api::ReadData, error),
            },
            Step::End => return Ok(()),
        };
        step = transfer.next(event, request)?;
    }
}
