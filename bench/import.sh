#!/usr/bin/env bash
# pwsh with the module imported and Get-ImageTrust run, beside pwsh that does nothing: both in turn, in one run.
# Usage: bench/import.sh [rounds]       Needs pwsh and the built module (dotnet publish src/ContainerTrust -c Release).
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-15}
module=$PWD/out/ContainerTrust
[ -d "$module" ] || { echo "build first: dotnet publish src/ContainerTrust -c Release"; exit 1; }
command -v pwsh >/dev/null || { echo "pwsh is not on the PATH"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/etc/pki" "$work/etc/containers"
cp samples/keys/sample.asc "$work/etc/pki/"
printf '{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/sample.asc"}]}}}\n' >"$work/etc/containers/policy.json"

milliseconds() { local start end; start=$(date +%s%N); "$@" >/dev/null; end=$(date +%s%N); echo $(((end - start) / 1000000)); }
median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

for _ in $(seq "$rounds"); do
    milliseconds pwsh -NoProfile -NonInteractive -c 1 >>"$work/bare"
    milliseconds pwsh -NoProfile -NonInteractive -c "Import-Module '$module'; Get-ImageTrust -Root '$work'" >>"$work/get"
done
bare=$(median <"$work/bare") get=$(median <"$work/get")
echo "pwsh -c 1: $bare ms; with Import-Module and Get-ImageTrust: $get ms; difference: $(awk -v a="$get" -v b="$bare" 'BEGIN { print a - b }') ms"
