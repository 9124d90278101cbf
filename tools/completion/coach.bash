# Completion of coach's commands, options and files for bash: source it, or put it into
# /etc/bash_completion.d. What there is, coach itself says.
_coach() {
    local current=${COMP_WORDS[COMP_CWORD]} coach=${COMP_WORDS[0]} words=
    COMPREPLY=()
    if [ "$COMP_CWORD" = 1 ]; then
        words=$("$coach" --help 2>/dev/null | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p')
    elif [[ $current == -* ]]; then
        words=$("$coach" "${COMP_WORDS[1]}" --help 2>/dev/null | grep -oE '(^|[ ,])--[a-z-]+' | tr -d ' ,' | sort -u)
    fi
    if [ -n "$words" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -F _coach coach
