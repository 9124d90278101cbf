#!/bin/bash
# Comfort. compile_flags.txt, from which clangd learns each folder's headers and target, is right for
# every C file of the folder, in the project and in a learner's tree; the shell completes coach's
# commands and options; each command has a man page.
. "$(dirname "$0")/facts.sh"

# compiles ROOT FOLDER COMPILER: each file alone, as clangd would see it.
compiles() {
    local flags files
    mapfile -t flags < <(grep -v -e --target= "$1/$2/compile_flags.txt")
    mapfile -t files < <(cd "$1/$2" && find . -name '*.c' ! -path './plugin/*')
    if (cd "$1/$2" && printf '%s\0' "${files[@]}" |
        xargs -0 -P 2 -n 8 "$3" "${flags[@]}" -fsyntax-only) >"$work/out" 2>&1 &&
        [ "${#files[@]}" -gt 5 ]; then
        ok "compile_flags.txt fits the ${#files[@]} files of $2${4:-}"
    else
        not_ok "compile_flags.txt fits the files of $2${4:-}" "$work/out"
    fi
}

cross=${CROSS:-riscv64-unknown-elf-}gcc
compiles . hv "$cross"
compiles . guest-os "$cross"
compiles . harness "${HOST_CC:-cc}"
"$coach" start 8 "$work/tree" --solved --filled all --no-git >"$work/out" 2>&1
compiles "$work/tree" hv "$cross" " of a learner's tree"

# completes NAME WANTED WORD…: bash offers just that for the last word.
completes() {
    local name=$1 wanted=$2 got
    shift 2
    got=$(PATH=$(dirname "$coach"):$PATH bash -c '. tools/completion/coach.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _coach; echo "${COMPREPLY[@]}"' bash "$@")
    echo "\"$got\", expected \"$wanted\"" >"$work/out"
    if [ "$got" = "$wanted" ]; then ok "$name"; else not_ok "$name" "$work/out"; fi
}
completes "bash completes commands" "start status" coach st
completes "and a command's options" "--icount" coach run --ic
completes "and files" "docs" coach run docs
for script in zsh:tools/completion/_coach fish:tools/completion/coach.fish; do
    command -v "${script%%:*}" >/dev/null || continue
    holds "${script%%:*} can read its completion" "${script%%:*}" -n "${script#*:}"
done

tools/man "$coach" "$work/man" >"$work/out" 2>&1
holds "each command has a man page" \
    sh -c "[ \$($coach --help | grep -c '^  [a-z]') = \$(ls $work/man/coach-*.1 | wc -l) ]"
holds "which man can read" grep -q '^\.TH COACH-RUN' "$work/man/coach-run.1"
sum
