#!/usr/bin/env bash
# Get of 10,000 scopes with 10,000 sections, in process (BenchmarkDotNet), beside the bare parse of the same bytes.
# Usage: bench/get.sh [--quick]
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
. scripts/environment.sh
size "$@"
use_dotnet
program get
