#!/usr/bin/env bash
# Restores, builds, and shows in PowerShell what the module does, on sample images and under a scratch root. Needs the .NET 10 SDK and, for what
# it restores, NuGet: PowerShell is among that. The exit code is 0 only if every step of the tour gave what it should.
set -u
cd "$(dirname "$0")" || exit 1
. scripts/environment.sh

usage() {
    cat <<'END'
bash start.sh [--shell] [--keep] [--no-build]

Restores packages, builds the PowerShell module, and shows what it does: a tour
of seven steps on sample images, under a scratch root. Your own host is left
alone. You need the .NET 10 SDK, and NuGet for the packages.

  --shell      opens PowerShell with the module loaded, in place of the tour
  --keep       leaves the scratch root of the tour there
  --no-build   takes the module as it was last built
  --help       shows this
END
}

build=1 shell='' keep=()
for argument; do
    case $argument in
    --shell) shell=1 ;;
    --keep) keep=(-Keep) ;;
    --no-build) build='' ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        echo "start.sh knows no '$argument'; see bash start.sh --help." >&2
        exit 2
        ;;
    esac
done

use_dotnet || exit 1
log=$(mktemp) || exit 1
ticker=
trap 'stop_ticker; rm -f "$log"' EXIT
trap 'exit 130' INT TERM

stop_ticker() {
    [ -n "$ticker" ] || return 0
    kill "$ticker" 2>/dev/null
    wait "$ticker" 2>/dev/null
    ticker=
}

# progress TEXT COMMAND...: runs a command and says how long it took; on a terminal the seconds are counted while it runs.
progress() {
    local text=$1 start=$SECONDS
    shift
    printf '%s ...' "$text"
    if [ -t 1 ]; then
        (while sleep 1; do printf '\r%s ... %d s' "$text" $((SECONDS - start)); done) &
        ticker=$!
    fi
    "$@" >"$log" 2>&1
    local code=$?
    stop_ticker
    if [ -t 1 ]; then printf '\r%s ...' "$text"; fi
    if [ "$code" -ne 0 ]; then
        printf ' failed after %d s:\n\n' $((SECONDS - start))
        cat "$log"
        exit 1
    fi
    printf ' %d s\n' $((SECONDS - start))
}

restore() { use_powershell && dotnet restore src/ContainerTrust -p:Configuration=Release; }

if [ -n "$build" ]; then
    progress "Restoring packages" restore
    progress "Building the module" dotnet publish src/ContainerTrust -c Release --no-restore
else
    use_powershell || exit 1
fi

version=$(sed -n 's:.*<VersionPrefix>\(.*\)</VersionPrefix>.*:\1:p' Directory.Build.props)
module=$PWD/out/ContainerTrust/$version/ContainerTrust.psd1
if [ ! -f "$module" ]; then
    echo "The module is not built yet: run bash start.sh without --no-build." >&2
    exit 1
fi

if [ -n "$shell" ]; then
    rm -f "$log"
    # shellcheck disable=SC2016
    CONTAINERTRUST_MODULE=$module exec "$PWSH" -NoLogo -NoExit -Command '
        Import-Module -Name $env:CONTAINERTRUST_MODULE
        Remove-Item -Path Env:CONTAINERTRUST_MODULE
        $about = Get-Module -Name ContainerTrust
        "ContainerTrust $($about.Version) in PowerShell $($PSVersionTable.PSVersion)"
        "  Get-Command -Module ContainerTrust    all cmdlets"
        "  Get-Help Set-ImageTrust -Examples     how one is used"
        "  Get-ImageTrust                        what this host trusts"
        "  exit                                  leaves"
        Remove-Variable -Name about'
fi

[ -z "$build" ] || echo
"$PWSH" -NoProfile -NonInteractive -File samples/tour/Start-Tour.ps1 -Module "$module" ${keep[@]+"${keep[@]}"}
code=$?
if [ "$code" -eq 0 ]; then
    cat <<END

What next?
  bash start.sh --shell    opens PowerShell with the module loaded
  bash test.sh             runs every test
In a PowerShell 7.6 or later of your own:
  Import-Module '$PWD/out/ContainerTrust'
END
fi
exit "$code"
