#!/bin/bash
# The reference passes under every seed, and passes alike: the same verdicts, item by item. SEEDS=N
# (4; FULL=1: 200) seeds from 1000 on. A check whose probes draw nothing is run all the same.
. "$(dirname "$0")/facts.sh"
command -v jq >/dev/null || { echo "jq is not installed: make deps"; exit 3; }
seeds=${SEEDS:-4}
[ -n "${FULL:-}" ] && seeds=200
first=1000
checks=${CHECKS:-tests/system/checks}

timeout 7200 "$coach" check --seed "$first..$((first + seeds - 1))" --emit "json=$work/json" \
    "$checks" >"$work/out" 2>&1 </dev/null
status=$?
# One row a check: the worst of its seeds is what the report has.
jq -r '.checks[] | .id as $id | .seed as $seed | .items[] |
    "\($id) \(.id)\t\(.verdict)\t\(.diagnosis // "")\t\($seed)"' "$work/json" >"$work/rows"
if [ "$status" = 0 ]; then
    ok "$(wc -l <"$work/rows") items pass under each of $seeds seeds: $((seeds * $(jq '.checks | length' "$work/json"))) runs"
else
    grep -v "	pass	" "$work/rows" >"$work/bad"
    not_ok "the reference passes under $seeds seeds (status $status)" "$work/bad" "$work/out"
fi
sum
