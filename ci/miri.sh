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
for package in ws-mask ws-proto handle-table websocket-component; do
    echo "miri.sh: $package"
    cargo "+$toolchain" miri test --quiet --package "$package" --lib --tests
done
echo "miri.sh: no undefined behaviour"
