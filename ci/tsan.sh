#!/bin/sh
# The stress test of websocket.dll (crates/websocket-dll/tests/stress.rs) under ThreadSanitizer: first with races on purpose,
# which must be found, then as it is, which must be clean. Then the close races of winhttp.dll
# (crates/winhttp-dll/tests/close_races.rs), again first with a race on purpose.
#
# The standard library has to be instrumented too, else its locks and reference counts look like races. Its source comes
# from Debian's rustc-web and rust-web-src, the runtime of the sanitizer from the rustup toolchain.
#
# OPENWINHTTP_STRESS_ROUNDS: rounds of the stress test, default 10000; OPENWINHTTP_RACE_ROUNDS: of the close races, default
# 2000. `tsan.sh websocket` and `tsan.sh winhttp` run one of them.
set -eu
cd "$(dirname "$0")/.."

rustc=${TSAN_RUSTC:-/usr/bin/rustc}
target=x86_64-unknown-linux-gnu
rounds=${OPENWINHTTP_STRESS_ROUNDS:-10000}
races=${OPENWINHTTP_RACE_ROUNDS:-2000}
only=${1:-}
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
export TSAN_OPTIONS="halt_on_error=0 exitcode=66 ${TSAN_OPTIONS:-}"

# Builds library $2 and test $3 of package $1; sets `library` and `test`.
build() {
    build="cargo rustc --quiet -Zbuild-std=std,panic_unwind,test --target $target -p $1"
    $build --lib --crate-type cdylib
    $build --test "$3" -- \
        -Zpre-link-arg=-Wl,--whole-archive -Zpre-link-arg="$runtime" -Zpre-link-arg=-Wl,--no-whole-archive \
        -Clink-arg=-rdynamic -Clink-arg=-lm -Clink-arg=-lpthread -Clink-arg=-ldl -Clink-arg=-lc
    test=$(ls -t "$out/$target/debug/deps/$3"-* | grep -v '\.d$' | head -n 1)
    library="$out/$target/debug/$2"
    nm -D "$library" | grep -q ' U __tsan_write' || {
        echo "tsan.sh: $library is not instrumented" >&2
        exit 2
    }
}

# Runs the test with a race between it and library $1, which must be seen.
planted() {
    echo "tsan.sh: races on purpose, between the test and $1"
    if "$test" >"$out/planted.log" 2>&1; then
        echo "tsan.sh: ThreadSanitizer missed the planted races" >&2
        exit 1
    fi
    for evidence in 'WARNING: ThreadSanitizer: data race' "$1"; do
        grep -q "$evidence" "$out/planted.log" || {
            cat "$out/planted.log" >&2
            echo "tsan.sh: failed, but the planted races were not seen: no '$evidence'" >&2
            exit 1
        }
    done
}

if [ "$only" != winhttp ]; then
    build websocket-dll libwebsocket.so stress
    export OPENWINHTTP_WEBSOCKET_LIB="$library"
    (
        export OPENWINHTTP_STRESS_RACE=1 OPENWINHTTP_STRESS_ROUNDS=1000
        planted libwebsocket.so
    )
    echo "tsan.sh: $rounds rounds of the stress test as they are"
    OPENWINHTTP_STRESS_ROUNDS=$rounds "$test" --nocapture
fi

if [ "$only" != websocket ]; then
    build winhttp-dll libwinhttp.so close_races
    export OPENWINHTTP_WINHTTP_LIB="$library" OPENWINHTTP_RACE_FREE=1 OPENWINHTTP_RACE_PATIENCE=120
    (
        export OPENWINHTTP_RACE_PLANTED=1 OPENWINHTTP_RACE_ROUNDS=3000
        planted libwinhttp.so
    )
    echo "tsan.sh: $races rounds of the close races as they are"
    OPENWINHTTP_RACE_ROUNDS=$races "$test" --nocapture
fi
echo "tsan.sh: the planted races were found, nothing else was"
