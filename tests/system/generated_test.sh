#!/bin/bash
# The generating guest: the reference passes under SEEDS=N seeds (40) of each check of its family,
# which are 200 runs; and what fails is reduced to a few operations that fail in the same way.
# Needs the built tree; ends with the line "N passed, N failed".
set -u
. "$(dirname "$0")/facts.sh"
command -v jq >/dev/null || { echo "jq is not installed: make deps"; exit 3; }
export BUILD=$build
seeds=${SEEDS:-40}

SEEDS=$seeds FIRST=${FIRST:-1} timeout 1800 tools/soak >"$work/out" 2>"$work/err" </dev/null
status=$?
if [ "$status" = 0 ]; then
    ok "$(tail -n 1 "$work/out")"
else
    not_ok "the reference passes under $seeds seeds (status $status)" "$work/out" "$work/err"
fi

# ---- A failure is reduced: a guest that a failing operation was put into --------------------
checks=tests/system/checks/generated
cat >"$work/failing.check" <<'END'
title: Two guests, of which one does what it was asked to
vm a: image=probe:generator memory=8M args="seed=[[SEED]] ops=4"
vm b: image=probe:generator memory=8M vcpus=3 args="seed=[[SEED+1]] fail=121 ops=20"
deadline: 2s
console: 1ms pause a
console: 2ms resume a

item contract: Both find everything as it must be
    HOLDS: probe vm=a verdict == PASSED
    HOLDS: probe vm=b verdict == PASSED
END
fact "a failing case is reduced" 0 "replay   coach check --replay --seed 5" \
    tools/reduce "$work/failing.check" 5 "$work/reduced.check"
holds "one VM is left of two" [ "$(grep -c '^vm' "$work/reduced.check")" = 1 ]
holds "the operation that fails is left alone" grep -q "only=121-121" "$work/reduced.check"
holds "nothing is typed any more" [ "$(grep -c '^console' "$work/reduced.check")" = 0 ]
fact "what is left fails" 1 "asked to fail" "$coach" check --seed 5 "$work/reduced.check"
fact "what passes is not reduced" 1 "passes under seed 5" \
    tools/reduce "$checks/one.check" 5 "$work/none.check"
holds "and leaves nothing" [ ! -e "$work/none.check" ]
fact "a missing check is a mistake" 2 "expected a check" tools/reduce "$work/none" 1 "$work/x"

sum
