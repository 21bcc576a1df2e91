#!/usr/bin/env bash
# Asking a mirror for a release and its signatures, in a registry on loopback, and saving the signatures, carrying them to another registry and
# verifying them there; beside skopeo copy of signatures. Needs skopeo and docker-registry.
# Usage: bench/mirror.sh [--quick]
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
. scripts/environment.sh
size "$@"
for tool in skopeo docker-registry; do need "$tool"; done
use_dotnet
program mirror
