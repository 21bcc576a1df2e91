#!/usr/bin/env bash
# Builds everything and runs every test that this machine can run. Needs the .NET SDK, and the package registry for what it restores:
# PowerShell and Pester are among that. The real tools that results are compared with (podman, skopeo, gpg, ...) come from Debian, see .ci/run.
# The last line is "N passed, N failed, N skipped"; the exit code is 0 only if nothing failed.
set -u
cd "$(dirname "$0")" || exit 1
if [ $# -gt 0 ]; then
    echo "test.sh takes no arguments; it runs everything." >&2
    exit 2
fi
export NO_COLOR=1
. scripts/environment.sh

passed=0 failed=0 skipped=0

step() { printf '\n== %s (%d s)\n' "$1" "$SECONDS"; }

# add PASSED FAILED SKIPPED
add() { passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + $3)); }

finish() {
    printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" -eq 0 ]
    exit $?
}

step "Restore"
if ! use_dotnet || ! use_powershell || ! dotnet restore ContainerTrust.sln -v quiet; then
    echo "The packages could not be restored."
    add 0 1 0
    finish
fi
"$PWSH" -NoProfile -NonInteractive -Command '"PowerShell $($PSVersionTable.PSVersion) in $PSHOME"'

step "Build"
if ! dotnet build ContainerTrust.sln -c Release -v quiet ||
   ! dotnet publish src/ContainerTrust.Cli -c Release -v quiet ||
   ! dotnet publish src/ContainerTrust -c Release -v quiet; then
    echo "The build failed."
    add 0 1 0
    finish
fi

if [ -e out/cli/containertrust.dll ]; then
    echo "Command: a directory with its runtime (ReadyToRun), $(du -sm out/cli | cut -f 1) MB; its tests run against that"
else
    echo "Command: one native file, $(du -m out/cli/containertrust | cut -f 1) MB; its tests run against that"
fi

for project in tests/*/*.Tests.csproj; do
    step "$(basename "$project" .csproj)"
    log=$(mktemp)
    dotnet test "$project" -c Release --no-build --logger "console;verbosity=normal" >"$log" 2>&1
    code=$?
    # What passed is only counted; what failed or was skipped is shown with its reason.
    grep -vE '^ +Passed ' "$log" | grep -vE '^(VSTest|Starting test|A total of|Test run for|\[xUnit)' | sed '/^$/d'
    total() { sed -nE "s/^ +$1: ([0-9]+).*/\1/p" "$log" | tail -n 1; }
    p=$(total Passed) f=$(total Failed) s=$(total Skipped)
    if [ "$code" -ne 0 ] && [ "${f:-0}" -eq 0 ]; then f=1; fi
    add "${p:-0}" "${f:-0}" "${s:-0}"
    rm -f "$log"
done

step "PowerShell"
# Two files at a time, that of the help, which takes longest, first: most of the time such a test waits for another process.
logs=$(mktemp -d)
# shellcheck disable=SC2016
{ ls tests/Pester/Help.Tests.ps1; ls -S tests/Pester/*.Tests.ps1 | grep -v /Help; } | xargs -P 2 -I{} sh -c \
    '"$PWSH" -NoProfile -NonInteractive -File tests/Pester/Run.ps1 -Path "$1" >"$2/$(basename "$1" .Tests.ps1)" 2>&1' _ {} "$logs"
for log in "$logs"/*; do
    read -r p f s < <(sed -nE 's/^Pester: ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log" | tail -n 1)
    if [ -z "${p:-}" ]; then p=0 f=1 s=0; fi
    # Of what passed the count is enough.
    if [ "$f" -eq 0 ]; then sed -nE "/^SKIPPED/p; s/^Pester: /$(basename "$log"): /p" "$log"; else sed "s/^Pester: /$(basename "$log"): /" "$log"; fi
    add "$p" "$f" "$s"
    p=
done
rm -rf "$logs"

step "Scripts and help pages"
# Exit code 3: skipped, for want of a tool that no package registry has; its line says which.
for task in Analyze Help; do
    "$PWSH" -NoProfile -NonInteractive -File build.ps1 -Task "$task"
    case $? in
    0) add 1 0 0 ;;
    3) add 0 0 1 ;;
    *) add 0 1 0 ;;
    esac
done

step "Bench"
# In a size that takes seconds: that each measurement still comes to its ratio, not what it is.
log=$(mktemp)
BENCH_BUILT=1 bash bench/run.sh --quick >"$log" 2>&1
read -r p f s < <(sed -nE 's/^Bench: ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log")
add "${p:-0}" "${f:-1}" "${s:-0}"
cat "$log"
rm -f "$log"

finish
