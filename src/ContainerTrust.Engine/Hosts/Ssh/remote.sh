# The far end of a connection: answers requests that come on standard input until that ends. POSIX sh with the tools of RHEL 7's coreutils or of busybox.
# Requests are lines; answers are fields ended by NUL, and file contents of announced length. What names a file is only ever data: it is read into a variable
# and used as "$variable", always an absolute path. Comments and indentation are taken out before this is sent.
set -uf
LC_ALL=C
TZ=UTC0
PATH=/usr/sbin:/usr/bin:/sbin:/bin:${PATH-}
export LC_ALL TZ PATH
umask 022
unset CDPATH GREP_OPTIONS
nl='
'
IFS=$nl
exec 3>&1
format='%f %s %d %i %u %g %y|%z'
n=0
total=0
temps=0
locks=0
olders=0
locked=
owned=
cleanup() {
    unlink
    while [ "$temps" -gt 0 ]; do
        temps=$((temps-1))
        eval "file=\$temp$temps"
        rm -f -- "$file" 2>/dev/null
    done
}
# The files of our own locks, removed while they are locked.
unlink() {
    [ -n "$owned" ] || return 0
    set --
    for file in $owned; do
        eval "set -- \"\$@\" \"\$owned$file\""
    done
    owned=
    rm -f -- "$@" 2>/dev/null
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM PIPE

# The mark that answers begin with. It comes in two halves, so that an echo of the request does not look like it.
IFS=' ' read -r half nonce limit || exit 1
nonce=$half$nonce
for tool in stat cat dd readlink sha256sum mv rm chmod chown mkdir ln cp sync sort; do
    command -v "$tool" >/dev/null 2>&1 || { printf '\000%s\000T%s\000' "$nonce" "$tool"; exit 1; }
done
user=
if [ -r /proc/self/status ]; then
    while IFS=' 	' read -r key real effective rest; do
        [ "$key" = Uid: ] && user=$effective && break
    done </proc/self/status
fi
[ -n "$user" ] || user=$(id -u)
# In a user namespace what belongs to users outside it is shown as this user's.
outside=0
if [ "$user" = 0 ]; then
    # Not with read, which takes one octet at a time: such files have but one part to give.
    outside=$(cat /proc/sys/kernel/overflowuid 2>/dev/null)
    [ -n "$outside" ] || outside=0
    IFS=" 	$nl"
    set -- $(cat /proc/self/uid_map 2>/dev/null)
    case "$*" in
    '' | '0 0 4294967295') outside=0 && set -- ;;
    esac
    while [ "$#" -ge 3 ]; do
        # That number can be a user of the namespace too.
        [ "$outside" -lt "$1" ] || [ $((outside-$1)) -ge "$3" ] || outside=0
        shift 3
    done
    IFS=$nl
fi
# Walks the path $1 as the kernel does, and leaves in $target where it ends, without links. $2 says what the last name is: one that is followed too (follow), one
# that is not (name), or a directory. As root, all on the way must be what only root can change; the rule is WriteGuard's. If it is not, $fault has the owner,
# the mode and the name of what is at fault.
guard() {
    rest=$1
    last=$2
    links=0
    target=
    set -- /
    while :; do
        while [ "${rest#/}" != "$rest" ]; do
            rest=${rest#/}
        done
        [ -n "$rest" ] || break
        name=${rest%%/*}
        more=
        case $rest in
        */*) more=/${rest#*/} ;;
        esac
        rest=$more
        case $name in
        .) continue ;;
        ..)
            target=${target%/*}
            continue
            ;;
        esac
        q=$target/$name
        if [ -L "$q" ] && { [ -n "$more" ] || [ "$last" != name ]; }; then
            links=$((links+1))
            if [ "$links" -gt 40 ]; then
                target=$q
                break
            fi
            set -- "$@" "$q"
            link=$(readlink -- "$q"; echo .)
            link=${link%.}
            link=${link%"$nl"}
            rest=$link$more
            [ "${link#/}" = "$link" ] || target=
            continue
        fi
        target=$q
        if [ -n "$more" ] || [ "$last" = directory ]; then
            [ ! -d "$q" ] || set -- "$@" "$q"
        fi
    done
    [ -n "$target" ] || target=/
    [ "$user" = 0 ] || return 0
    if [ "$last" != directory ] && { [ -e "$target" ] || [ -L "$target" ]; }; then
        q=${target%/*}
        set -- "$@" "${q:-/}" "$target"
    else
        last=directory
    fi
    shared=0
    last_directory=
    fault="? 0 $target"
    for line in $(stat -c '%u %f' -- "$@" 2>/dev/null); do
        [ "$#" -gt 0 ] || return 1
        owner=${line% *}
        mode=$((0x${line#* }))
        fault="$owner $mode $1"
        if [ "$#" -eq 1 ] && [ "$last" != directory ]; then
            [ "$shared" -ne 0 ] || owner=0
        elif [ $((mode&0xF000)) -ne $((0xA000)) ]; then
            shared=$((mode&0x12))
            last_directory=$fault
            [ "$shared" -eq 0 ] || [ $((mode&0x200)) -ne 0 ] || return 1
        fi
        [ "$owner" = 0 ] || [ "$owner" = "$outside" ] || return 1
        shift
    done
    # Where others may make files, a shell cannot make one without opening what they put there meanwhile: no sticky bit helps.
    if [ "$shared" -ne 0 ]; then
        fault=$last_directory
        return 1
    fi
    [ "$#" -eq 0 ]
}

# A HOME that was kept can be another user's.
unset FOREIGN_HOME
case ${HOME-} in
/*)
    # What only root can change is as safe as what only the user can.
    roots=
    case $(stat -L -c '%u %A' -- "$HOME" 2>/dev/null) in
    '0 d????-??-?'*) [ "$user" = 0 ] || roots=yes ;;
    esac
    if [ -z "$roots" ] && [ -e "$HOME" ] && { [ ! -O "$HOME" ] || ! guard "$HOME" directory; }; then
        FOREIGN_HOME=$HOME
        entry=$(getent passwd "$user" 2>/dev/null || grep "^[^:]*:[^:]*:$user:" /etc/passwd)
        entry=${entry%:*}
        if [ -n "$entry" ]; then
            HOME=${entry##*:}
        elif [ "$user" = 0 ] || [ "$(stat -L -c %u -- "$HOME" 2>/dev/null)" != 0 ]; then
            HOME=
        fi
        [ "$HOME" != "$FOREIGN_HOME" ] || unset FOREIGN_HOME
    fi
    ;;
esac
# Which release Debian's package database has: the paragraph's own lines, and no others of that large file.
unset DPKG_PODMAN
for name in podman skopeo buildah; do
    [ -e "/var/lib/dpkg/info/$name.list" ] && [ -r /var/lib/dpkg/status ] && command -v sed >/dev/null 2>&1 || continue
    DPKG_PODMAN=$(sed -n "/^Package: $name\$/,/^\$/{/^Package: /p;/^Status: /p;/^Version: /p;}" /var/lib/dpkg/status 2>/dev/null)
    case $DPKG_PODMAN in
    *' installed'*) break ;;
    esac
done
host=
[ -r /proc/sys/kernel/hostname ] && IFS= read -r host </proc/sys/kernel/hostname
[ -n "$host" ] || host=$(uname -n)
# In kernels of RHEL 10 on it is a file.
MACHINE=
[ -r /proc/sys/kernel/arch ] && IFS= read -r MACHINE </proc/sys/kernel/arch
[ -n "$MACHINE" ] || MACHINE=$(uname -m)
# A kernel of 64 bits can have programs of 32, and then podman is one of those: the fifth octet of a program says it.
case $MACHINE in
x86_64|aarch64)
    case $(dd if=/bin/sh bs=5 count=1 2>/dev/null) in
    *"$(printf '\001')")
        [ "$MACHINE" = x86_64 ] && MACHINE=i686 || MACHINE=armv8l
        ;;
    esac
    ;;
esac
printf '\000%s\000I%s\000%s\000' "$nonce" "$user" "$host"
for name in HOME MACHINE FOREIGN_HOME DPKG_PODMAN CONTAINERS_POLICY_JSON CONTAINERS_REGISTRIES_CONF CONTAINERS_REGISTRIES_CONF_OVERRIDE REGISTRIES_CONFIG_PATH XDG_CONFIG_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR REGISTRY_AUTH_FILE _CONTAINERS_ROOTLESS_UID; do
    eval "[ -z \"\${$name+x}\" ] || printf 'V%s\000%s\000' $name \"\$$name\""
done

# A path of a request: as it is, below the home or configuration directory, of this user, out of a variable, or with octal escapes.
decode() {
    case $1 in
    r*) p=${1#r} ;;
    h*) p=${HOME-}${1#h} ;;
    v1) p=${CONTAINERS_POLICY_JSON-} ;;
    v2) p=${CONTAINERS_REGISTRIES_CONF-} ;;
    v3) p=${REGISTRIES_CONFIG_PATH-} ;;
    v4) p=${CONTAINERS_REGISTRIES_CONF_OVERRIDE-} ;;
    x*) p=${XDG_CONFIG_HOME:+$XDG_CONFIG_HOME${1#x}} ;;
    u*) p=${1#u}/${_CONTAINERS_ROOTLESS_UID:-$user} ;;
    b*)
        p=$(printf '%b.' "${1#b}")
        p=${p%.}
        ;;
    *) p= ;;
    esac
    case $p in
    /*) return 0 ;;
    *) return 1 ;;
    esac
}

# Whether it is certain, without asking the kernel for its reason, that there is no $p: a directory that can be searched does not have it.
absent() {
    [ ! -L "$p" ] || return 1
    q=$p
    while [ -n "$q" ]; do
        q=${q%/*}
        if [ -d "${q:-/}" ]; then
            [ -x "${q:-/}" ]
            return
        fi
        [ ! -e "$q" ] && [ ! -L "$q" ] || return 1
    done
    return 1
}
missing() {
    if absent; then
        printf 'n%s\000' "$p"
    else
        reason=$(stat -L -c %F -- "$p" 2>&1) && reason=
        printf 'x%s\000%s\000' "$p" "$reason"
    fi
}
probe() {
    if [ -e "$p" ]; then
        eval "path$n=\$p max$n=\$max"
        n=$((n+1))
        [ "$n" -lt 200 ] || flush
    else
        missing
    fi
}

# Answers for all files that were found: their status, their contents one after the other, and the status again.
flush() {
    [ "$n" -gt 0 ] || return 0
    set --
    i=0
    while [ "$i" -lt "$n" ]; do
        eval "set -- \"\$@\" \"\$path$i\""
        i=$((i+1))
    done
    before=$(stat -L -c "$format" -- "$@" 2>/dev/null)
    printf 'c%s\000' "$n"
    printf '%s\000' "$@"
    printf '%s\000' "$before"
    flags=
    i=0
    set --
    for line in $before; do
        [ "$i" -lt "$n" ] || break
        eval "p=\$path$i max=\$max$i"
        i=$((i+1))
        rest=${line#* }
        size=${rest%% *}
        case $line in
        8???' '*)
            if [ "$size" -gt "$max" ] || [ $((total+size)) -gt "$limit" ]; then
                flags=${flags}l
            elif [ ! -r "$p" ]; then
                flags=${flags}u
            else
                flags=${flags}c
                total=$((total+size))
                set -- "$@" "$p"
            fi
            ;;
        *) flags=${flags}o ;;
        esac
    done
    printf '%s\000' "$flags"
    after=
    if [ "$#" -gt 0 ]; then
        cat -- "$@" 2>/dev/null
        after=$(stat -L -c "$format" -- "$@" 2>/dev/null)
    fi
    printf '\000%s\000%s\000' "$nonce" "$after"
    n=0
}

# One file by itself, with the reason if it cannot be read.
single() {
    if [ ! -e "$p" ]; then
        missing
        return
    fi
    if ! before=$(stat -L -c "$format" -- "$p" 2>&1); then
        printf 'x%s\000%s\000' "$p" "$before"
        return
    fi
    printf 'g%s\000%s\000' "$p" "$before"
    reason=
    after=
    rest=${before#* }
    size=${rest%% *}
    case $before in
    8???' '*)
        if [ "$size" -le "$max" ]; then
            reason=$(dd if="$p" bs=65536 count=$((max/65536+1)) 2>&1 >&3) && reason=
            after=$(stat -L -c "$format" -- "$p" 2>/dev/null)
        else
            after=$before
        fi
        ;;
    esac
    printf '\000%s\000%s\000%s\000' "$nonce" "$reason" "$after"
}

# The names in a directory; the files whose names end in $suffix are read too.
list() {
    if [ ! -d "$p" ]; then
        if [ -e "$p" ]; then
            printf 'x%s\000: Not a directory\000' "$p"
        else
            missing
        fi
        return
    fi
    if [ ! -r "$p" ] || [ ! -x "$p" ]; then
        printf 'x%s\000: Permission denied\000' "$p"
        return
    fi
    printf 'l%s\000' "$p"
    set +f
    set -- "$p"/* "$p"/.[!.]* "$p"/..?*
    set -f
    for q do
        [ -e "$q" ] || [ -L "$q" ] || continue
        printf '%s\000' "${q##*/}"
    done
    printf '\000'
    [ -n "$suffix" ] || return 0
    for q do
        case $q in
        *"$suffix")
            p=$q
            [ -e "$p" ] || [ -L "$p" ] || continue
            probe
            ;;
        esac
    done
}
resolve() {
    target=$(readlink -f -- "$p" 2>/dev/null; echo .)
    target=${target%.}
    target=${target%"$nl"}
    reason=
    [ -n "$target" ] || reason=$(stat -L -c %F -- "$p" 2>&1) || :
    printf 'r%s\000%s\000%s\000' "$p" "$target" "$reason"
}

# What a program says of the operating system that it keeps: its output, bounded, and the end of its words with its exit code.
tell() {
    case $argument in
    bootc | rpm-ostree) ;;
    *) exit 1 ;;
    esac
    if ! command -v "$argument" >/dev/null 2>&1 || ! command -v head >/dev/null 2>&1; then
        printf 'B%s\000' "$argument"
        return
    fi
    printf 'b%s\000' "$argument"
    words=$({ { "$argument" status --json </dev/null 2>&4; printf '\nexit %s' "$?" >&4; } | head -c "$max" >&3; } 4>&1 | tail -c 2000)
    printf '\000%s\000%s\000' "$nonce" "$words"
}

# Writing.
full=
failed() {
    # What failed (one letter), on which file (its number, or a path), and the tool's words. Said when all is tidy again.
    cleanup
    printf 'F%s\000%s\000%s\000' "$1" "$2" "$3"
    exit 1
}
take() {
    [ "$1" -gt 0 ] || return 0
    if [ -z "$full" ]; then
        full=no
        dd if=/dev/null of=/dev/null iflag=fullblock 2>/dev/null && full=yes
    fi
    if [ "$full" = yes ]; then
        dd bs="$1" count=1 iflag=fullblock conv=fsync
    else
        dd bs=1 count="$1" conv=fsync
    fi
}
identity() {
    stat -L -c %d:%i -- "$1" 2>/dev/null
}

# Opens $2 under descriptor $1: for reading a directory, or for reading and writing a file.
open() {
    if [ -d "$2" ]; then
        eval "exec $1<\"\$2\""
    else
        eval "exec $1<>\"\$2\""
    fi
}
# Tries once to lock descriptor $1; leaves the tool's words in $words.
try() {
    words=$(flock -x -n "$1" 2>&1)
}
again() {
    tries=$((tries+1))
    [ "$tries" -le "$1" ] || return 1
    sleep 0.2 2>/dev/null || sleep 1
}

# The lock of writers on directory $1: a file in it that only its owner may open, removed when it is let go. As local writers do it. Leaves in $own whether
# it is had (yes), needs not be (none: nothing can be written there) or cannot be had by this user (no).
writer() {
    own=no
    [ "$locks" -lt 4 ] || failed l "$1" "links lead to more directories than can be locked at once"
    fd=$((locks+6))
    file=$1/.containertrust-writer.lock
    tries=0
    while :; do
        if [ -L "$file" ] || { [ -e "$file" ] && [ ! -f "$file" ]; } || { [ -e "$file" ] && [ ! -O "$file" ] && { [ "$user" = 0 ] || [ ! -w "$file" ]; }; }; then
            rm -f -- "$file" 2>/dev/null || return 0
        fi
        umask 077
        if ! (: >>"$file") 2>/dev/null; then
            words=$(dd if=/dev/null of="$file" conv=notrunc 2>&1)
            umask 022
            case $words in
            *'ead-only file system'*) own=none && return 0 ;;
            *'ermission denied'* | *'not permitted'*) return 0 ;;
            *) [ ! -d "$1" ] || failed l "$1" "$words" ;;
            esac
            failed m "$1" ""
        fi
        open "$fd" "$file"
        umask 022
        if try "$fd"; then
            # Whoever had it may have removed the file before letting go.
            both=$(stat -L -c %d:%i -- "/proc/self/fd/$fd" "$file" 2>/dev/null)
            [ "${both%%"$nl"*}" != "${both##*"$nl"}" ] || break
            [ -e "/proc/self/fd/$fd" ] || failed l "$1" "/proc is not there"
        elif [ -n "$words" ]; then
            failed l "$1" "$words"
        fi
        again $((patience*5)) || failed t "$1" ""
    done
    eval "owned$locks=\$file"
    owned=$owned$locks$nl
    locks=$((locks+1))
    own=yes
}

# The lock of older releases on directory $1: the directory itself, which everybody may lock who may read it. So it is waited for as long as such a release is at
# work, and then done without, if there is our own.
older() {
    if [ "$olders" -ge 2 ]; then
        [ "$own" != no ] || failed l "$1" "links lead to more directories than can be locked at once"
        [ "$own" = none ] || printf 'q%s\000' "$1"
        return 0
    fi
    [ -r "$1" ] || failed l "$1" ": Permission denied"
    fd=$((olders+4))
    open "$fd" "$1"
    tries=0
    until try "$fd"; do
        case $words in
        *'ad file descriptor'* | *'o locks available'* | *'not supported'*)
            # A file system that cannot lock directories (NFS): a file in it, as local writers do.
            file=$1/.containertrust.lock
            if [ -L "$file" ] || ! (: >>"$file") 2>/dev/null; then
                [ "$own" = no ] || return 0
                failed l "$1" "$words"
            fi
            open "$fd" "$file"
            try "$fd" && break
            ;;
        ?*) failed l "$1" "$words" ;;
        esac
        if [ "$own" = no ]; then
            again $((patience*5)) || failed t "$1" ""
        else
            waited=$((waited+1))
            if [ "$waited" -gt 25 ] || ! again $((patience*5)); then
                printf 'o%s\000' "$1"
                return 0
            fi
        fi
    done
    olders=$((olders+1))
}

# Locks the directory $1; $2 is its identity where that is known, $3 is "unsafe" where guard refuses it and so nothing is written, $4 is
# "plain" where no link leads there: older releases write no files but those of the configuration. What is locked already is not locked again.
lock() {
    id=${2:-$(identity "$1")}
    [ -n "$id" ] || failed l "$1" ": No such file or directory"
    case "$nl$locked" in
    *"$nl$id$nl"*) return 0 ;;
    esac
    own=none
    [ "${3-}" = unsafe ] || writer "$1"
    case "$nl$locked" in
    *"$nl-$id$nl"*) ;;
    *) [ "${4-}" = plain ] && [ "$olders" -ge 2 ] && [ "$own" != no ] || older "$1" ;;
    esac
    [ "$(identity "$1")" = "$id" ] || failed m "$1" ""
    [ "${3-}" != unsafe ] || id=-$id
    locked=$locked$id$nl
}

# Whether $target is a file that the distribution keeps; VendorPlaces has the same.
vendor() {
    case $target in
    /usr/share/* | /usr/lib/* | /nix/store/* | /gnu/store/*) return 0 ;;
    esac
    return 1
}

# Whether file $i is as it was read. With "content", that too.
unchanged() {
    eval "path=\$wpath$i target=\$wtarget$i expected=\$wexpected$i sum=\$wsum$i over=\$wover$i"
    if [ "$expected" = - ]; then
        # A link that leads to no file was read as none.
        [ ! -e "$target" ] && { [ -n "$over" ] || [ ! -L "$target" ]; }
        return
    fi
    [ "$(stat -L -c "$format" -- "$path" 2>/dev/null)" = "$expected" ] || return 1
    [ "$1" = content ] || return 0
    now=$(sha256sum <"$path" 2>/dev/null) || return 1
    [ "${now%% *}" = "$sum" ]
}
changed() {
    cleanup
    printf 'f%s\000' "$i"
    unlock
}
unlock() {
    unlink
    exec 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-
    locked=
    locks=0
    olders=0
    printf 'E\000'
}
drain() {
    [ "$pending" -eq 0 ] || take "$pending" >/dev/null 2>&1
}

# Writes the new content of file $i beside it, complete and flushed, with the attributes of the old file.
prepare() {
    eval "target=\$wtarget$i expected=\$wexpected$i length=\$wlength$i new=\$wnew$i over=\$wover$i"
    [ -z "$over" ] || expected=-
    directory=${target%/*}
    name=${target##*/}
    file=$directory/.$name.containertrust-tmp
    [ "${#name}" -le 235 ] || file=$directory/.$i.containertrust-tmp
    if [ -e "$file" ] || [ -L "$file" ]; then
        words=$(rm -f -- "$file" 2>&1) || failed w "$i" "$words"
    fi
    umask 077
    if ! words=$( (set -C && : >"$file") 2>&1); then
        # The shell's own words may be in any form; dd's are the system's.
        words=$(dd if=/dev/null of="$file" conv=notrunc 2>&1)
        failed w "$i" "$words"
    fi
    umask 022
    eval "temp$temps=\$file wtemp$i=\$file"
    temps=$((temps+1))
    exec 3>"$file"
    if [ "$expected" = - ]; then
        words=$(chmod 644 "$file" 2>&1) || failed w "$i" "$words"
    elif ! cp --attributes-only --preserve=all -- "$target" "$file" 2>/dev/null; then
        owner=$(stat -c %u:%g -- "$target")
        mode=$(stat -c %a -- "$target")
        chown "$owner" "$file" 2>/dev/null
        chmod "$mode" "$file" 2>/dev/null
        if command -v chcon >/dev/null 2>&1; then
            chcon --reference="$target" "$file" 2>/dev/null
        fi
    fi
    words=$(take "$length" 2>&1 >&3) || failed w "$i" "$words"
    exec 3>&1
    status=$(stat -c '%s %a %u %g %C' -- "$file" 2>/dev/null)
    [ "${status%% *}" = "$length" ] || failed s "$i" ""
    now=$(sha256sum <"$file")
    [ "${now%% *}" = "$new" ] || failed s "$i" ""
    if [ "$expected" != - ] && [ "${status#* }" != "$(stat -L -c '%a %u %g %C' -- "$target" 2>/dev/null)" ]; then
        failed a "$i" ""
    fi
}
replace() {
    eval "path=\$wpath$i target=\$wtarget$i expected=\$wexpected$i action=\$waction$i over=\$wover$i"
    case $action in
    v) return 0 ;;
    d)
        words=$(rm -f -- "$path" 2>&1) || failed w "$i" "$words"
        printf 'k%s\000\000' "$i"
        return 0
        ;;
    esac
    eval "file=\$wtemp$i"
    if [ "$expected" != - ] || [ -n "$over" ]; then
        words=$(mv -f -- "$file" "$target" 2>&1) || failed w "$i" "$words"
    elif words=$(ln -- "$file" "$target" 2>&1); then
        rm -f -- "$file"
    elif [ -e "$target" ] || [ -L "$target" ]; then
        failed m "$target" ""
    else
        words=$(mv -f -- "$file" "$target" 2>&1) || failed w "$i" "$words"
    fi
    if { [ "$expected" = - ] || [ -n "$over" ]; } && command -v restorecon >/dev/null 2>&1; then
        restorecon -- "$target" >/dev/null 2>&1
    fi
    [ -z "$over" ] || printf 'z%s\000' "$path"
    printf 'k%s\000%s\000' "$i" "$(stat -L -c "$format" -- "$path" 2>/dev/null)"
}
commit() {
    command -v flock >/dev/null 2>&1 || failed T flock ""
    waited=0
    i=0
    order=
    while [ "$i" -lt "$directories" ]; do
        eval "p=\$ldirectory$i"
        safe=safe
        guard "$p" directory || safe=unsafe
        if [ "$i" -eq 0 ] && [ ! -d "$p" ]; then
            [ "$safe" = safe ] || { drain; failed u "$p" "$fault"; }
            words=$(mkdir -p -- "$p" 2>&1) || failed l "$p" "$words"
        fi
        if id=$(stat -L -c '%d %i' -- "$p" 2>/dev/null); then
            device=${id% *}
            # By major and minor number and inode, the order of local writers; what may be written to first.
            order="$order$((device>>8&4095|device>>32&~4095)) $((device&255|device>>12&~255)) ${id#* } $safe $device:${id#* } $i$nl"
        fi
        i=$((i+1))
    done
    for line in $(printf %s "$order" | sort -t ' ' -k 1,1n -k 2,2n -k 3,3n -k 4,4); do
        eval "p=\$ldirectory${line##* }"
        line=${line% *}
        safe=${line% *}
        lock "$p" "${line##* }" "${safe##* }"
    done
    i=0
    while [ "$i" -lt "$files" ]; do
        eval "path=\$wpath$i action=\$waction$i expected=\$wexpected$i"
        last=follow
        [ "$action" != d ] || last=name
        safe=safe
        if ! guard "$path" "$last"; then
            # What is not written may be another user's, and then nothing is made beside it, not even a lock.
            safe=unsafe
            [ "$action" = v ] || { drain; failed u "$i" "$fault"; }
        fi
        [ "$action" != d ] || target=$path
        eval "wover$i="
        if [ "$action" = w ] && [ "$target" != "$path" ] && vendor; then
            # A link to what the distribution keeps: the link itself is replaced, and what it leads to stays.
            guard "$path" name || { drain; failed u "$i" "$fault"; }
            if [ ! -L "$target" ] || vendor; then
                drain
                failed v "$i" "$target"
            fi
            eval "wover$i=yes"
        fi
        eval "wtarget$i=\$target"
        if [ "$action" = w ] && [ "$expected" = - ] && [ ! -d "${target%/*}/" ]; then
            words=$(mkdir -p -- "${target%/*}/" 2>&1) || failed w "$i" "$words"
        fi
        p=${target%/*}
        plain=
        [ "$target" != "$path" ] || plain=plain
        [ ! -d "${p:-/}" ] || lock "${p:-/}" "" "$safe" "$plain"
        unchanged content || { drain; changed; return; }
        i=$((i+1))
    done
    i=0
    while [ "$i" -lt "$files" ]; do
        eval "action=\$waction$i"
        [ "$action" != w ] || prepare
        if [ "$action" = d ]; then
            eval "path=\$wpath$i"
            p=${path%/*}
            if [ ! -w "${p:-/}" ]; then
                words=$(dd if=/dev/null of="$p/.containertrust-none" 2>&1) || failed w "$i" "$words"
                rm -f -- "$p/.containertrust-none"
            fi
        fi
        i=$((i+1))
    done
    i=0
    while [ "$i" -lt "$files" ]; do
        unchanged stamp || { changed; return; }
        i=$((i+1))
    done

    # All is here: from now on the end of the connection does not stop us half-way.
    trap '' HUP INT TERM PIPE
    i=0
    set --
    while [ "$i" -lt "$files" ]; do
        replace
        eval "p=\${wtarget$i%/*} action=\$waction$i"
        [ "$action" = v ] || set -- "$@" "${p:-/}"
        i=$((i+1))
    done
    temps=0
    if [ "$#" -gt 0 ] && ! words=$(sync "$@" 2>&1); then
        sync || failed y "$1" "$words"
    fi
    trap 'exit 1' HUP INT TERM PIPE
    unlock
}

suffix=
while IFS= read -r line; do
    op=${line%% *}
    line=${line#* }
    max=${line%% *}
    argument=${line#* }
    case $op in
    f) decode "$argument" && probe ;;
    g) decode "$argument" && single ;;
    d)
        suffix=
        decode "$argument" && list
        ;;
    y | c)
        suffix=.yaml
        [ "$op" = y ] || suffix=.conf
        decode "$argument" && list
        ;;
    a)
        suffix=.yaml
        if decode "$argument"; then
            if [ -d "$p" ]; then
                list
            else
                probe
            fi
        fi
        ;;
    r) decode "$argument" && resolve ;;
    b) tell ;;
    .)
        flush
        total=0
        printf 'E\000'
        ;;
    W)
        patience=$max
        directories=0
        files=0
        pending=0
        ;;
    L)
        decode "$argument" || failed x "" ""
        eval "ldirectory$directories=\$p"
        directories=$((directories+1))
        ;;
    F)
        action=$max
        decode "$argument" || failed x "" ""
        IFS= read -r expected
        IFS=' ' read -r sum length new
        eval "wpath$files=\$p waction$files=\$action wexpected$files=\$expected wsum$files=\$sum wlength$files=\$length wnew$files=\$new"
        files=$((files+1))
        [ "$action" != w ] || pending=$((pending+length))
        ;;
    C) commit ;;
    *) exit 1 ;;
    esac
done
exit 0
