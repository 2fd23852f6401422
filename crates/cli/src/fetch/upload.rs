//! The request's body: where it comes from, piece by piece.

use std::fs::File;
use std::io::{self, ErrorKind, Read};

use super::error::Failure;
use super::options::Body;

/// Bytes of one `WinHttpWriteData` at most.
const PIECE: usize = 64 * 1024;

/// A body to be sent.
pub(crate) enum Upload {
    None,
    /// All of it, for `WinHttpSendRequest` itself.
    Data(Vec<u8>),
    Stream(Stream),
}

/// A body that is read while it is sent.
pub(crate) struct Stream {
    from: Box<dyn Read + Send>,
    /// For messages.
    name: String,
    /// What is still to come, if that is known.
    left: Option<u64>,
}

impl Upload {
    /// Opens the body.
    ///
    /// # Errors
    /// If there is no such file, or it may not be read.
    pub(crate) fn open(body: &Body) -> Result<Self, Failure> {
        match body {
            Body::None => Ok(Self::None),
            Body::Data(data) => Ok(Self::Data(data.clone())),
            Body::File(path) => {
                let name = path.display().to_string();
                match File::open(path).and_then(|file| stream(file, name.clone())) {
                    Ok(stream) => Ok(Self::Stream(stream)),
                    Err(error) => Err(Failure::Input(name, error)),
                }
            }
            Body::StandardInput => standard_input()
                .map(Self::Stream)
                .map_err(|error| Failure::Input(String::from(STANDARD_INPUT), error)),
        }
    }

    /// The length of the whole body, if it is known.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::None => Some(0),
            Self::Data(data) => Some(data.len() as u64),
            Self::Stream(stream) => stream.left,
        }
    }

    /// The next piece for `WinHttpWriteData`; `None` at the end. Waits for whoever writes it.
    ///
    /// # Errors
    /// If reading fails, or the file has become shorter.
    pub(crate) fn next_piece(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let Self::Stream(stream) = self else {
            return Ok(None);
        };
        let most = stream
            .left
            .and_then(|left| usize::try_from(left).ok())
            .map_or(PIECE, |left| left.min(PIECE));
        if most == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; most];
        let count = loop {
            match stream.from.read(&mut piece) {
                Ok(count) => break count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Failure::Input(stream.name.clone(), error)),
            }
        };
        piece.truncate(count);
        match &mut stream.left {
            Some(_) if count == 0 => Err(Failure::Shrunk(stream.name.clone())),
            Some(left) => {
                *left -= count as u64;
                Ok(Some(piece))
            }
            None if count == 0 => Ok(None),
            None => Ok(Some(piece)),
        }
    }
}

const STANDARD_INPUT: &str = "standard input";

/// A file from its present position on. Only of regular files the length is known.
fn stream(mut file: File, name: String) -> io::Result<Stream> {
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is a directory"));
    }
    let left = if about.is_file() {
        let position = io::Seek::stream_position(&mut file)?;
        Some(about.len().saturating_sub(position))
    } else {
        None
    };
    Ok(Stream {
        from: Box::new(file),
        name,
        left,
    })
}

#[cfg(unix)]
fn standard_input() -> io::Result<Stream> {
    use std::os::fd::AsFd;
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    stream(file, String::from(STANDARD_INPUT))
}

#[cfg(not(unix))]
fn standard_input() -> io::Result<Stream> {
    Ok(Stream {
        from: Box::new(io::stdin()),
        name: String::from(STANDARD_INPUT),
        left: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(bytes: &'static [u8], left: Option<u64>) -> Upload {
        Upload::Stream(Stream {
            from: Box::new(bytes),
            name: String::from("x"),
            left,
        })
    }

    fn pieces(mut upload: Upload) -> Result<Vec<usize>, Failure> {
        let mut lengths = Vec::new();
        while let Some(piece) = upload.next_piece()? {
            lengths.push(piece.len());
        }
        Ok(lengths)
    }

    #[test]
    fn no_more_is_sent_than_was_announced() {
        static BYTES: [u8; PIECE + 3] = [7; PIECE + 3];
        for (left, expected) in [
            (None, vec![PIECE, 3]),
            (Some(PIECE as u64 + 3), vec![PIECE, 3]),
            (Some(PIECE as u64 + 1), vec![PIECE, 1]),
            (Some(5), vec![5]),
            (Some(0), vec![]),
        ] {
            assert_eq!(pieces(upload(&BYTES, left)).unwrap(), expected, "{left:?}");
        }
    }

    #[test]
    fn a_file_that_shrinks_is_an_error() {
        let error = pieces(upload(b"abc", Some(4))).unwrap_err();
        assert!(matches!(error, Failure::Shrunk(_)), "{error}");
    }
}
