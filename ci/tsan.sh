#!/bin/sh
# The stress test (crates/websocket-dll/tests/stress.rs) under ThreadSanitizer: first with races on purpose, which must be
# found, then as it is, which must be clean.
#
# The standard library has to be instrumented too, else its locks and reference counts look like races. Its source comes
# from Debian's rustc-web and rust-web-src, the runtime of the sanitizer from the rustup toolchain.
#
# OPENWINHTTP_STRESS_ROUNDS: rounds, default 10000.
set -eu
cd "$(dirname "$0")/.."

rustc=${TSAN_RUSTC:-/usr/bin/rustc}
target=x86_64-unknown-linux-gnu
rounds=${OPENWINHTTP_STRESS_ROUNDS:-10000}
out=${CARGO_TARGET_DIR:-target}/tsan
case $out in /*) ;; *) out=$PWD/$out ;; esac

if [ ! -x "$rustc" ] || [ ! -f "$("$rustc" --print sysroot)/lib/rustlib/src/rust/library/std/Cargo.toml" ]; then
    echo "tsan.sh: installing rustc-web and rust-web-src"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rustc-web rust-web-src
fi
runtime=$(ls "$(env -u RUSTC rustc --print sysroot)"/lib/rustlib/$target/lib/librustc-*_rt.tsan.a | head -n 1)

# The executable carries the runtime and exports it; the library leaves the names open. A target given by name keeps build
# scripts uninstrumented.
export RUSTC="$rustc" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$out" CARGO_PROFILE_DEV_OPT_LEVEL=1
export RUSTFLAGS="-Zsanitizer=thread -Zexternal-clangrt"
build="cargo rustc --quiet -Zbuild-std=std,panic_unwind,test --target $target -p websocket-dll"
$build --lib --crate-type cdylib
$build --test stress -- \
    -Zpre-link-arg=-Wl,--whole-archive -Zpre-link-arg="$runtime" -Zpre-link-arg=-Wl,--no-whole-archive \
    -Clink-arg=-rdynamic -Clink-arg=-lm -Clink-arg=-lpthread -Clink-arg=-ldl -Clink-arg=-lc
test=$(ls -t "$out/$target/debug/deps/"stress-* | grep -v '\.d$' | head -n 1)

export OPENWINHTTP_WEBSOCKET_LIB="$out/$target/debug/libwebsocket.so"
export TSAN_OPTIONS="halt_on_error=0 exitcode=66 ${TSAN_OPTIONS:-}"
nm -D "$OPENWINHTTP_WEBSOCKET_LIB" | grep -q ' U __tsan_write' || {
    echo "tsan.sh: $OPENWINHTTP_WEBSOCKET_LIB is not instrumented" >&2
    exit 2
}

echo "tsan.sh: races on purpose, in the test and between the test and the library"
if OPENWINHTTP_STRESS_RACE=1 OPENWINHTTP_STRESS_ROUNDS=1000 "$test" >"$out/planted.log" 2>&1; then
    echo "tsan.sh: ThreadSanitizer missed the planted races" >&2
    exit 1
fi
for evidence in 'WARNING: ThreadSanitizer: data race' 'libwebsocket.so'; do
    grep -q "$evidence" "$out/planted.log" || {
        cat "$out/planted.log" >&2
        echo "tsan.sh: failed, but the planted races were not seen: no '$evidence'" >&2
        exit 1
    }
done

echo "tsan.sh: $rounds rounds as they are"
OPENWINHTTP_STRESS_ROUNDS=$rounds "$test" --nocapture
echo "tsan.sh: the planted races were found, nothing else was"
