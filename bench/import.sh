#!/usr/bin/env bash
# Import-Module and the first formatted Get-ImageTrust, beside the same of a module that does nothing (one cmdlet, one view: ContainerTrust.Bench.Empty).
# Each in a fresh session of the same PowerShell, in turn, measured inside the session; medians, and where the time goes.
# Usage: bench/import.sh [--quick] [rounds]       Needs both modules: dotnet build ContainerTrust.sln -c Release, dotnet publish src/ContainerTrust -c Release.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
. scripts/environment.sh
size "$@"
rounds=${REST[0]:-$($QUICK && echo 2 || echo 15)}
ours=$PWD/out/ContainerTrust empty=$PWD/out/bench/Empty/Empty.psd1
[ -d "$ours" ] || { echo "Build first: dotnet publish src/ContainerTrust -c Release" >&2; exit 1; }
[ -f "$empty" ] || { echo "Build first: dotnet build ContainerTrust.sln -c Release" >&2; exit 1; }
use_dotnet
use_powershell
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/etc/pki" "$work/etc/containers"
cp samples/keys/sample.asc "$work/etc/pki/"
cat >"$work/etc/containers/policy.json" <<'JSON'
{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/sample.asc"}]}}}
JSON

session() { "$PWSH" -NoProfile -NonInteractive -File bench/import.ps1 "$@"; }
# The files are in memory before anything counts.
session "$empty" Get-Nothing >/dev/null
session "$ours" Get-ImageTrust "$work" >/dev/null
for _ in $(seq "$rounds"); do
    session "$empty" Get-Nothing >>"$work/empty"
    session "$ours" Get-ImageTrust "$work" >>"$work/ours"
done

column() { awk -v c="$2" '{ print $c }' "$1" | median; }
difference() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a - b }'; }
for part in 1:import 2:"first call" 3:formatting; do
    printf '%-12s %8.1f ms, of the empty module %8.1f ms\n' "${part#*:}" "$(column "$work/ours" "${part%%:*}")" "$(column "$work/empty" "${part%%:*}")"
done
us=$(column "$work/ours" 4) them=$(column "$work/empty" 4)
echo "difference: $(difference "$us" "$them") ms (wanted: at most 100)"
row "Import-Module and first formatted Get-ImageTrust beside an empty module: $(difference "$us" "$them") ms more" \
    "$us ms" "$them ms" "$(quotient "$us" "$them")" "at most 100 ms more"
