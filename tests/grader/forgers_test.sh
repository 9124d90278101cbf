#!/bin/bash
# Forgers: hypervisors that cheat. None gets a point on the checks that it attacks, which its patch
# names, and each is graded: it fails, the harness does not. ONLY="NAME…" judges some, JOBS=N.
. "$(dirname "$0")/facts.sh"
. "$(dirname "${BASH_SOURCE[0]}")/variants.sh"

judge_all tests/grader/forgers
while read -r patch; do
    name=$(basename "$patch" .patch)
    report=$work/reports/$name.json
    status=$(cat "$work/reports/$name.status")
    if [ "$status" = 4 ] || [ "$status" = 5 ] || [ ! -s "$report" ]; then
        not_ok "$name: does not apply or build (status $status)" "$work/reports/$name.err"
        continue
    fi
    jq -r '.checks[] | .id as $check | .items[] | select(.got > 0 or (.graded | not)) |
        "\($check) \(.id): \(.got) points, \(.verdict)"' "$report" >"$work/out"
    if [ "$status" != 1 ] || [ -s "$work/out" ]; then
        not_ok "$name gets points, or is not graded (status $status)" "$work/out"
    else
        ok "$name: 0 of $(jq .of "$report") points: $(jq -r '[.checks[].items[].diagnosis // "fails"] |
            unique | join(", ")' "$report")"
    fi
done <"$work/list"
sum
