#!/usr/bin/env bash
# Fuzzes one target, or all one after the other, with afl-fuzz (Debian: afl++).
# Usage: fuzz/run.sh TARGET [SECONDS]     60 seconds if they are not given
#        fuzz/run.sh --all SECONDS        so many for each
#        fuzz/run.sh --check TARGET       judges the findings of the last run again, and says what is wrong
#        fuzz/run.sh --grow TARGET [BYTES] looks for inputs whose cost grows faster than their length; needs no afl-fuzz
# The last line of a target is "Fuzz: TARGET, N s, N executions, N paths, N findings"; the exit code is 0 only if nothing was found.
# What was found is in out/fuzz/TARGET/afl/default/crashes and hangs. A run begins with what the last one has learned; FUZZ_FRESH=1
# forgets that.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/environment.sh
# What hostile input reaches: our reader, and the libraries that it hands input to.
instrumented="ContainerTrust.Engine.dll YamlDotNet.dll BouncyCastle.Cryptography.dll"
program=out/fuzz/program

# The build of the solution stays as it is: a copy is instrumented.
prepare_program() {
    local built file
    use_dotnet || return 1
    if ! command -v afl-fuzz >/dev/null 2>&1; then
        echo "afl-fuzz is not installed (Debian: apt-get install afl++)." >&2
        return 1
    fi
    dotnet build fuzz/ContainerTrust.Fuzz -c Release -v quiet -p:RunAnalyzers=false >&2 || return 1
    built=fuzz/ContainerTrust.Fuzz/bin/Release/net10.0
    if [ -e "$program/done" ] && ! [ "$built/ContainerTrust.Fuzz.dll" -nt "$program/done" ] &&
        ! [ "$built/ContainerTrust.Engine.dll" -nt "$program/done" ]; then
        return 0
    fi
    rm -rf "$program"
    mkdir -p "$(dirname "$program")"
    cp -r "$built" "$program"
    for file in $instrumented; do
        dotnet "$built/ContainerTrust.Fuzz.dll" instrument "$program/$file" || return 1
    done
    touch "$program/done"
}

# stat_of NAME DIRECTORY: a figure of afl-fuzz
stat_of() { sed -nE "s/^$1 +: *([^ ]+).*/\1/p" "$2/afl/default/fuzzer_stats" 2>/dev/null; }

fuzz() {
    local target=$1 seconds=$2 directory=out/fuzz/$1 length input found
    length=$(dotnet "$program/ContainerTrust.Fuzz.dll" list | sed -nE "s/^$target ([0-9]+)$/\1/p")
    if [ -z "$length" ]; then
        echo "There is no target '$target'. There are:" >&2
        dotnet "$program/ContainerTrust.Fuzz.dll" list | cut -d ' ' -f 1 >&2
        return 2
    fi
    [ -z "${FUZZ_FRESH:-}" ] || rm -rf "$directory"
    input=-
    if [ ! -d "$directory/afl/default/queue" ] || [ ! -d "$directory/trust" ]; then
        rm -rf "$directory"
        mkdir -p "$directory"
        dotnet "$program/ContainerTrust.Fuzz.dll" prepare "$target" "$directory" || return 1
        input=$directory/seeds
    fi
    # The target itself watches time and memory, in processor time; afl's own limit is for what never ends.
    AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 \
        AFL_FORKSRV_INIT_TMOUT=120000 nice -n 15 afl-fuzz -i "$input" -o "$directory/afl" -x "$directory/words" \
        -G "$length" -t 20000 -m none -V "$seconds" \
        -- "$(command -v dotnet)" "$program/ContainerTrust.Fuzz.dll" run "$target" "$directory" >"$directory/log" 2>&1
    if [ ! -e "$directory/afl/default/fuzzer_stats" ] || [ "$(stat_of execs_done "$directory")" = 0 ]; then
        tail -n 20 "$directory/log" >&2
        return 1
    fi
    found=$(find "$directory/afl/default/crashes" "$directory/afl/default/hangs" -name 'id:*' | wc -l)
    echo "Fuzz: $target, $(stat_of run_time "$directory") s, $(stat_of execs_done "$directory") executions," \
        "$(stat_of corpus_count "$directory") paths, $found findings"
    [ "$found" -eq 0 ]
}

check() {
    local directory=out/fuzz/$1
    find "$directory/afl/default/crashes" "$directory/afl/default/hangs" -name 'id:*' -print0 2>/dev/null |
        xargs -0 -r dotnet fuzz/ContainerTrust.Fuzz/bin/Release/net10.0/ContainerTrust.Fuzz.dll check "$1" "$directory"
}

case ${1:-} in
--all)
    prepare_program || exit 1
    code=0
    for target in $(dotnet "$program/ContainerTrust.Fuzz.dll" list | cut -d ' ' -f 1); do
        fuzz "$target" "${2:-60}" || code=1
    done
    exit $code
    ;;
--check)
    use_dotnet && dotnet build fuzz/ContainerTrust.Fuzz -c Release -v quiet -p:RunAnalyzers=false >&2 && check "${2:?TARGET}"
    ;;
--grow)
    use_dotnet && dotnet build fuzz/ContainerTrust.Fuzz -c Release -v quiet -p:RunAnalyzers=false >&2 &&
        nice -n 15 dotnet fuzz/ContainerTrust.Fuzz/bin/Release/net10.0/ContainerTrust.Fuzz.dll grow "${2:?TARGET}" "${3:-1000000}" 200
    ;;
"" | -*)
    sed -n '3,6p' "$0" | sed 's/^# //' >&2
    exit 2
    ;;
*)
    prepare_program && fuzz "$1" "${2:-60}"
    ;;
esac
