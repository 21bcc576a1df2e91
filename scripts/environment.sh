# To be sourced by the project's shell scripts, from any directory. Needs the .NET 10 SDK and nothing else.
#   use_dotnet          checks the SDK, and gives dotnet a home where the user has none
#   use_powershell      sets PWSH to a PowerShell of 7.6 or later, as a file that can be run: the pinned one (.config/dotnet-tools.json),
#                       or, outside CI, the pwsh on the PATH
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

use_dotnet() {
    if ! command -v dotnet >/dev/null 2>&1; then
        echo "The .NET 10 SDK is not on the PATH. Install it (dnf install dotnet-sdk-10.0, or https://dot.net) and run this again." >&2
        return 1
    fi
    # Without a home, dotnet and PowerShell have no place for their packages and caches.
    if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then
        if ! mkdir -p "$repository/out/home"; then
            echo "There is no home directory (HOME), and none can be made in $repository/out. Set HOME to a directory that you may write to." >&2
            return 1
        fi
        export HOME=$repository/out/home
    fi
    if ! (cd "$repository" && dotnet --version >/dev/null 2>&1); then
        echo "No .NET 10 SDK is installed ($(command -v dotnet) has: $(dotnet --list-sdks 2>/dev/null | cut -d ' ' -f 1 | paste -sd ' '))." >&2
        return 1
    fi
    # What is started from PowerShell's own file finds the same .NET as dotnet does, wherever that is installed, and whatever was set before.
    local runtimes
    runtimes=$(dotnet --list-runtimes | sed -n 's:^Microsoft\.NETCore\.App 10\..* \[\(.*\)/shared/Microsoft\.NETCore\.App\]$:\1:p' | tail -n 1)
    if [ -n "$runtimes" ]; then export DOTNET_ROOT=$runtimes; fi
}

# is_new_enough PWSH: whether it is PowerShell 7.6 or later
is_new_enough() {
    # shellcheck disable=SC2016
    [ "$("$1" -NoProfile -NonInteractive -Command '$PSVersionTable.PSVersion -ge [version]"7.6"' 2>/dev/null)" = True ]
}

# home_of PWSH...: the path of the file pwsh that belongs to it. The tool's own command is a small program that starts "dotnet pwsh.dll";
# beside that lies pwsh itself, which others (sshd, jobs) can start by its path.
home_of() {
    # shellcheck disable=SC2016
    "$@" -NoProfile -NonInteractive -Command '[System.Console]::Out.Write("$PSHOME/pwsh")' 2>/dev/null
}

use_powershell() {
    local log found
    if [ -z "${CI:-}" ]; then
        found=$(command -v pwsh || true)
        if [ -n "$found" ] && is_new_enough "$found"; then
            PWSH=$(home_of "$found")
            export PWSH
            [ -x "$PWSH" ] && return 0
        fi
    fi
    if ! log=$(cd "$repository" && dotnet tool restore 2>&1); then
        printf '%s\n' "PowerShell could not be restored (dotnet tool restore):" "$log" >&2
        return 1
    fi
    PWSH=$(cd "$repository" && home_of dotnet tool run pwsh --)
    export PWSH
    if [ ! -x "$PWSH" ] || ! is_new_enough "$PWSH"; then
        echo "The PowerShell that dotnet restored does not start: ${PWSH:-no path}" >&2
        [ -z "$PWSH" ] || "$PWSH" -NoProfile -NonInteractive -Command exit >&2
        return 1
    fi
}
