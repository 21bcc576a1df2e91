#!/usr/bin/env bash
# A fleet of real sshds in network namespaces: ours beside 'ssh HOST true' and beside Ansible's copy, in one run, with the same number at once.
#   bench/fleet.sh [--quick] [HOSTS [AT_ONCE [ROUNDS]]]       (default: 200 32 3; with --quick: 4 4 1)
# Needs root, the built module, openssh-server, iproute2; the comparison of Set needs ansible.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/common.sh
. scripts/environment.sh
size "$@"
[ "$(id -u)" -eq 0 ] || { skip "fleet.sh" "network namespaces need root"; exit 3; }
need ip iproute2
need ssh
[ -x /usr/sbin/sshd ] || { skip "fleet.sh" "openssh-server is not installed"; exit 3; }
unshare -n true 2>/dev/null || { skip "fleet.sh" "there are no network namespaces here"; exit 3; }
[ -d out/ContainerTrust ] || { echo "Build first: dotnet publish src/ContainerTrust -c Release" >&2; exit 1; }
use_dotnet
use_powershell
if $QUICK; then defaults=(4 4 1); else defaults=(200 32 3); fi
hosts=${REST[0]:-${defaults[0]}} throttle=${REST[1]:-${defaults[1]}} rounds=${REST[2]:-${defaults[2]}}
dir=$(mktemp -d) && rmdir "$dir"
trap 'tests/fleet.sh stop "$dir"' EXIT
FLEET_OWNER=$$ tests/fleet.sh start "$dir" "$hosts"
cut -d ' ' -f 2 "$dir/hosts" >"$dir/addresses"

cat >"$dir/ours.ps1" <<'PS'
param($Directory, $Throttle, $What)
$ErrorActionPreference = 'Stop'
Import-Module ./out/ContainerTrust
$fleet = @{
    HostName = Get-Content "$Directory/addresses"; UserName = 'root'; KeyFilePath = "$Directory/id"; ThrottleLimit = [int]$Throttle
    Options = @{ UserKnownHostsFile = "$Directory/known_hosts"; GlobalKnownHostsFile = '/dev/null' }
}
$clock = [System.Diagnostics.Stopwatch]::StartNew()
$count = switch ($What) {
    get { @(Get-ImageTrust @fleet).ComputerName | Sort-Object -Unique | Measure-Object | ForEach-Object Count }
    set { Set-ImageTrust "bench$(Get-Random).example.com" -Type Reject @fleet; @($fleet.HostName).Count }
}
$seconds = $clock.Elapsed.TotalSeconds
$peak = [long]((Select-String -LiteralPath /proc/self/status -Pattern 'VmHWM:\s+(\d+)').Matches[0].Groups[1].Value)
'{0:F3} {1} {2}' -f $seconds, $count, $peak
PS
session() { "$PWSH" -NoProfile -NonInteractive -File "$dir/ours.ps1" "$dir" "$throttle" "$1"; }
ssh_true() { xargs -P "$throttle" -I{} ssh -F "$dir/ssh_config" -T -o BatchMode=yes -l root {} true <"$dir/addresses"; }

{
    printf '[all:vars]\nansible_user=root\nansible_ssh_private_key_file=%s\nansible_python_interpreter=/usr/bin/python3\n' "$dir/id"
    printf 'ansible_ssh_common_args=-o UserKnownHostsFile=%s\n[all]\n' "$dir/known_hosts"
    cat "$dir/addresses"
} >"$dir/inventory"
cat >"$dir/play.yml" <<YAML
- hosts: all
  gather_facts: false
  tasks:
    - copy: {src: $dir/policy.json, dest: /etc/containers/policy.json, mode: "0644"}
YAML
# Ansible refuses to run in a locale that is not UTF-8.
play() { LC_ALL=C.UTF-8 ANSIBLE_HOST_KEY_CHECKING=True ansible-playbook -f "$throttle" -i "$dir/inventory" "$dir/play.yml"; }

for round in $(seq "$rounds"); do
    seconds ssh_true >>"$dir/bare"
    read -r get count peak < <(session get)
    [ "${count:-0}" -eq "$hosts" ] || { echo "Get reached ${count:-no} hosts." >&2; exit 1; }
    read -r set _ _ < <(session set)
    echo "$get" >>"$dir/get"
    echo "$set" >>"$dir/set"
    if command -v ansible-playbook >/dev/null; then
        # Another file each time: an unchanged one would not be copied.
        printf '{"default": [{"type": "reject"}], "transports": {"docker": {"round%d.example.com": [{"type": "reject"}]}}}\n' "$round" >"$dir/policy.json"
        seconds play >>"$dir/play"
    fi
done
bare=$(median <"$dir/bare") get=$(median <"$dir/get") set=$(median <"$dir/set")
row "Get-ImageTrust of $hosts hosts, $throttle at once, beside ssh HOST true" "$get s" "$bare s" "$(quotient "$get" "$bare")" "at most 1.25"
echo "peak memory of PowerShell with the module: $((peak / 1024)) MB"
if [ -e "$dir/play" ]; then
    them=$(median <"$dir/play")
    row "Set-ImageTrust of $hosts hosts beside an Ansible copy" "$set s" "$them s" "$(quotient "$them" "$set")" "at least 5"
else
    skip "Set-ImageTrust of $hosts hosts beside an Ansible copy" "ansible is not installed"
fi
