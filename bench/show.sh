#!/usr/bin/env bash
# containertrust show beside podman image trust show, as whole processes, in turn, in one run.
# Usage: bench/show.sh [--quick] [scopes ...]      (default: 10 1000 10000; with --quick: 10)
# Needs podman (with gpg2) and out/cli/containertrust (dotnet publish src/ContainerTrust.Cli -c Release).
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
size "$@"
our_command
need podman
need gpg2 "podman calls it"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
podman_storage "$work"

wanted() {
    case $1-$2 in
    10-*) echo "at least 8" ;;
    1000-one) echo "at least 200" ;;
    1000-own) echo "at least 80" ;;
    *) echo "-" ;;
    esac
}

sizes=${REST[*]:-$($QUICK && echo 10 || echo 10 1000 10000)}
for scopes in $sizes; do
    for mode in one own; do
        dir="$work/$scopes-$mode"
        a_policy "$scopes" "$mode" "$dir"
        rounds=$((scopes <= 10 ? 21 : scopes <= 1000 ? 3 : 1))
        $QUICK && rounds=2
        theirs=("$dir/theirs" podman image trust show --policypath "$dir/policy.json" --registrypath "$dir/registries.d")
        ours=("$dir/ours" "$TOOL" show --policy "$dir/policy.json" --registries-d "$dir/registries.d")
        for _ in $(seq "$rounds"); do
            seconds "${theirs[@]:1}" >>"$theirs"
            for _ in 1 2 3; do seconds "${ours[@]:1}" >>"$ours"; done
        done
        them=$(median <"$theirs") us=$(median <"$ours")
        keys=$([ "$mode" = one ] && echo "one key file" || echo "a key file each")
        row "show of $scopes scopes, $keys, beside podman image trust show" "$(milliseconds "$us")" "$(milliseconds "$them")" \
            "$(quotient "$them" "$us")" "$(wanted "$scopes" "$mode")"
    done
done
