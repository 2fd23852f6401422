//! Allocations a message and bytes a handle. The C library's allocator is counted, so that the built library counts too.

mod common;

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU64, Ordering};

use benchmarks::{Contender, Content, Report, SIZES, Wire, name_of_size, payload};
use common::{abi, ours, peers};
use websocket_testkit::{Endpoint, Property, Role, api};
use ws_proto::{Receiver, Sender};

/// Calls of `malloc`, `calloc` and `realloc`.
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod counted {
    //! Stands before the C library's functions, in this program and in what it loads.

    use super::{ALLOCATIONS, Ordering, c_void};

    unsafe extern "C" {
        fn __libc_malloc(size: usize) -> *mut c_void;
        fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
        fn __libc_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    }

    /// # Safety
    /// As the C library's.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's contract.
        unsafe { __libc_malloc(size) }
    }

    /// # Safety
    /// As the C library's.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's contract.
        unsafe { __libc_calloc(count, size) }
    }

    /// # Safety
    /// As the C library's.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's contract.
        unsafe { __libc_realloc(block, size) }
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod heap {
    /// glibc's `struct mallinfo2`.
    #[repr(C)]
    struct MallInfo2 {
        before: [usize; 4],
        /// Bytes in blocks that were mapped on their own.
        mapped: usize,
        between: [usize; 2],
        /// Bytes in use.
        used: usize,
        after: [usize; 2],
    }

    unsafe extern "C" {
        safe fn mallinfo2() -> MallInfo2;
    }

    /// Bytes of the heap in use, with what the allocator adds to each block.
    pub(crate) fn used() -> usize {
        let info = mallinfo2();
        info.used + info.mapped
    }
}

/// Messages before counting starts: buffers have their size by then.
const WARM_UP: u64 = 2_000;
/// Messages counted.
const MESSAGES: u64 = 10_000;
/// Handles of each kind.
const HANDLES: usize = 200;

fn main() {
    assert_library_is_counted();
    let mut report = Report::new("memory");
    report.say(
        "Allocations a message in the steady state: calls of the C library's `malloc`, `calloc` and `realloc` in the whole \
         process, the built library included.",
    );
    for (what, contenders) in [
        (
            "receiving binary",
            receiving as fn(usize) -> Vec<Contender<'static>>,
        ),
        ("sending binary", sending),
    ] {
        let mut head = vec![what.to_owned()];
        let mut rows = Vec::new();
        for size in SIZES {
            let counts: Vec<_> = contenders(size).into_iter().map(count).collect();
            if rows.is_empty() {
                head.extend(counts.iter().map(|(name, _)| (*name).to_owned()));
            }
            let mut row = vec![name_of_size(size)];
            row.extend(counts.iter().map(|(_, count)| format!("{count:.2}")));
            rows.push(row);
            for (name, count) in counts {
                assert!(
                    !name.starts_with("ours") || count == 0.0,
                    "{name} allocates"
                );
            }
        }
        report.table(&head, &rows);
    }
    report_handles(&mut report);
    report.say(&format!(
        "The engine's own state: {} bytes for receiving, {} for sending (target: at most 128 each).",
        size_of::<Receiver>(),
        size_of::<Sender>(),
    ));
    report.finish("");
}

/// That the library's allocations are counted too, and not its own copy of the allocator's.
fn assert_library_is_counted() {
    let mut handle = null_mut();
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    // SAFETY: no properties; the output is writable.
    unsafe { (api().create_server_handle)(null(), 0, &mut handle) };
    let made = ALLOCATIONS.load(Ordering::Relaxed) - before;
    // SAFETY: the handle was made above.
    unsafe { (api().delete_handle)(handle) };
    assert!(made > 0, "the library's allocations are not counted");
}

fn count(mut contender: Contender<'static>) -> (&'static str, f64) {
    contender.run(WARM_UP);
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    contender.run(MESSAGES);
    let made = ALLOCATIONS.load(Ordering::Relaxed) - before;
    (contender.name(), made as f64 / MESSAGES as f64)
}

fn receiving(size: usize) -> Vec<Contender<'static>> {
    let wire = Wire::of_client(0x82, &payload(Content::Binary, size));
    let mut contenders = vec![
        ours::engine(wire.clone(), wire.burst_len()),
        ours::component(wire.clone(), wire.burst_len()),
        abi::receiving(wire.clone(), wire.burst_len()),
    ];
    contenders.extend(peers::receiving(&wire, false));
    contenders
}

fn sending(size: usize) -> Vec<Contender<'static>> {
    let payload: &'static [u8] = payload(Content::Binary, size).leak();
    let mut contenders = vec![
        ours::engine_sending(payload),
        ours::component_sending(payload),
        abi::sending(payload),
    ];
    contenders.extend(peers::sending(payload));
    contenders
}

/// What a handle costs through the C ABI, after its handshake and a message.
fn report_handles(report: &mut Report) {
    let head = [
        "handle",
        "both buffers",
        "bytes in use",
        "above the buffers",
        "target",
    ];
    let mut rows = Vec::new();
    for (role, name) in [(Role::Server, "server"), (Role::Client, "client")] {
        for (receive, send) in [(4096, 4096), (16384, 16384), (256, 256)] {
            // The table of handles has its size by then, and so have the lists of free blocks.
            drop(open(role, receive, send));
            let before = heap::used();
            let handles = open(role, receive, send);
            let each = (heap::used() - before - HANDLES * size_of::<Endpoint>()) / HANDLES;
            drop(handles);
            let buffers = (receive + send) as usize;
            let above = each.saturating_sub(buffers);
            rows.push(vec![
                name.to_owned(),
                buffers.to_string(),
                each.to_string(),
                above.to_string(),
                format!(
                    "≤ 1024: {}",
                    if above <= 1024 { "met" } else { "**missed**" }
                ),
            ]);
        }
    }
    report.say(
        "Bytes of the heap in use for each handle (through the C ABI, after the handshake and one message each way), with what \
         the allocator adds.",
    );
    report.table(&head.map(str::to_owned), &rows);
}

fn open(role: Role, receive: u32, send: u32) -> Vec<Endpoint> {
    let properties = [Property::ReceiveBuffer(receive), Property::SendBuffer(send)];
    (0..HANDLES)
        .map(|_| {
            let endpoint = Endpoint::open_with(role, &properties);
            abi::exchange(&endpoint);
            endpoint
        })
        .collect()
}
