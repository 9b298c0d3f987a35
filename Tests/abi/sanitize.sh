#!/bin/sh
# usage: sanitize.sh address|thread
#
# Builds the library with a sanitizer and runs the C programs c/test_*.c against it, compiled by the same toolchain.
# Its last line is "sanitize.sh: N programs clean"; anything else is a failure.
set -eu
cd "$(dirname "$0")/../.."

sanitizer=$1
scratch=build/$sanitizer
toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")
runtime=$toolchain/lib/swift/linux
work=$PWD/$scratch/programs

swift build --sanitize="$sanitizer" --product workflow --scratch-path "$scratch"
mkdir -p "$work"

# The thread sanitizer's runtime asks for libdispatch, which the library itself does not use.
count=0
for source in Tests/abi/c/test_*.c; do
    program=$work/$(basename "$source" .c)
    "$toolchain/bin/clang" -fsanitize="$sanitizer" -std=c11 -D_GNU_SOURCE -g "$source" -o "$program" -Iinclude \
        -L"$scratch/debug" -L"$runtime" -Wl,-rpath,"$PWD/$scratch/debug" -Wl,-rpath,"$runtime" \
        -lworkflow $(pkg-config --cflags --libs jansson) -pthread \
        -Wl,--no-as-needed -ldispatch -lBlocksRuntime 2>"$program.log" || { cat "$program.log"; exit 1; }
    if ! (cd "$work" && "$program" >"$program.log" 2>&1); then
        cat "$program.log"
        echo "sanitize.sh: $source is not clean under the $sanitizer sanitizer" >&2
        exit 1
    fi
    count=$((count + 1))
done
echo "sanitize.sh: $count programs clean under the $sanitizer sanitizer"
