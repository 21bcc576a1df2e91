# Completion of containertrust for bash: the command itself says what can follow, so this file need not change with it.
_containertrust() {
    local current=${COMP_WORDS[COMP_CWORD]} word
    COMPREPLY=()
    while IFS= read -r word; do
        # Options are offered once one is begun; long names are enough.
        case $word in
        --*) [[ $current == -* ]] || continue ;;
        -* | /*) continue ;;
        esac
        [[ $word == "$current"* ]] && COMPREPLY+=("$word")
    done < <(command containertrust "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
}
# Where it has nothing to offer, a file name may be meant.
complete -o default -F _containertrust containertrust
