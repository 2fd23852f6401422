#!/bin/sh
# Miri on the tests of the safe crates and of the handle table, where a toolchain with Miri is installed.
#
# The tests take smaller sizes under cfg!(miri). Masking is tested as portable code: Miri knows no AVX.
#
# MIRI_TOOLCHAIN: the toolchain, default nightly.
set -eu
cd "$(dirname "$0")/.."

toolchain=${MIRI_TOOLCHAIN:-nightly}
if ! version=$(cargo "+$toolchain" miri --version 2>/dev/null); then
    echo "miri.sh: NOT RUN: the toolchain '$toolchain' has no component miri (rustup component add miri --toolchain $toolchain)"
    exit 0
fi
echo "miri.sh: $version"

# Isolation is off for the system's random source and for the clock of the test runner.
export MIRIFLAGS="-Zmiri-disable-isolation ${MIRIFLAGS:-}"
miri() {
    echo "miri.sh: $*"
    cargo "+$toolchain" miri test --quiet --package "$@"
}
miri ws-mask --lib
# The handshake's tests of huge inputs are left out: they would take long, and there is no unsafe code in them.
miri ws-proto --lib --test receiver --test sender
miri handle-table --lib
miri websocket-component --lib --test component
echo "miri.sh: no undefined behaviour"
