#!/usr/bin/env bash
# Verifying image signatures: beside openssl's bare arithmetic, beside skopeo as a process an image, and many images in a registry on loopback;
# all in one run. Needs openssl, gpg, skopeo and docker-registry.
# Usage: bench/verify.sh [--quick]
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
. scripts/environment.sh
size "$@"
for tool in openssl gpg skopeo docker-registry; do need "$tool"; done
use_dotnet
program verify
program sigstore
program keyring
