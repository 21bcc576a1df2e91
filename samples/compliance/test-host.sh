#!/bin/sh
# Checks the image trust of this host, for hosts without PowerShell, and writes reports for people and pipelines.
# Usage: test-host.sh DIRECTORY [OPTION OF "containertrust test"]...
# Exit codes are those of the command: 0 compliant, 3 not compliant, 1 could not be checked, 2 wrong usage.
set -u
umask 022
if [ $# -lt 1 ]; then
    echo "usage: test-host.sh DIRECTORY [OPTION]..." >&2
    exit 2
fi
directory=$1
shift
command=${CONTAINERTRUST:-containertrust}
mkdir -p -- "$directory" || exit 1
code=0
for report in report.html report.xml report.json; do
    "$command" test "$@" --output "$directory/$report"
    result=$?
    # The worst of the three counts: a report that could not be written must not pass for a compliant host.
    case $result in
        0) ;;
        3) [ "$code" -ne 0 ] || code=3 ;;
        *) exit "$result" ;;
    esac
done
"$command" test "$@" --format text
exit "$code"
