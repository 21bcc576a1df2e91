#!/usr/bin/env bash
# A fleet of real sshds in network namespaces: ours beside 'ssh HOST true' and beside Ansible's copy, in one run, with the same number at once.
#   bench/fleet.sh [HOSTS [AT_ONCE [ROUNDS]]]
# Needs root, pwsh, the built module, openssh-server, iproute2; the comparison of Set needs ansible.
set -u
cd "$(dirname "$0")/.." || exit 1
hosts=${1:-200} throttle=${2:-32} rounds=${3:-3}
dir=$(mktemp -d) && rmdir "$dir"
FLEET_OWNER=$$ tests/fleet.sh start "$dir" "$hosts" || exit 1
trap 'tests/fleet.sh stop "$dir"' EXIT
cut -d ' ' -f 2 "$dir/hosts" >"$dir/addresses"
options=(-F "$dir/ssh_config" -T -o BatchMode=yes)

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
    set { Set-ImageTrust "bench$(Get-Random).example.com" -Type Reject @fleet; $fleet.HostName.Count }
}
$seconds = $clock.Elapsed.TotalSeconds
$peak = [long]((Select-String -LiteralPath /proc/self/status -Pattern 'VmHWM:\s+(\d+)').Matches[0].Groups[1].Value)
'{0:F2} {1} {2}' -f $seconds, $count, $peak
PS

printf '%s\n' "$hosts hosts, $throttle at once, $rounds rounds"
now() { date +%s.%N; }
for ((round = 1; round <= rounds; round++)); do
    start=$(now)
    xargs -P "$throttle" -I{} ssh "${options[@]}" -l root {} true <"$dir/addresses" || exit 1
    bare=$(echo "$(now) - $start" | bc)
    read -r get count peak < <(pwsh -NoProfile -NonInteractive -File "$dir/ours.ps1" "$dir" "$throttle" get)
    [ "${count:-0}" -eq "$hosts" ] || { echo "Get reached $count hosts"; exit 1; }
    read -r set count setpeak < <(pwsh -NoProfile -NonInteractive -File "$dir/ours.ps1" "$dir" "$throttle" set)
    printf 'round %d: ssh true %.2f s; Get %.2f s = %.2fx (peak %d MB); Set %.2f s (peak %d MB)' "$round" "$bare" "$get" "$(echo "$get / $bare" | bc -l)" $((peak / 1024)) "$set" $((setpeak / 1024))
    if command -v ansible-playbook >/dev/null; then
        printf '%s\n' '[all:vars]' 'ansible_user=root' "ansible_ssh_private_key_file=$dir/id" "ansible_ssh_common_args=-o UserKnownHostsFile=$dir/known_hosts" 'ansible_python_interpreter=/usr/bin/python3' '[all]' >"$dir/inventory"
        cat "$dir/addresses" >>"$dir/inventory"
        printf '{ "default": [ { "type": "reject" } ], "transports": { "docker": { "round%d.example.com": [ { "type": "reject" } ] } } }\n' "$round" >"$dir/policy.json"
        printf -- '- hosts: all\n  gather_facts: false\n  tasks:\n    - copy: {src: %s/policy.json, dest: /etc/containers/policy.json, mode: "0644"}\n' "$dir" >"$dir/play.yml"
        start=$(now)
        ANSIBLE_HOST_KEY_CHECKING=True ansible-playbook -f "$throttle" -i "$dir/inventory" "$dir/play.yml" >"$dir/ansible.log" 2>&1 || { tail -n 20 "$dir/ansible.log"; exit 1; }
        play=$(echo "$(now) - $start" | bc)
        printf '; ansible copy %.2f s = %.1fx ours' "$play" "$(echo "$play / $set" | bc -l)"
    fi
    printf '\n'
done
