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
cleanup() {
    while [ "$temps" -gt 0 ]; do
        temps=$((temps-1))
        eval "file=\$temp$temps"
        rm -f -- "$file" 2>/dev/null
    done
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
host=
[ -r /proc/sys/kernel/hostname ] && IFS= read -r host </proc/sys/kernel/hostname
[ -n "$host" ] || host=$(uname -n)
printf '\000%s\000I%s\000%s\000' "$nonce" "$user" "$host"
for name in HOME CONTAINERS_POLICY_JSON CONTAINERS_REGISTRIES_CONF REGISTRIES_CONFIG_PATH XDG_CONFIG_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR REGISTRY_AUTH_FILE _CONTAINERS_ROOTLESS_UID; do
    eval "[ -z \"\${$name+x}\" ] || printf 'V%s\000%s\000' $name \"\$$name\""
done

# A path of a request: as it is, below the home directory, out of a variable, or with octal escapes.
decode() {
    case $1 in
    r*) p=${1#r} ;;
    h*) p=${HOME-}${1#h} ;;
    v1) p=${CONTAINERS_POLICY_JSON-} ;;
    v2) p=${CONTAINERS_REGISTRIES_CONF-} ;;
    v3) p=${REGISTRIES_CONFIG_PATH-} ;;
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

# Locks the directory $1 under the next free descriptor, as local writers do; $2 is its identity where that is known. What is locked already is not locked
# again.
lock() {
    id=${2:-$(identity "$1")}
    [ -n "$id" ] || failed l "$1" ": No such file or directory"
    case "$nl$locked" in
    *"$nl$id$nl"*) return 0 ;;
    esac
    [ -r "$1" ] || failed l "$1" ": Permission denied"
    case $locks in
    0) exec 6<"$1" ;;
    1) exec 7<"$1" ;;
    2) exec 8<"$1" ;;
    3) exec 9<"$1" ;;
    *) failed l "$1" "links lead to more directories than can be locked at once" ;;
    esac
    fd=$((locks+6))
    tries=0
    until words=$(flock -x -n "$fd" 2>&1); do
        case $words in
        *'ad file descriptor'* | *'o locks available'* | *'not supported'*)
            # A file system that cannot lock directories (NFS): a file in it, as local writers do.
            file=$1/.containertrust.lock
            [ ! -L "$file" ] || failed l "$1" "$words"
            case $locks in
            0) exec 6<>"$file" ;;
            1) exec 7<>"$file" ;;
            2) exec 8<>"$file" ;;
            3) exec 9<>"$file" ;;
            esac
            flock -x -n "$fd" 2>/dev/null && break
            ;;
        ?*) failed l "$1" "$words" ;;
        esac
        tries=$((tries+1))
        [ "$tries" -le $((patience*5)) ] || failed t "$1" ""
        sleep 0.2 2>/dev/null || sleep 1
    done
    [ "$(identity "$1")" = "$id" ] || failed m "$1" ""
    locked=$locked$id$nl
    locks=$((locks+1))
}

# Whether file $i is as it was read. With "content", that too.
unchanged() {
    eval "path=\$wpath$i target=\$wtarget$i expected=\$wexpected$i sum=\$wsum$i"
    if [ "$expected" = - ]; then
        [ ! -e "$target" ] && [ ! -L "$target" ]
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
    exec 6<&- 7<&- 8<&- 9<&-
    locked=
    locks=0
    printf 'E\000'
}
drain() {
    [ "$pending" -eq 0 ] || take "$pending" >/dev/null 2>&1
}

# As root, files are written and deleted only where nobody else can put a link in their way: below directories of root's that others may not write to (or
# sticky ones).
guard() {
    [ "$user" = 0 ] || return 0
    q=$1
    set -- /
    while [ -n "$q" ]; do
        set -- "$@" "$q"
        q=${q%/*}
    done
    for line in $(stat -L -c '%u %a' -- "$@" 2>/dev/null || echo unknown); do
        case $line in
        '0 1'???) ;;
        '0 '*[2367]? | '0 '*[2367]) return 1 ;;
        '0 '*) ;;
        *) return 1 ;;
        esac
    done
}

# Writes the new content of file $i beside it, complete and flushed, with the attributes of the old file.
prepare() {
    eval "target=\$wtarget$i expected=\$wexpected$i length=\$wlength$i new=\$wnew$i"
    directory=${target%/*}
    name=${target##*/}
    file=$directory/.$name.containertrust-new
    [ "${#name}" -le 235 ] || file=$directory/.$i.containertrust-new
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
    exec 5>"$file"
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
    words=$(take "$length" 2>&1 >&5) || failed w "$i" "$words"
    exec 5>&-
    status=$(stat -c '%s %a %u %g %C' -- "$file" 2>/dev/null)
    [ "${status%% *}" = "$length" ] || failed s "$i" ""
    now=$(sha256sum <"$file")
    [ "${now%% *}" = "$new" ] || failed s "$i" ""
    if [ "$expected" != - ] && [ "${status#* }" != "$(stat -L -c '%a %u %g %C' -- "$target" 2>/dev/null)" ]; then
        failed a "$i" ""
    fi
}
replace() {
    eval "path=\$wpath$i target=\$wtarget$i expected=\$wexpected$i action=\$waction$i"
    case $action in
    v) return 0 ;;
    d)
        words=$(rm -f -- "$path" 2>&1) || failed w "$i" "$words"
        printf 'k%s\000\000' "$i"
        return 0
        ;;
    esac
    eval "file=\$wtemp$i"
    if [ "$expected" != - ]; then
        words=$(mv -f -- "$file" "$target" 2>&1) || failed w "$i" "$words"
    elif words=$(ln -- "$file" "$target" 2>&1); then
        rm -f -- "$file"
    elif [ -e "$target" ] || [ -L "$target" ]; then
        failed m "$target" ""
    else
        words=$(mv -f -- "$file" "$target" 2>&1) || failed w "$i" "$words"
    fi
    if [ "$expected" = - ] && command -v restorecon >/dev/null 2>&1; then
        restorecon -- "$target" >/dev/null 2>&1
    fi
    printf 'k%s\000%s\000' "$i" "$(stat -L -c "$format" -- "$path" 2>/dev/null)"
}
commit() {
    command -v flock >/dev/null 2>&1 || failed T flock ""
    i=0
    order=
    while [ "$i" -lt "$directories" ]; do
        eval "p=\$ldirectory$i"
        if [ "$i" -eq 0 ] && [ ! -d "$p" ]; then
            words=$(mkdir -p -- "$p" 2>&1) || failed l "$p" "$words"
        fi
        if id=$(stat -L -c '%d %i' -- "$p" 2>/dev/null); then
            device=${id% *}
            # By major and minor number and inode, the order of local writers.
            order="$order$((device>>8&4095|device>>32&~4095)) $((device&255|device>>12&~255)) ${id#* } $device:${id#* } $i$nl"
        fi
        i=$((i+1))
    done
    for line in $(printf %s "$order" | sort -n -t ' ' -k 1,1 -k 2,2 -k 3,3); do
        eval "p=\$ldirectory${line##* }"
        line=${line% *}
        lock "$p" "${line##* }"
    done
    i=0
    while [ "$i" -lt "$files" ]; do
        eval "path=\$wpath$i action=\$waction$i expected=\$wexpected$i"
        target=$path
        if [ "$action" != d ]; then
            if [ "$expected" = - ] && [ ! -d "${path%/*}/" ]; then
                words=$(mkdir -p -- "${path%/*}/" 2>&1) || failed w "$i" "$words"
            fi
            target=$(readlink -f -- "$path" 2>/dev/null; echo .)
            target=${target%.}
            target=${target%"$nl"}
            [ -n "$target" ] || target=$path
        fi
        eval "wtarget$i=\$target"
        p=${target%/*}
        [ "$action" = v ] || guard "$p" || { drain; failed u "$i" ""; }
        [ ! -d "${p:-/}" ] || lock "${p:-/}"
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
locked=
locks=0
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
