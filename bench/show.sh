#!/usr/bin/env bash
# containertrust show against podman image trust show, as whole processes, in turn, in one run.
# Usage: bench/show.sh [scopes ...]      (default: 10 1000 10000)
# Needs podman (with gpg2) and out/cli/containertrust (dotnet publish src/ContainerTrust.Cli -c Release).
set -eu
cd "$(dirname "$0")/.."
tool=$PWD/out/cli/containertrust
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -x "$tool" ] || { echo "build first: dotnet publish src/ContainerTrust.Cli -c Release"; exit 1; }
command -v podman >/dev/null || { echo "podman is not installed"; exit 1; }

# podman wants a storage of its own even to show trust.
export CONTAINERS_STORAGE_CONF="$work/storage.conf"
printf '[storage]\ndriver = "vfs"\nrunroot = "%s/run"\ngraphroot = "%s/graph"\n' "$work" "$work" >"$CONTAINERS_STORAGE_CONF"

# seconds COMMAND...: wall time of one run; the clock is bash's own, so that no other process is measured along
seconds() { local start=${EPOCHREALTIME/./} end; "$@" >/dev/null 2>&1; end=${EPOCHREALTIME/./}; printf '%d.%06d' $(((end - start) / 1000000)) $(((end - start) % 1000000)); }
median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

generate() { # scopes one|own directory
    awk -v n="$1" -v mode="$2" -v dir="$3" 'BEGIN {
        printf "{\n    \"default\": [\n        {\n            \"type\": \"reject\"\n        }\n    ],\n    \"transports\": {\n        \"docker\": {\n"
        for (i = 1; i <= n; i++) {
            key = mode == "own" ? dir "/keys/" i ".asc" : dir "/key.asc"
            printf "            \"registry%d.example.com\": [\n                {\n                    \"type\": \"signedBy\",\n                    \"keyType\": \"GPGKeys\",\n                    \"keyPath\": \"%s\"\n                }\n            ]%s\n", i, key, i < n ? "," : ""
        }
        printf "        }\n    }\n}\n"
    }' >"$3/policy.json"
    mkdir -p "$3/registries.d" "$3/keys"
    awk -v n="$1" 'BEGIN { print "docker:"; for (i = 1; i <= n; i++) printf "  registry%d.example.com:\n    lookaside: https://store%d.example.com/sigstore\n    sigstore: https://store%d.example.com/sigstore\n", i, i, i }' >"$3/registries.d/all.yaml"
    cp samples/keys/sample.asc "$3/key.asc"
    if [ "$2" = own ]; then for i in $(seq "$1"); do cp samples/keys/sample.asc "$3/keys/$i.asc"; done; fi
}

printf '%8s %-9s %12s %12s %9s\n' scopes keys podman containertrust ratio
for scopes in ${*:-10 1000 10000}; do
    for mode in one own; do
        dir="$work/$scopes-$mode"
        mkdir -p "$dir"
        generate "$scopes" "$mode" "$dir"
        rounds=$((scopes <= 10 ? 15 : scopes <= 1000 ? 3 : 1))
        : >"$work/theirs"; : >"$work/ours"
        for _ in $(seq "$rounds"); do
            seconds podman image trust show --policypath "$dir/policy.json" --registrypath "$dir/registries.d" >>"$work/theirs"; echo >>"$work/theirs"
            for _ in 1 2 3; do seconds "$tool" show --policy "$dir/policy.json" --registries-d "$dir/registries.d" >>"$work/ours"; echo >>"$work/ours"; done
        done
        theirs=$(median <"$work/theirs") ours=$(median <"$work/ours")
        awk -v s="$scopes" -v m="$mode" -v t="$theirs" -v o="$ours" 'BEGIN { printf "%8d %-9s %10.3f s %10.3f s %8.1fx\n", s, m == "one" ? "one file" : "one each", t, o, t / o }'
    done
done
