# For tests that build stages of labs one after the other in one tree: sourced behind facts.sh.
# shellcheck shell=bash

# refresh FROM TO: what is new or differs is copied into the tree that is built; scaffolds that went
# are removed. What stays keeps its time, so that make compiles the rest alone.
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
