#!/bin/sh
# A short run of the fuzz targets in fuzz/, under AddressSanitizer; fails if one of them crashes.
#
#     ci/fuzz.sh                  20 seconds a target, three times that for the sequences of calls
#     ci/fuzz.sh 600              so many seconds a target
#     ci/fuzz.sh 60 frames utf8   only these
#
# What was found worth keeping stays in fuzz/corpus (not in the repository) and is where the next run begins, besides
# fuzz/seeds. A crash leaves its input in fuzz/artifacts; repeat it with
#     RUSTC_BOOTSTRAP=1 cargo fuzz run TARGET fuzz/artifacts/TARGET/crash-...
set -eu
cd "$(dirname "$0")/.."

seconds=20
if [ $# -gt 0 ]; then
    seconds=$1
    shift
fi
all="frames client_handshake server_handshake utf8 mask http1_response crack_url add_headers calls abi_calls"
chosen=${*:-$all}
# cargo-fuzz needs nightly flags; RUSTC_BOOTSTRAP lets the stable toolchain take them.
export RUSTC_BOOTSTRAP=1
export CARGO_TERM_COLOR=never
version=0.13.2
triple=x86_64-unknown-linux-gnu
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/fuzz/target}"

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "fuzz.sh: installing cargo-fuzz $version"
    cargo install cargo-fuzz --version "$version" --locked --quiet
fi
echo "fuzz.sh: $(cargo fuzz --version), $(rustc --version), building"
mkdir -p fuzz/artifacts
if ! cargo fuzz build >fuzz/artifacts/build.log 2>&1; then
    cat fuzz/artifacts/build.log >&2
    exit 1
fi
bin="$CARGO_TARGET_DIR/$triple/release"

run() {
    target=$1
    limit=$seconds
    extra=
    case $target in
        # Long sequences from the start: what goes wrong takes many calls.
        calls) limit=$((seconds * 3)) extra="-len_control=0 -max_len=800" ;;
        abi_calls) extra="-len_control=0 -max_len=1500" ;;
        # Long inputs, so that work that is not linear shows as a time-out.
        *_handshake) extra="-dict=fuzz/handshake.dict -max_len=16384" ;;
        frames) extra="-max_len=2048" ;;
    esac
    mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target"
    dirs="fuzz/corpus/$target"
    if [ -d "fuzz/seeds/$target" ]; then dirs="$dirs fuzz/seeds/$target"; fi
    log="fuzz/artifacts/$target.log"
    # shellcheck disable=SC2086 # lists of options
    if "$bin/$target" -max_total_time="$limit" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="fuzz/artifacts/$target/" \
        $extra $dirs >"$log" 2>&1; then
        coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1)
        echo "fuzz.sh: $target: $(tail -n 1 "$log"), $coverage, no crash"
    else
        echo "fuzz.sh: $target FAILED" >&2
        grep -A 5 -m 1 -E 'panicked|ERROR: ' "$log" >&2 || true
        tail -n 5 "$log" >&2
        return 1
    fi
}

# Two at a time, the long ones beside the short ones.
lane() {
    failed=0
    for target in "$@"; do
        case " $chosen " in
            *" $target "*) run "$target" || failed=1 ;;
        esac
    done
    return $failed
}
for target in $chosen; do
    case " $all " in
        *" $target "*) ;;
        *) echo "fuzz.sh: no target $target; there are: $all" >&2; exit 2 ;;
    esac
done
lane calls abi_calls &
other=$!
failed=0
lane frames client_handshake server_handshake utf8 mask http1_response crack_url add_headers || failed=1
wait $other || failed=1
if [ $failed -ne 0 ]; then exit 1; fi
echo "fuzz.sh: no crash"
