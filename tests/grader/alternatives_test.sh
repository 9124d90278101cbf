#!/bin/bash
# Alternatives: correct hypervisors that are written another way. Each must get full points: what
# fails one of them judges how the reference is written, not what it does. By default each meets a
# part of the checks, so that together they meet all, and those that its patch names, which once
# failed it; FULL=1: each meets all.
# ONLY="NAME…" judges some, JOBS=N that many at a time.
. "$(dirname "$0")/facts.sh"
. "$(dirname "${BASH_SOURCE[0]}")/variants.sh"
folder=tests/grader/alternatives
parts=4

# Every check, or each fourth of them, beginning at another one for each alternative, and those of
# its header.
checks_of() {
    all_or_part "$1" | cat - <(header "$1" check) | awk '!seen[$0]++'
}
all_or_part() {
    local all number=0 begin
    mapfile -t all < <(find tests/system/checks -name '*.check' | sort |
        sed 's,tests/system/checks/,,; s/\.check$//')
    begin=$(($(cksum <<<"$1" | cut -d ' ' -f 1) % parts))
    for check in "${all[@]}"; do
        [ -n "${FULL:-}" ] || [ $((number % parts)) = "$begin" ] && echo "$check"
        number=$((number + 1))
    done
}
export parts
export -f checks_of all_or_part

judge_all "$folder"
while read -r patch; do
    name=$(basename "$patch" .patch)
    report=$work/reports/$name.json
    status=$(cat "$work/reports/$name.status")
    if [ "$status" = 0 ]; then
        ok "$name: $(jq -r '"\(.got) of \(.of) points in \(.checks | length) checks"' "$report")"
    elif [ -s "$report" ]; then
        jq -r '.checks[] | .id as $check | .items[] | select(.verdict != "pass") |
            "\($check) \(.id): \(.verdict), \(.diagnosis)", (.lines[] | "  \(.text)")' "$report" \
            >"$work/out"
        not_ok "$name: is correct, and fails" "$work/out"
    else
        not_ok "$name: status $status" "$work/reports/$name.err"
    fi
done <"$work/list"
sum
