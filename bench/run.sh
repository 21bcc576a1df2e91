#!/usr/bin/env bash
# Runs every measurement and prints one table. For figures worth quoting: a machine that does nothing else, and the full size.
# Usage: bench/run.sh [--quick] [NAME ...]       NAME: show, start, standalone, import, get, verify, mirror, fleet (default: all)
# --quick is for the test command: seconds in place of minutes, and the figures mean nothing; each must still come to its ratio.
# The last line is "Bench: N passed, N failed, N skipped"; the exit code is 0 only if nothing failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. bench/common.sh
size "$@"
names=("${REST[@]}")
[ ${#names[@]} -gt 0 ] || names=(show start standalone import get verify mirror fleet)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
: >"$work/all"
for name in "${names[@]}"; do
    export BENCH_ROWS="$work/$name"
    : >"$BENCH_ROWS"
    arguments=()
    $QUICK && arguments=(--quick)
    bash "bench/$name.sh" "${arguments[@]}" >"$work/log" 2>&1
    code=$?
    if [ "$code" -eq 3 ]; then
        skipped=$((skipped + 1))
        grep '^SKIPPED' "$work/log"
    # A measurement that ends well without a ratio has measured nothing.
    elif [ "$code" -eq 0 ] && awk -F "\t" '$4 + 0 > 0 { found = 1 } END { exit !found }' "$BENCH_ROWS"; then
        passed=$((passed + 1))
        $QUICK || cat "$work/log"
    else
        failed=$((failed + 1))
        echo "FAILED bench/$name.sh (exit code $code):"
        cat "$work/log"
    fi
    cat "$BENCH_ROWS" >>"$work/all"
done
echo
awk -F '\t' '
    BEGIN { rows = 0 }
    function note(i, text) { cell[rows, i] = text; if (length(text) > width[i]) width[i] = length(text) }
    NR == 1 { note(1, "what"); note(2, "ours"); note(3, "theirs"); note(4, "ratio"); note(5, "wanted"); rows++ }
    { for (i = 1; i <= 5; i++) note(i, $i); rows++ }
    END { for (r = 0; r < rows; r++) printf "%-*s  %*s  %*s  %*s  %s\n", width[1], cell[r, 1], width[2], cell[r, 2], width[3], cell[r, 3], width[4], cell[r, 4], cell[r, 5] }
' "$work/all"
echo
echo "Bench: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
