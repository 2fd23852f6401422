#!/bin/sh
# AddressSanitizer, leaks included: the tests of the crates below libwebsocket, then the library itself, instrumented, under
# its C interface tests, then libwinhttp under the close races.
#
# The runtime comes with the rustup toolchain; RUSTC_BOOTSTRAP lets the stable one take the flag.
#
# OPENWINHTTP_MODEL_SESSIONS, OPENWINHTTP_STRESS_ROUNDS, OPENWINHTTP_RACE_ROUNDS: how much the long tests do, small by default here.
set -eu
cd "$(dirname "$0")/.."

target=x86_64-unknown-linux-gnu
out=${CARGO_TARGET_DIR:-target}/asan
case $out in /*) ;; *) out=$PWD/$out ;; esac
# A target given by name keeps build scripts and macros uninstrumented.
# The test programs carry the runtime; -rdynamic lets the library, which they load, find it.
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$out"
export RUSTFLAGS="-Zsanitizer=address -Clink-arg=-rdynamic ${RUSTFLAGS:-}"
export CARGO_PROFILE_DEV_OPT_LEVEL=1
export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"

echo "sanitize.sh: ws-mask, ws-proto, handle-table, websocket-component"
cargo test --quiet --target $target --lib --tests -p ws-mask -p ws-proto -p handle-table
# Not the test that counts allocations: the sanitizer's own would count too.
cargo test --quiet --target $target --lib --test component -p websocket-component

echo "sanitize.sh: libwebsocket.so"
cargo build --quiet --target $target -p websocket-dll --lib
export OPENWINHTTP_WEBSOCKET_LIB="$out/$target/debug/libwebsocket.so"
nm -D "$OPENWINHTTP_WEBSOCKET_LIB" | grep -q ' U __asan_report_load' || {
    echo "sanitize.sh: $OPENWINHTTP_WEBSOCKET_LIB is not instrumented" >&2
    exit 2
}

# Only tests that are there; each loads the library named above.
tests=
for test in conformance model stress hostile; do
    if [ -e crates/websocket-dll/tests/$test.rs ] || [ -e crates/websocket-dll/tests/$test/main.rs ]; then
        tests="$tests --test $test"
    else
        echo "sanitize.sh: no test $test"
    fi
done
export OPENWINHTTP_MODEL_SESSIONS="${OPENWINHTTP_MODEL_SESSIONS:-300}"
export OPENWINHTTP_STRESS_ROUNDS="${OPENWINHTTP_STRESS_ROUNDS:-200}"
# Freed memory is kept back for a while, to find late uses of it; not so much that tests of memory use see it.
export ASAN_OPTIONS="$ASAN_OPTIONS:quarantine_size_mb=8:thread_local_quarantine_size_kb=64"
echo "sanitize.sh: C interface:$tests"
# shellcheck disable=SC2086 # a list of options
cargo test --target $target -p websocket-dll $tests

echo "sanitize.sh: libwinhttp.so: close races"
cargo build --quiet --target $target -p winhttp-dll --lib
export OPENWINHTTP_WINHTTP_LIB="$out/$target/debug/libwinhttp.so"
nm -D "$OPENWINHTTP_WINHTTP_LIB" | grep -q ' U __asan_report_load' || {
    echo "sanitize.sh: $OPENWINHTTP_WINHTTP_LIB is not instrumented" >&2
    exit 2
}
export LSAN_OPTIONS="suppressions=$PWD/ci/lsan.supp:print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}"
# Memory that is given back is freed at once, so that a late use is seen.
export OPENWINHTTP_RACE_FREE=1 OPENWINHTTP_RACE_PATIENCE=120
export OPENWINHTTP_RACE_ROUNDS="${OPENWINHTTP_RACE_ROUNDS:-2000}"
cargo test --target $target -p winhttp-dll --test close_races -- --nocapture
echo "sanitize.sh: no errors, no leaks"
