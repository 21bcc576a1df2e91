# To be sourced by the scripts beside it.
#   size "$@"                              takes --quick off the arguments: QUICK is then true, REST has the others
#   need COMMAND [WHY]                     ends the script as skipped (exit code 3) where a command is not installed
#   row WHAT OURS THEIRS RATIO WANTED      a line of the table; for bench/run.sh also into the file BENCH_ROWS
#   skip WHAT REASON                       the same for what cannot be measured here
#   median                                 the median of the numbers on standard input
#   seconds COMMAND...                     the wall time of one run; the clock is bash's own, so that no other process is measured along
export LC_ALL=C
QUICK=false REST=()

size() {
    local argument
    for argument in "$@"; do
        if [ "$argument" = --quick ]; then QUICK=true; else REST+=("$argument"); fi
    done
}

skip() {
    printf 'SKIPPED %s: %s\n' "$1" "$2"
    [ -z "${BENCH_ROWS:-}" ] || printf '%s\t-\t-\t-\tskipped: %s\n' "$1" "$2" >>"$BENCH_ROWS"
}

need() {
    command -v "$1" >/dev/null 2>&1 && return 0
    skip "$(basename "$0")" "$1 is not installed${2:+ ($2)}"
    exit 3
}

row() {
    printf '%s: %s beside %s; ratio %s (wanted: %s)\n' "$@"
    [ -z "${BENCH_ROWS:-}" ] || printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$BENCH_ROWS"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

seconds() {
    local start=${EPOCHREALTIME/./} end
    "$@" >/dev/null 2>&1 || { echo "failed: $*" >&2; return 1; }
    end=${EPOCHREALTIME/./}
    printf '%d.%06d\n' $(((end - start) / 1000000)) $(((end - start) % 1000000))
}

# quotient A B: with one digit after the point where it is large, else two; an error where one is not a positive number
quotient() { awk -v a="$1" -v b="$2" 'BEGIN { if (!(a > 0 && b > 0)) exit 1; r = a / b; printf (r < 10 ? "%.2f" : "%.1f"), r }'; }

milliseconds() { awk -v s="$1" 'BEGIN { printf "%.1f ms", s * 1000 }'; }

# our_command: sets TOOL to the published command
our_command() {
    TOOL=$PWD/out/cli/containertrust
    [ -x "$TOOL" ] || { echo "Build first: dotnet publish src/ContainerTrust.Cli -c Release" >&2; exit 1; }
}

# a_policy SCOPES one|own DIRECTORY: policy.json with keys, and registries.d, each scope with a key file of its own or all with the same
a_policy() {
    mkdir -p "$3/registries.d" "$3/keys"
    awk -v n="$1" -v mode="$2" -v dir="$3" 'BEGIN {
        printf "{\n    \"default\": [\n        {\n            \"type\": \"reject\"\n        }\n    ],\n    \"transports\": {\n        \"docker\": {\n"
        for (i = 1; i <= n; i++) {
            key = mode == "own" ? dir "/keys/" i ".asc" : dir "/key.asc"
            printf "            \"registry%d.example.com\": [\n                {\n                    \"type\": \"signedBy\",\n", i
            printf "                    \"keyType\": \"GPGKeys\",\n                    \"keyPath\": \"%s\"\n                }\n            ]%s\n", key, i < n ? "," : ""
        }
        printf "        }\n    }\n}\n"
    }' >"$3/policy.json"
    awk -v n="$1" 'BEGIN {
        print "docker:"
        for (i = 1; i <= n; i++) {
            store = "https://store" i ".example.com/sigstore"
            printf "  registry%d.example.com:\n    lookaside: %s\n    sigstore: %s\n", i, store, store
        }
    }' >"$3/registries.d/all.yaml"
    cp samples/keys/sample.asc "$3/key.asc"
    if [ "$2" = own ]; then for i in $(seq "$1"); do cp samples/keys/sample.asc "$3/keys/$i.asc"; done; fi
}

# podman wants a storage of its own even to show trust.
podman_storage() {
    export CONTAINERS_STORAGE_CONF="$1/storage.conf"
    printf '[storage]\ndriver = "vfs"\nrunroot = "%s/run"\ngraphroot = "%s/graph"\n' "$1" "$1" >"$CONTAINERS_STORAGE_CONF"
}

# program ARGUMENT...: the program for what is measured in process
program() {
    local arguments=(--project bench/ContainerTrust.Bench -c Release)
    # The test command has built it.
    [ -z "${BENCH_BUILT:-}" ] || arguments+=(--no-build)
    $QUICK && set -- "$@" --quick
    dotnet run "${arguments[@]}" -- "$@"
}
