#!/bin/bash
# The reference passes under every seed: all items of all checks, under SEEDS=N seeds from 1000 on
# (default: 1; FULL=1: as many as make 200 runs).
. "$(dirname "$0")/facts.sh"
command -v jq >/dev/null || { echo "jq is not installed: make deps"; exit 3; }
first=1000
checks=tests/system/checks
number=$(find "$checks" -name '*.check' | wc -l)
seeds=${SEEDS:-${FULL:+$(((200 + number - 1) / number))}}
seeds=${seeds:-1}

timeout "$backstop" "$coach" check --seed "$first..$((first + seeds - 1))" --emit "json=$work/json" \
    "$checks" >"$work/out" 2>&1 </dev/null
status=$?
# Of a check that fails under some seed the report has the first such seed, else one that passed.
jq -r '.checks[] | .id as $id | .seed as $seed | .items[] |
    "\($id) \(.id)\t\(.verdict)\t\(.diagnosis // "")\t\($seed)"' "$work/json" >"$work/rows"
if [ "$status" = 0 ]; then
    ok "$(wc -l <"$work/rows") items pass under each of $seeds seeds: $((seeds * number)) runs"
else
    grep -v "	pass	" "$work/rows" >"$work/bad"
    not_ok "the reference passes under $seeds seeds (status $status)" "$work/bad" "$work/out"
fi
sum
