#!/usr/bin/env bash
# What a start of the command costs: time and peak memory of "containertrust show" of ten scopes, beside podman's and beside a start that does nothing.
# Usage: bench/start.sh [--quick]       Needs podman (with gpg2) and out/cli/containertrust.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
size "$@"
our_command
need podman
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
podman_storage "$work"
a_policy 10 one "$work"

# peak COMMAND...: kilobytes of memory at most in use. The output goes into a pipe that is full already, so that the process waits, all its work done, to be looked at.
mkfifo "$work/pipe"
exec 3<>"$work/pipe"
head -c 65536 /dev/zero >&3
peak() {
    local process last=0 now still=0
    "$@" >&3 2>/dev/null &
    process=$!
    while [ "$still" -lt 4 ]; do
        sleep 0.05
        now=$(awk '/^VmHWM/ { print $2 }' "/proc/$process/status" 2>/dev/null) || return 1
        if [ "$now" = "$last" ] && grep -q '^State:.S' "/proc/$process/status"; then still=$((still + 1)); else still=0; fi
        last=$now
    done
    kill "$process"
    wait "$process" 2>/dev/null || true
    echo "$last"
}

theirs=(podman image trust show --policypath "$work/policy.json" --registrypath "$work/registries.d")
ours=("$TOOL" show --policy "$work/policy.json" --registries-d "$work/registries.d")
rounds=31
$QUICK && rounds=3
for _ in $(seq "$rounds"); do
    seconds "${ours[@]}" >>"$work/ours"
    seconds /bin/true >>"$work/true"
done
us=$(median <"$work/ours") bare=$(median <"$work/true")
row "start of show, ten scopes, beside /bin/true" "$(milliseconds "$us")" "$(milliseconds "$bare")" "$(quotient "$us" "$bare")" "-"
us=$(peak "${ours[@]}") them=$(peak "${theirs[@]}")
row "peak memory of show, ten scopes, beside podman image trust show" "$(quotient "$us" 1024) MB" "$(quotient "$them" 1024) MB" "$(quotient "$them" "$us")" "-"
