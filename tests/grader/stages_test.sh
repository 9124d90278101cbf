#!/bin/bash
# Staging from one source: every stage of every lab compiles without a warning, boots, and stops
# at its first blank with the sentence that names it; filled one after the other, the stop moves
# on; with all filled there is none. Arguments: labs to look at (default: all).
. "$(dirname "$0")/facts.sh"

# What is new or differs is copied into the tree that is built; scaffolds that went are removed.
refresh() {
    local from=$1 to=$2
    mkdir -p "$to"
    diff -rq --exclude=build "$from" "$to" 2>/dev/null | while read -r line; do
        case $line in
        "Only in $to"*) line=${line#Only in } && rm -rf "${line/: //}" ;;
        "Only in $from"*) line=${line#Only in } && line="${line%%: *}/${line#*: }" &&
            cp -r "$line" "$to/${line#"$from"}" ;;
        *) line=${line#Files } && line=${line%% and *} && cp "$line" "$to/${line#"$from"}" ;;
        esac
    done
}

says "each source file is in exactly one lab" 0 "each in one" "$coach" labs --check
labs=${*:-$("$coach" labs | cut -f 1)}
tree=$work/tree
for lab in $labs; do
    "$coach" labs "$lab" >"$work/blanks"
    count=$(wc -l <"$work/blanks")
    filled=0
    while [ "$filled" -le "$count" ]; do
        rm -rf "$work/stage"
        if ! "$coach" start "$lab" "$work/stage" --solved --filled "$filled" --no-git \
            >"$work/out" 2>&1; then
            not_ok "lab $lab with $filled blanks filled is staged" "$work/out"
            break
        fi
        refresh "$work/stage" "$tree"
        if ! make -C "$tree" --no-print-directory -j2 say= images >"$work/out" 2>&1 || [ -s "$work/out" ]; then
            not_ok "lab $lab with $filled blanks filled compiles, without a word" "$work/out"
            break
        fi
        timeout 120 "$coach" try --no-build --tree "$tree" -- --icount --for 20s \
            >"$work/out" 2>&1 </dev/null
        wanted=$(sed -n "$((filled + 1))p" "$work/blanks" | cut -f 4)
        name=$(sed -n "$((filled + 1))p" "$work/blanks" | cut -f 3)
        stop=$(sed -n 's/.*TODO: //p' "$work/out" | tr -d '\r' | head -n 1)
        if [ "$stop" != "$wanted" ]; then
            echo "it stopped at \"$stop\", expected \"$wanted\"" >>"$work/out"
            not_ok "lab $lab stops at ${name:-nothing} after $filled of $count" "$work/out"
            break
        fi
        ok "lab $lab stops at ${name:-nothing} after $filled of $count"
        filled=$((filled + 1))
    done
done
sum
