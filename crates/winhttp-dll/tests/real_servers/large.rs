//! Large files, and bodies that are left unread.

use std::io::{Seek, SeekFrom, Write};
use std::sync::mpsc::{Sender, channel};

use winhttp_testkit::{Mode, PATIENCE};

use crate::nginx::Nginx;
use crate::support::*;

const SIZE: usize = 200 << 20;
/// Each of these begins with its number.
const BLOCK: usize = 1 << 20;

/// Writes a file of zeros with the blocks' numbers in it; it takes no space where the system can do that.
fn write_file(nginx: &Nginx) {
    let mut file = std::fs::File::create(nginx.files.0.join("www/large")).unwrap();
    file.set_len(SIZE as u64).unwrap();
    for block in 0..SIZE / BLOCK {
        file.seek(SeekFrom::Start((block * BLOCK) as u64)).unwrap();
        file.write_all(&(block as u64 + 1).to_be_bytes()).unwrap();
    }
}

/// Whether these are the file's bytes from `start` on.
fn is_right(bytes: &[u8], start: usize) -> bool {
    let mut wanted = vec![0; bytes.len()];
    for block in start / BLOCK..=(start + bytes.len()) / BLOCK {
        for (index, byte) in (block as u64 + 1).to_be_bytes().into_iter().enumerate() {
            let at = (block * BLOCK + index).wrapping_sub(start);
            if let Some(place) = wanted.get_mut(at) {
                *place = byte;
            }
        }
    }
    bytes == wanted
}

/// Tells of completed reads: a recorder would keep all of the bytes. The context is a `Sender`.
unsafe extern "system" fn tell(
    _: HINTERNET,
    context: usize,
    status: u32,
    _: *mut std::ffi::c_void,
    length: u32,
) {
    let outcome = match status {
        WINHTTP_CALLBACK_STATUS_READ_COMPLETE => Some(length),
        WINHTTP_CALLBACK_STATUS_REQUEST_ERROR => None,
        _ => return,
    };
    // SAFETY: the test sets the context, and its box outlives the request.
    let sender = unsafe { &*(context as *const Sender<Option<u32>>) };
    sender.send(outcome).unwrap();
}

both_modes! {
    /// 200 MB through a buffer of 64 KiB, without and with TLS.
    /// Statements: facts 8.6; behaviour 18.42
    fn bc42_two_hundred_megabytes(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        write_file(&nginx);
        for secure_port in [false, true] {
            let client = Client::new(mode);
            let (request, _connect) = if secure_port {
                secure(&client, nginx.tls_port, "/large")
            } else {
                nginx.get(&client, "/large")
            };
            request.exchange();
            assert_eq!(header_number(request.raw(), WINHTTP_QUERY_CONTENT_LENGTH), Ok(SIZE as u32));
            let (sender, receiver) = channel::<Option<u32>>();
            if mode == Mode::Async {
                let context = Box::into_raw(Box::new(sender)) as usize;
                set_usize(request.raw(), WINHTTP_OPTION_CONTEXT_VALUE, context).unwrap();
                set_status_callback(request.raw(), Some(tell), WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS).unwrap();
            }
            let buffer = lasting(vec![0; 1 << 16]);
            let mut total = 0;
            loop {
                let mut count = 0;
                read_data(request.raw(), buffer, (mode == Mode::Sync).then_some(&mut count)).unwrap();
                if mode == Mode::Async {
                    count = receiver.recv_timeout(PATIENCE).unwrap().expect("no error");
                }
                if count == 0 {
                    break;
                }
                let bytes = &buffer[..count as usize];
                assert!(is_right(bytes, total), "at {total}");
                total += bytes.len();
            }
            assert_eq!(total, SIZE);
        }
    }

    /// The rest of a large file is not received, and does not hold up closing.
    /// Statements: behaviour 18.55
    fn bc55_a_large_file_that_is_left_unread(mode: Mode) {
        let Some(nginx) = Nginx::new() else { return };
        write_file(&nginx);
        let client = Client::new(mode);
        let (request, _connect) = nginx.get(&client, "/connection");
        request.exchange();
        let first = request.body_text();
        let (large, _connect) = nginx.get(&client, "/large");
        large.exchange();
        assert!(is_right(&large.read(1000).unwrap(), 0));
        large.close();
        request.exchange();
        assert_ne!(request.body_text(), first, "the connection with the rest is not used again");
        // Nor does sending again wait for it.
        let (large, _connect) = nginx.get(&client, "/large");
        large.exchange();
        assert_eq!(large.send(), fails(12184));
    }
}
