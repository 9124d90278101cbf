#!/bin/bash
# docs_names.sh CHAPTER…: looks in the tree for everything that chapters name: paths, functions,
# structures, constants, make's targets, coach's commands; also for the identifiers in figures
# (FILE.dot). Prints "CHAPTER: NAME: what is wrong" for each that is not there. Exit status 0: all
# are.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
shopt -s nullglob extglob

# Where a path may begin: at the root, in the chapter's own folder, or in a part's.
places="hv guest-os guest-os/kernel harness"

find abi hv guest-os harness labs tests tools Makefile .ci -type f ! -name '*.md' ! -name '*.html' |
    sort >"$folder/files"
xargs grep -IhoE '[A-Za-z_][A-Za-z0-9_]*' <"$folder/files" | sort -u >"$folder/words"
# Definitions and prototypes begin in the first column; labels and macros are functions too.
xargs grep -IhoE '^([A-Za-z_].*[ *]|#define |def |static [a-z ]*)?[A-Za-z_][A-Za-z0-9_]*\(|^[A-Za-z_][A-Za-z0-9_]*:' \
    <"$folder/files" | grep -oE '[A-Za-z_][A-Za-z0-9_]*[(:]$' | tr -d '(:' | sort -u \
    >"$folder/functions"
cat Makefile ./*/build.mk ./*/*/build.mk 2>/dev/null | grep -oE '^[a-z][a-z-]*:' | tr -d : |
    sort -u >"$folder/targets"
if [ -x "$build/coach" ]; then
    "$build/coach" --help | sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p' >"$folder/commands"
else
    cp "$folder/words" "$folder/commands"
fi

listed()
{
    grep -qxF -- "$2" "$folder/$1"
}

# Is there a file of that path or pattern? A placeholder (NN, NAME) stands for anything.
path_exists()
{
    local chapter=$1 path=${2%/} place match
    path=${path//@(NN|NAME|DIR|FILE)/*}
    for place in . "$(dirname "$chapter")" $places; do
        # shellcheck disable=SC2206 # patterns are to be expanded
        match=($place/$path)
        [ ${#match[@]} -gt 0 ] && [ -e "${match[0]}" ] && return 0
    done
    [ -f "tests/system/checks/$path.check" ] && return 0
    [ -f "labs/${path%%/*}/mutants/${path#*/}.patch" ] # LAB/NAME, as a kill table names it
}

# What is wrong with a name (a path may also be a word with slashes that sources have, such as the
# name of a schema); nothing if it is found, or is no name of this project's.
wrong()
{
    local chapter=$1 name=$2
    case $name in
    +([a-z0-9_])"()") listed functions "${name%()}" || echo "no such function" ;;
    "make build/"*) ;;
    "make "*([A-Z])"="*) ;;
    "make "*) listed targets "$(cut -d' ' -f2 <<<"$name")" || echo "no such target" ;;
    ?(build/)"coach "+([a-z])*)
        listed commands "$(cut -d' ' -f2 <<<"$name")" || echo "coach has no such command" ;;
    "struct "+([a-z_]) | "enum "+([a-z_]))
        listed words "${name#* }" || echo "no such type" ;;
    build/* | /* | *" "* | *"="* | *"|"*) ;;
    */*) [[ $name =~ ^[A-Za-z0-9_.*/-]+$ ]] && ! path_exists "$chapter" "$name" &&
        ! xargs grep -qF -- "$name" <"$folder/files" && echo "no such file" ;;
    +([A-Z0-9])_+([A-Z0-9_]) | +([a-z0-9])_+([a-z0-9_]))
        listed words "$name" || echo "no source has this word" ;;
    esac
}

# What a chapter or a figure names, one a line.
names_in()
{
    case $1 in
    *.dot) sed -n 's/.*label="\([^"]*\)".*/\1/p' "$1" | sed 's/\\n/ /g' |
        grep -oE '[A-Za-z0-9]+(_[A-Za-z0-9]+)+' ;;
    *) pandoc --from=gfm --to=plain --wrap=none --lua-filter=docs/filters/names.lua "$1" ;;
    esac | sort -u
}

status=0
for chapter in "$@"; do
    while IFS= read -r name; do
        reason=$(wrong "$chapter" "$name")
        [ -z "$reason" ] && continue
        echo "$chapter: $name: $reason"
        status=1
    done < <(names_in "$chapter")
done
exit $status
