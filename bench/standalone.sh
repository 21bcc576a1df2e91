#!/usr/bin/env bash
# containertrust verify of one stored signature beside skopeo standalone-verify, as whole processes, in turn, in one run.
# Usage: bench/standalone.sh [--quick]     Needs skopeo, gpg and out/cli/containertrust.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
size "$@"
our_command
need skopeo
need gpg
work=$(mktemp -d)
trap 'gpgconf --homedir "$work/gpg" --kill all 2>/dev/null || true; rm -rf "$work"' EXIT
images=tests/Pester/Images
mkdir -m 700 "$work/gpg"
export GNUPGHOME="$work/gpg"
gpg --batch --quiet --import "$images/release.asc"
fingerprint=$(gpg --batch --with-colons --list-keys | awk -F: '/^fpr/ { print $10; exit }')
files=("$images/app/manifest.json" registry.example.com/app:v1)
theirs=(skopeo standalone-verify "${files[@]}" "$fingerprint" "$images/app/signature-1")
ours=("$TOOL" verify --manifest "${files[0]}" --reference "${files[1]}" --signature "$images/app/signature-1" --key "$images/release.asc")
# Older releases of skopeo do not name the key.
[ "$("${theirs[@]}" | sed 's/.*digest //')" = "$("${ours[@]}" | sed 's/.*digest //')" ] || { echo "The two do not say the same." >&2; exit 1; }
rounds=21
$QUICK && rounds=2
for _ in $(seq "$rounds"); do
    seconds "${theirs[@]}" >>"$work/theirs"
    seconds "${ours[@]}" >>"$work/ours"
done
them=$(median <"$work/theirs") us=$(median <"$work/ours")
row "verify of one stored signature beside skopeo standalone-verify" "$(milliseconds "$us")" "$(milliseconds "$them")" "$(quotient "$them" "$us")" "at least 5"
