#!/bin/sh
# find-toolchain.sh [COMPILER]: prints the first C compiler (COMPILER, or clang, or gcc) that links a program with what the .NET native compiler hands it,
# where its symbols can be stripped too. Prints nothing where there is none: an installed compiler alone is not enough, it may have no linker or headers.
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
command -v objcopy >/dev/null || command -v llvm-objcopy >/dev/null || exit 1
printf '#include <stdlib.h>\nint main(void) { return EXIT_SUCCESS; }\n' >"$scratch/probe.c"
for compiler in ${1:-clang gcc}; do
    command -v "$compiler" >/dev/null || continue
    if "$compiler" "$scratch/probe.c" -o "$scratch/probe" -gz=zlib -fuse-ld=bfd -pthread -ldl -lrt -lm -pie -fPIE -Wl,-z,relro -Wl,-z,now >&2; then
        echo "$compiler"
        exit 0
    fi
done
exit 1
