//! Handles that are NULL, made up, deleted or of the wrong kind.

use std::collections::{HashSet, VecDeque};
use std::ffi::c_void;
use std::ptr::{null, null_mut, without_provenance_mut};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use websocket_testkit::abi::*;
use websocket_testkit::handshake::{DOTNET_REQUEST, Headers};
use websocket_testkit::hresult::{E_HANDLE, E_INVALIDARG, HRESULT, S_OK};
use websocket_testkit::{Block, Endpoint, Memory, Property, Role, SENTINEL, api, data, pattern};

use crate::rng::Rng;

/// Calls every function that takes a handle with `handle` and otherwise right arguments. The results of those that have one,
/// which must be equal.
fn call_all(handle: WEB_SOCKET_HANDLE) -> HRESULT {
    let api = api();
    let request = Headers::new(DOTNET_REQUEST);
    let buffer = data(null_mut(), 0);
    let (mut headers, mut count) = (null_mut(), 5);
    let mut buffers = [SENTINEL; 2 * size_of::<WEB_SOCKET_BUFFER>() / size_of::<u8>() + 8];
    let aligned = buffers
        .as_mut_ptr()
        .wrapping_add(buffers.as_ptr().align_offset(8));
    let (mut action, mut kind) = (5, 5);
    let (mut application, mut context) = (null_mut::<c_void>(), null_mut::<c_void>());
    // SAFETY: all arguments but the handle are right; the library has to find out that the handle is not.
    let results = unsafe {
        let mut results = vec![
            (api.begin_client_handshake)(
                handle,
                null(),
                0,
                null(),
                0,
                null(),
                0,
                &mut headers,
                &mut count,
            ),
            (api.end_client_handshake)(
                handle,
                request.pointer(),
                request.count(),
                null_mut(),
                null_mut(),
                null_mut(),
            ),
            (api.begin_server_handshake)(
                handle,
                null(),
                null(),
                0,
                request.pointer(),
                request.count(),
                &mut headers,
                &mut count,
            ),
            (api.end_server_handshake)(handle),
            (api.send)(
                handle,
                WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE,
                &buffer,
                null_mut(),
            ),
            (api.receive)(handle, null(), null_mut()),
        ];
        count = 2;
        results.push((api.get_action)(
            handle,
            WEB_SOCKET_ALL_ACTION_QUEUE,
            aligned.cast(),
            &mut count,
            &mut action,
            &mut kind,
            &mut application,
            &mut context,
        ));
        assert_eq!(
            (action, count, kind),
            (WEB_SOCKET_NO_ACTION, 0, 0),
            "outputs of a failure"
        );
        assert_eq!(
            (api.complete_action)(handle, without_provenance_mut(1), 1),
            0
        );
        assert_eq!((api.abort_handle)(handle), 0);
        assert_eq!((api.delete_handle)(handle), 0);
        results
    };
    assert!(
        buffers.iter().all(|&byte| byte == SENTINEL),
        "buffers of a failure"
    );
    assert!(
        results.iter().all(|&result| result == results[0]),
        "{handle:?}: {results:#x?}"
    );
    results[0]
}

#[test]
fn null_is_an_invalid_argument() {
    assert_eq!(call_all(null_mut()), E_INVALIDARG);
}

#[test]
fn a_deleted_handle_is_refused_by_every_function() {
    for role in Role::BOTH {
        let (handle, _) = Endpoint::open(role).delete();
        assert_eq!(call_all(handle), E_HANDLE);
    }
}

/// Values near a good handle, addresses, and action contexts are no handles. The good handle survives all of it.
#[test]
fn made_up_handles_are_refused() {
    let endpoint = Endpoint::open(Role::Server);
    assert_eq!(endpoint.receive(7), S_OK);
    let action = endpoint.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
    let good = endpoint.handle().addr();
    let local = 0u64;
    let heap = Box::new(0u64);
    let mut values = vec![
        1,
        2,
        usize::MAX,
        usize::MAX / 2,
        good + 1,
        good - 1,
        good ^ 2,
        good | 1 << 40,
        good | 1 << 31,
        action.context,
        (&raw const local).addr(),
        (&raw const *heap).addr(),
        action.data(0).0.addr(),
        call_all as *const () as usize,
    ];
    for bit in 0..usize::BITS {
        values.push(good ^ (1 << bit));
    }
    let mut rng = Rng::new(1);
    for _ in 0..5000 {
        values.push(rng.next() as usize);
        values.push(rng.next() as usize >> 33);
    }
    for value in values {
        // One bit away from a good handle may be another test's good handle, as it may be in a program: skip those that
        // could be, which the table makes multiples of 4 below 2^31.
        let plausible = value % 4 == 0 && value < 1 << 31;
        if value != 0 && !plausible {
            assert_eq!(
                call_all(without_provenance_mut(value)),
                E_HANDLE,
                "{value:#x}"
            );
        }
    }
    endpoint.fill(&action, &[0x81, 0x80, 0, 0, 0, 0]);
    let indication = endpoint.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
    assert_eq!(
        indication.action,
        WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION
    );
}

/// Four threads call everything with bad handles while others create, use and delete good ones.
#[test]
fn bad_handles_from_several_threads() {
    let deleted = Mutex::new(VecDeque::from([Endpoint::open(Role::Client)
        .delete()
        .0
        .addr()]));
    let working = AtomicU64::new(2);
    let refused = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for seed in 0..2 {
            let (deleted, working) = (&deleted, &working);
            scope.spawn(move || {
                let mut rng = Rng::new(seed);
                for _ in 0..2000 {
                    let role = rng.pick(&Role::BOTH);
                    let endpoint = Endpoint::open(role);
                    echo_once(&endpoint, &mut rng);
                    let mut deleted = deleted.lock().unwrap();
                    deleted.push_back(endpoint.delete().0.addr());
                    if deleted.len() > 64 {
                        deleted.pop_front();
                    }
                }
                working.fetch_sub(1, Ordering::Relaxed);
            });
        }
        for seed in 2..6 {
            let (deleted, working, refused) = (&deleted, &working, &refused);
            scope.spawn(move || {
                let mut rng = Rng::new(seed);
                let local = 0u32;
                while working.load(Ordering::Relaxed) > 0 {
                    let stale = {
                        let deleted = deleted.lock().unwrap();
                        deleted[rng.below(deleted.len())]
                    };
                    assert_eq!(call_all(without_provenance_mut(stale)), E_HANDLE, "stale");
                    let odd = rng.next() as usize | 1;
                    assert_eq!(call_all(without_provenance_mut(odd)), E_HANDLE, "random");
                    let address = (&raw const local).addr();
                    assert_eq!(call_all(without_provenance_mut(address)), E_HANDLE, "stack");
                    assert_eq!(call_all(null_mut()), E_INVALIDARG, "NULL");
                    refused.fetch_add(4, Ordering::Relaxed);
                }
            });
        }
    });
    assert!(
        refused.load(Ordering::Relaxed) > 100,
        "the threads ran at the same time"
    );
}

/// A send and a receive that go through all their actions, with a foreign context thrown in.
fn echo_once(endpoint: &Endpoint, rng: &mut Rng) {
    let mut payload = [b'x'; 40];
    let buffer = data(payload.as_mut_ptr(), 40);
    // SAFETY: `payload` outlives the operation, which is indicated below.
    let result = unsafe { endpoint.send_raw(WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE, &buffer, 1) };
    assert_eq!(result, S_OK);
    assert_eq!(endpoint.receive(2), S_OK);
    let write = endpoint.get_action(WEB_SOCKET_SEND_ACTION_QUEUE);
    let read = endpoint.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
    assert_eq!(write.action, WEB_SOCKET_SEND_TO_NETWORK_ACTION);
    endpoint.complete(rng.next() as usize, 46);
    endpoint.complete(write.context, write.total());
    let done = endpoint.get_action(WEB_SOCKET_SEND_ACTION_QUEUE);
    assert_eq!(
        (done.action, done.application),
        (WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION, 1)
    );
    endpoint.complete(done.context, 0);
    let key = (endpoint.role() == Role::Server).then_some([1, 2, 3, 4]);
    endpoint.fill(&read, &websocket_testkit::wire::frame(0x82, b"abc", key));
    let done = endpoint.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
    assert_eq!((done.action, done.bytes(0)), (4, b"abc".to_vec()));
    endpoint.complete(done.context, 3);
}

/// A handle's value does not come back while somebody may still hold it.
#[test]
fn handle_values_do_not_recur() {
    let mut seen = HashSet::new();
    for index in 0..100_000 {
        let endpoint = Endpoint::create(Role::BOTH[index % 2], &[]).expect("a handle");
        assert!(
            seen.insert(endpoint.handle().addr()),
            "the value recurs after {index} handles"
        );
    }
}

/// Two handles do not take each other's contexts.
#[test]
fn foreign_contexts_are_ignored() {
    let [one, two] = Role::BOTH.map(Endpoint::open);
    assert_eq!((one.receive(1), two.receive(2)), (S_OK, S_OK));
    let first = one.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
    let second = two.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
    assert_ne!(first.context, second.context);
    one.complete(second.context, 0);
    two.complete(first.context, 0);
    for endpoint in [&one, &two] {
        assert!(
            endpoint
                .get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE)
                .is_nothing(),
            "still outstanding"
        );
    }
    one.complete(first.context, 0);
    assert_eq!(
        one.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE).action,
        4,
        "cancelled by its own"
    );
}

/// Deletion with both lanes busy frees the handle, and leaves the block to its owner.
#[test]
fn delete_while_actions_are_outstanding() {
    let block = Block::new(Block::size_for(300, 200) as usize, 3);
    let payload = Memory::pattern(1000);
    for round in 0..200 {
        let role = Role::BOTH[round % 2];
        let endpoint = Endpoint::open_with(
            role,
            &[
                Property::ReceiveBuffer(300),
                Property::SendBuffer(200),
                Property::Allocated(&block),
            ],
        );
        for context in 0..5 {
            assert_eq!(
                endpoint.send(WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, payload, context),
                S_OK
            );
            assert_eq!(endpoint.receive_into(payload, context), S_OK);
        }
        let write = endpoint.get_action(WEB_SOCKET_SEND_ACTION_QUEUE);
        let read = endpoint.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
        assert_eq!((write.action, read.action), (1, 3));
        if round % 3 == 0 {
            endpoint.abort();
        }
        let handle = endpoint.delete().0;
        // What was on its way may still be reported, to nobody.
        // SAFETY: the library recognises deleted handles.
        unsafe {
            (api().complete_action)(handle, without_provenance_mut(write.context), write.total());
            (api().complete_action)(handle, without_provenance_mut(read.context), 10);
        }
        assert!(block.damage().is_empty(), "bytes around the block");
    }
    assert_eq!(payload.bytes(), pattern(1000), "the caller's payload");
}

/// One thread deletes while others still call: every call either works or is refused.
#[test]
fn calls_that_come_after_the_deletion() {
    for _ in 0..200 {
        let endpoint = Endpoint::open(Role::Server);
        let handle = endpoint.handle().addr();
        let gone = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !gone.load(Ordering::Acquire) {
                        std::hint::spin_loop();
                    }
                    assert_eq!(call_all(without_provenance_mut(handle)), E_HANDLE);
                });
            }
            drop(endpoint);
            gone.store(true, Ordering::Release);
        });
    }
}
