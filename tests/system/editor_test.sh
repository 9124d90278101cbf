#!/bin/bash
# Editors: compile_flags.txt, from which clangd learns each folder's headers and target, is right for
# every C file of the folder, in the project and in a learner's tree.
. "$(dirname "$0")/facts.sh"

# compiles ROOT FOLDER COMPILER: each file alone, as clangd would see it.
compiles() {
    local flags files
    mapfile -t flags < <(grep -v -e --target= "$1/$2/compile_flags.txt")
    mapfile -t files < <(cd "$1/$2" && find . -name '*.c' ! -path './plugin/*')
    (cd "$1/$2" && printf '%s\0' "${files[@]}" |
        xargs -0 -P 2 -n 8 "$3" "${flags[@]}" -fsyntax-only) >"$work/out" 2>&1
    if [ $? = 0 ] && [ "${#files[@]}" -gt 5 ]; then
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
sum
