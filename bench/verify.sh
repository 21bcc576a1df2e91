#!/usr/bin/env bash
# Verifying image signatures: beside openssl's bare arithmetic, beside skopeo as a process an image, and a thousand images in a registry on loopback;
# all in one run. Needs openssl, gpg, skopeo and docker-registry.
# Usage: bench/verify.sh
set -eu
cd "$(dirname "$0")/.."
exec dotnet run --project bench/ContainerTrust.Bench -c Release -- verify
