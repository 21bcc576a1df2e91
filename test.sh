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

# Side by side, as each of them waits for other processes now and then; what each says comes in this order when all are done.
step "Tests (conformance; engine, then fuzz targets; PowerShell; side by side)"
logs=$(mktemp -d)

# processor_seconds: the sum of two numbers, whole
processor_seconds() { awk '{ printf "%d", $1 + $2 }'; }

# run_project NAME: runs a project of tests; its output, exit code, seconds and seconds of processor time are left in logs
run_project() {
    local start=$SECONDS TIMEFORMAT='%U %S' code
    # Long before anybody loses patience: a test that hangs is a failure with a log, and not a run without an end.
    { time timeout --kill-after=60 3000 dotnet test "tests/$1" -c Release --no-build --logger "console;verbosity=normal" \
        >"$logs/$1.log" 2>&1; } 2>"$logs/$1.time"
    code=$?
    echo "$code $((SECONDS - start)) $(processor_seconds <"$logs/$1.time")" >"$logs/$1.end"
}

# Two files at a time, the two that take longest first: most of the time such a test waits for another process.
run_pester() {
    mkdir "$logs/pester"
    # shellcheck disable=SC2016
    { ls tests/Pester/Fleet.Tests.ps1 tests/Pester/Help.Tests.ps1; ls -S tests/Pester/*.Tests.ps1 | grep -vE '/(Fleet|Help)'; } | xargs -P 2 -I{} bash -c \
        'log=$2/$(basename "$1" .Tests.ps1)
         TIMEFORMAT="Seconds: %0R s, processor %0U s + %0S"
         { time timeout --kill-after=60 2400 "$PWSH" -NoProfile -NonInteractive -File tests/Pester/Run.ps1 -Path "$1" >"$log" 2>&1; } 2>>"$log"' \
        _ {} "$logs/pester"
}

run_pester &
{ run_project ContainerTrust.Engine.Tests; run_project ContainerTrust.Fuzz.Tests; } &
run_project ContainerTrust.Conformance.Tests
wait

# slowest LOG: the ten tests that took longest
slowest() {
    awk '/^ +Passed / && match($0, /\[([0-9]+ h )?([0-9]+ m )?[0-9]+ s\]$/) {
            n = split(substr($0, RSTART + 1, RLENGTH - 2), part, " "); total = 0
            for (i = 1; i < n; i += 2) total += part[i] * (part[i + 1] == "h" ? 3600 : part[i + 1] == "m" ? 60 : 1)
            name = $2; sub(/\(.*/, "", name); sub(/^ContainerTrust\.[A-Za-z]+\.Tests\./, "", name)
            printf "  %4d s  %s\n", total, name }' "$1" | sort -rn | head -n 10
}

for project in tests/*/*.Tests.csproj; do
    project=$(basename "$project" .csproj)
    log=$logs/$project.log
    # A project that nobody started above has no log, and fails.
    read -r code seconds processor < <(cat "$logs/$project.end" || echo 1 0 0)
    printf '\n== %s (took %d s, processor %d s)\n' "$project" "$seconds" "$processor"
    # What passed is only counted; what failed or was skipped is shown with its reason.
    grep -vE '^ +Passed ' "$log" | grep -vE '^(VSTest|Starting test|A total of|Test run for|\[xUnit)' | sed '/^$/d'
    total() { sed -nE "s/^ +$1: ([0-9]+).*/\1/p" "$log" | tail -n 1; }
    p=$(total Passed) f=$(total Failed) s=$(total Skipped)
    if [ "$code" -ne 0 ] && [ "${f:-0}" -eq 0 ]; then f=1; fi
    add "${p:-0}" "${f:-0}" "${s:-0}"
    echo "Slowest:"
    slowest "$log"
done

printf '\n== PowerShell\n'
for log in "$logs"/pester/*; do
    read -r p f s < <(sed -nE 's/^Pester: ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log" | tail -n 1)
    if [ -z "${p:-}" ]; then p=0 f=1 s=0; fi
    name="$(basename "$log") ($(sed -n 's/^Seconds: //p' "$log") s)"
    # Of what passed the count is enough.
    if [ "$f" -eq 0 ]; then sed -nE "/^SKIPPED/p; s/^Pester: /$name: /p" "$log"; else sed "/^Seconds: /d; s/^Pester: /$name: /" "$log"; fi
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
