# Completion of containertrust for bash: the command itself says what can follow, so this file need not change with it.
_containertrust() {
    local current=${COMP_WORDS[COMP_CWORD]} word
    # "--option=value" is asked for as "--option value".
    local line=${COMP_LINE:0:COMP_POINT}
    if [[ $line =~ ^(.*[[:space:]]--[a-z-]+)=([^[:space:]]*)$ ]]; then
        line="${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
        [[ $current != = ]] || current=
    fi
    COMPREPLY=()
    while IFS= read -r word; do
        # Options are offered once one is begun; long names are enough.
        case $word in
        --*) [[ $current == -* ]] || continue ;;
        -* | /*) continue ;;
        esac
        [[ $word == "$current"* ]] && COMPREPLY+=("$word")
    done < <(command containertrust "[suggest:${#line}]" "$line" 2>/dev/null)
}
# Where it has nothing to offer, a file name may be meant.
complete -o default -F _containertrust containertrust
