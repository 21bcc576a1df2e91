#!/usr/bin/env bash
# A fleet for tests: real sshds, each in a network namespace with its own address, host key, host name, /etc and home directory. Root only.
#   fleet.sh start DIR COUNT [STATE...]   starts COUNT hosts; the STATEs are those of the first ones, the others are well
#   fleet.sh stop DIR                     stops them and removes DIR; also what a killed run left
# States: ok, down, hang, changedkey, unknownkey, refused, sudo, fulldisk, readonly, broken, busybox, busyonly (no flock), noise
# DIR then has:
#   hosts        a line a host: name, address, state, process of its sshd (its files are below /proc/PROCESS/root)
#   ssh_config   for ssh -F: names, key and known hosts;   id (the private key), known_hosts
# Users on each host: root, and deploy, who may use sudo without a password (where the state is sudo: with one).
set -u
umask 022
state=/run/containertrust-fleet

fail() {
    echo "fleet.sh: $*" >&2
    exit 1
}

stop() {
    local dir=$1 id number name
    # Known by the directory, or (what a killed run left) by the entry that sweep has found.
    if [ -n "${2-}" ]; then
        number=$2 id=$3
    elif [ -r "$dir/id.number" ]; then
        read -r number id <"$dir/id.number"
    else
        return 0
    fi
    for name in $(ip netns list | cut -d ' ' -f 1 | grep "^$id-"); do
        # shellcheck disable=SC2046
        kill -9 $(ip netns pids "$name") 2>/dev/null
        # By itself, for what ends with the namespace ends later, and its name is taken until then.
        ip link del "${id}v${name#"$id-"}" 2>/dev/null
        ip netns del "$name"
    done
    ip link del "$id" 2>/dev/null
    rm -rf "${dir:?}" "${state:?}/$number"
}

# What killed runs left: fleets whose starter's process is gone.
sweep() {
    local entry owner dir id
    for entry in "$state"/*/; do
        [ -r "$entry/owner" ] || continue
        read -r owner id dir <"$entry/owner"
        [ "$owner" = 0 ] || kill -0 "$owner" 2>/dev/null || stop "$dir" "$(basename "$entry")" "$id"
    done
}

# Runs inside a host's namespaces, and becomes its sshd.
up() {
    local dir=$1 name=$2 what=$3 own=$1/$2
    ip link set lo up
    hostname "$name"
    mount -t tmpfs -o size=128m,mode=755 tmpfs "$own" || exit 1
    mkdir "$own/etc" "$own/work" "$own/root" "$own/home" || exit 1
    mount -t overlay -o "lowerdir=/etc,upperdir=$own/etc,workdir=$own/work" overlay /etc || exit 1
    # For PowerShell's own remoting: the caller says which file it is (PWSH), and where its .NET is. Both may lie in a home directory that ends here.
    if [ -n "${PWSH:-}" ]; then
        mkdir "$own/pwsh" "$own/dotnet"
        mount --bind "$(dirname "$PWSH")" "$own/pwsh" || exit 1
        [ -z "${DOTNET_ROOT:-}" ] || mount --bind "$DOTNET_ROOT" "$own/dotnet" || exit 1
    fi
    mount --bind "$own/root" /root
    mount --bind "$own/home" /home
    mkdir -p /home/deploy
    chmod 700 /root
    chown 60001:60001 /home/deploy
    rm -rf /etc/containers /etc/sudoers.d
    mkdir -p /etc/containers/registries.d /etc/sudoers.d /etc/pki/rpm-gpg
    printf '%s\n' "$name" >/etc/hostname
    printf '{\n    "default": [\n        {\n            "type": "insecureAcceptAnything"\n        }\n    ]\n}\n' >/etc/containers/policy.json
    printf 'default-docker:\n  lookaside-staging: file:///var/lib/containers/sigstore\n' >/etc/containers/registries.d/default.yaml
    sed -i '/^deploy:/d' /etc/passwd /etc/group
    echo 'deploy:x:60001:60001::/home/deploy:/bin/sh' >>/etc/passwd
    echo 'deploy:x:60001:' >>/etc/group
    sed -i '/^deploy:/d; s/^root:[^:]*:/root:*:/' /etc/shadow
    echo 'deploy:*:19000:0:99999:7:::' >>/etc/shadow
    echo 'Defaults lecture = never' >/etc/sudoers.d/deploy
    echo 'deploy ALL=(ALL) NOPASSWD: ALL' >>/etc/sudoers.d/deploy
    local keys=$dir/authorized_keys shell=
    case $what in
    sudo) echo 'deploy ALL=(ALL) ALL' >/etc/sudoers.d/deploy ;;
    refused) keys=/dev/null ;;
    fulldisk)
        cp -a /etc/containers "$own/kept"
        mount -t tmpfs -o size=16k,mode=755 tmpfs /etc/containers
        cp -a "$own/kept/." /etc/containers
        dd if=/dev/zero of=/etc/containers/ballast bs=4096 2>/dev/null
        ;;
    readonly)
        mount --bind /etc/containers /etc/containers
        mount -o remount,ro,bind /etc/containers
        ;;
    broken) printf '{ "default": [ { "type": ' >/etc/containers/policy.json ;;
    noise) shell='echo welcome; printf "\000\033]0;x\007"; echo noise >&2' ;;
    busybox | busyonly)
        sed -i 's,^\(root:.*\):[^:]*$,\1:/bin/sh,' /etc/passwd
        mkdir "$own/bin"
        cp "$(command -v busybox)" "$own/bin/busybox"
        "$own/bin/busybox" --install -s "$own/bin"
        # Not every busybox has this one, but those of distributions made of it do.
        [ "$what" = busyonly ] || cp "$(command -v flock)" "$own/bin/"
        for link in "$own"/bin/*; do
            [ ! -L "$link" ] || ln -sf busybox "$link"
        done
        ;;
    esac
    [ -z "$shell" ] || printf '%s\n' "$shell" >/root/.bashrc
    sed -i 's,^\(root:.*\):[^:]*$,\1:/bin/sh,' /etc/passwd
    [ "$what" != noise ] || sed -i 's,^\(root:.*\):[^:]*$,\1:/bin/bash,' /etc/passwd
    cat >"$own/sshd_config" <<CONFIG
Port 22
HostKey $dir/$name.key
AuthorizedKeysFile $keys
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
MaxStartups 200
MaxSessions 200
PidFile none
AcceptEnv LANG LC_*
CONFIG
    # sshd hands on nothing of the environment that says where .NET is.
    if [ -n "${PWSH:-}" ]; then
        echo "Subsystem powershell $own/pwsh/$(basename "$PWSH") -sshs -NoLogo -NoProfile" >>"$own/sshd_config"
        [ -z "${DOTNET_ROOT:-}" ] || echo "SetEnv DOTNET_ROOT=$own/dotnet" >>"$own/sshd_config"
    fi
    [ ! -d "$own/bin" ] || mount --bind "$own/bin" /usr/bin
    exec >"$dir/$name.log" 2>&1 </dev/null
    case $what in
    down) exec /bin/sleep 1000000 ;;
    esac
    exec /usr/sbin/sshd -D -e -f "$own/sshd_config"
}

start() {
    local dir=$1 count=$2 number=1 id i name address what
    shift 2
    [ "$(id -u)" -eq 0 ] || fail "only root can make network namespaces"
    [ -x /usr/sbin/sshd ] || fail "/usr/sbin/sshd is not installed (openssh-server)"
    command -v ip >/dev/null || fail "ip is not installed (iproute2)"
    mkdir -p "$state" /run/sshd
    sweep
    while ! mkdir "$state/$number" 2>/dev/null; do
        number=$((number + 1))
        [ "$number" -lt 100 ] || fail "too many fleets"
    done
    mkdir -p "$dir" || exit 1
    dir=$(cd "$dir" && pwd)
    # Not by the number alone: the interfaces of a fleet that has just ended can be there for a while still.
    id=ctf$$
    echo "$number $id" >"$dir/id.number"
    echo "${FLEET_OWNER:-0} $id $dir" >"$state/$number/owner"
    ssh-keygen -q -t ed25519 -N '' -C fleet -f "$dir/id" || exit 1
    cp "$dir/id.pub" "$dir/authorized_keys"
    chmod 644 "$dir/authorized_keys"
    ip link add "$id" type bridge && ip addr add "10.$((100 + number)).255.254/16" dev "$id" && ip link set "$id" up || {
        stop "$dir"
        fail "network interfaces cannot be made here"
    }
    {
        printf 'Host *\n  User root\n  IdentityFile %s/id\n  IdentitiesOnly yes\n  UserKnownHostsFile %s/known_hosts\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n' "$dir" "$dir"
    } >"$dir/common"
    : >"$dir/known_hosts"
    : >"$dir/names"
    : >"$dir/batch"
    for ((i = 1; i <= count; i++)); do
        name=h$i
        address=10.$((100 + number)).$((i / 250)).$((i % 250 + 1))
        what=${1:-ok}
        [ "$#" -eq 0 ] || shift
        ip netns add "$id-$i" || { stop "$dir"; fail "network namespaces cannot be made here"; }
        printf 'link add %sv%d type veth peer name eth0 netns %s-%d\nlink set %sv%d master %s up\n' "$id" "$i" "$id" "$i" "$id" "$i" "$id" >>"$dir/batch"
        mkdir "$dir/$name"
        ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$dir/$name.key"
        case $what in
        unknownkey) ;;
        changedkey) printf '%s,%s %s\n' "$name" "$address" "$(cut -d ' ' -f 1,2 "$dir/id.pub")" >>"$dir/known_hosts" ;;
        *) printf '%s,%s %s\n' "$name" "$address" "$(cut -d ' ' -f 1,2 "$dir/$name.key.pub")" >>"$dir/known_hosts" ;;
        esac
        printf '%s %s %s\n' "$name" "$address" "$what" >>"$dir/names"
    done
    ip -batch "$dir/batch" || { stop "$dir"; fail "the network could not be set up"; }
    i=0
    while read -r name address what; do
        i=$((i + 1))
        ip -n "$id-$i" addr add "$address/16" dev eth0
        ip -n "$id-$i" link set eth0 up
        # -f none: the namespace of the mounts is the one that ip netns exec makes.
        setsid ip netns exec "$id-$i" unshare --uts "$0" up "$dir" "$name" "$what" </dev/null >>"$dir/start.log" 2>&1 &
        printf '%s %s %s %s\n' "$name" "$address" "$what" "$!" >>"$dir/hosts"
        printf 'Host %s\n  HostName %s\n  HostKeyAlias %s\n' "$name" "$address" "$name" >>"$dir/ssh_config"
    done <"$dir/names"
    cat "$dir/common" >>"$dir/ssh_config"
    while read -r name address what process; do
        [ "$what" != down ] || continue
        for ((i = 0; i < 2400; i++)); do
            grep -q 'Server listening' "$dir/$name.log" 2>/dev/null && break
            sleep 0.025
        done
        [ "$i" -lt 2400 ] || { cat "$dir/start.log" "$dir/$name.log" >&2; stop "$dir"; fail "$name does not come up"; }
        # A stopped sshd: the kernel takes the connection, and nobody says anything.
        [ "$what" != hang ] || kill -STOP "$process"
    done <"$dir/hosts"
    disown -a
}

case ${1-} in
start) shift; start "$@" ;;
stop) shift; stop "$(cd "$1" 2>/dev/null && pwd || echo "$1")" ;;
up) shift; up "$@" ;;
*) fail "usage: fleet.sh start DIR COUNT [STATE...] | stop DIR" ;;
esac
