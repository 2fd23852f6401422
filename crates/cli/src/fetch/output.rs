//! Where the response goes.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Stderr, Stdout, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::error::{Failure, Partial};
use super::progress::Progress;

/// Standard output, or a file with a progress bar.
pub(crate) struct Output {
    target: Target,
    /// Bytes of the body.
    received: u64,
    expected: Option<u64>,
    progress: Option<Progress<Stderr>>,
}

enum Target {
    Standard(Stdout),
    /// Created when there is a response: what was there before survives a server that cannot be reached.
    Later(PathBuf),
    File(PathBuf, File),
}

impl Output {
    pub(crate) fn new(file: Option<&Path>) -> Self {
        Self {
            target: match file {
                None => Target::Standard(io::stdout()),
                Some(path) => Target::Later(path.to_owned()),
            },
            received: 0,
            expected: None,
            progress: None,
        }
    }

    /// There is a response, with a body of so many bytes as far as is known. `quiet`: without a progress bar.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub(crate) fn begin(&mut self, expected: Option<u64>, quiet: bool) -> Result<(), Failure> {
        self.expected = expected;
        if let Target::Later(path) = &self.target {
            let file = File::create(path).map_err(|error| self.failure(error))?;
            self.target = Target::File(path.clone(), file);
            if !quiet && io::stderr().is_terminal() {
                self.progress = Some(Progress::new(io::stderr(), expected, Instant::now()));
            }
        }
        Ok(())
    }

    /// The head of the response.
    ///
    /// # Errors
    /// If writing fails.
    pub(crate) fn head(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.put(bytes)
    }

    /// A piece of the body, written out at once.
    ///
    /// # Errors
    /// If writing fails.
    pub(crate) fn body(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.put(bytes)?;
        self.received += bytes.len() as u64;
        if let Some(progress) = &mut self.progress {
            progress.reached(self.received, Instant::now());
        }
        Ok(())
    }

    /// The body has ended, or will not come whole.
    pub(crate) fn end(&mut self) {
        if let Some(mut progress) = self.progress.take() {
            progress.end(self.received, Instant::now());
        }
    }

    /// What there is of a body that does not come whole; `None` if it had not begun.
    pub(crate) fn partial(&self) -> Option<Partial> {
        let file = match &self.target {
            Target::Later(_) => return None,
            Target::Standard(_) => None,
            Target::File(path, _) => Some(path.clone()),
        };
        Some(Partial {
            received: self.received,
            expected: self.expected,
            file,
        })
    }

    /// What there is, if the body has ended before the announced length.
    pub(crate) fn missing(&self) -> Option<Partial> {
        if self
            .expected
            .is_some_and(|expected| self.received < expected)
        {
            self.partial()
        } else {
            None
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match &mut self.target {
            Target::Standard(out) => out.write_all(bytes).and_then(|()| out.flush()),
            Target::File(_, file) => file.write_all(bytes),
            Target::Later(_) => Ok(()),
        };
        written.map_err(|error| self.failure(error))
    }

    fn failure(&self, error: io::Error) -> Failure {
        match &self.target {
            Target::Standard(_) if error.kind() == ErrorKind::BrokenPipe => Failure::BrokenPipe,
            Target::Standard(_) => Failure::Output(String::from("standard output"), error),
            Target::Later(path) | Target::File(path, _) => {
                Failure::Output(path.display().to_string(), error)
            }
        }
    }
}
