#!/bin/bash
# Alternatives: correct hypervisors that are written another way. Each must get full points: what
# fails one of them judges how the reference is written, not what it does. By default each meets those
# that its patch names, which once failed it; a fourth of the checks that are near to what it changes;
# and a twelfth of the others, so that together they meet all. SEED=N (1 to 12) draws other fourths and
# twelfths, after twelve seeds each has met each; FULL=1: each meets all at once.
# ONLY="NAME…" judges some, JOBS=N that many at a time.
. "$(dirname "$0")/facts.sh"
. "$(dirname "${BASH_SOURCE[0]}")/variants.sh"
folder=tests/grader/alternatives
export seed=$((${SEED:-1} - 1))

# near PATCH: the groups of checks, a pattern, that judge above all what the patch changes.
near() {
    case $(sed -n 's,^+++ b/,,p' "$1" | head -n 1) in
    hv/sched/* | hv/time/* | hv/vcpu/run.c | hv/vcpu/vcpu.*) echo 'scheduling/*' ;;
    hv/memory/* | hv/metal/*) echo '@(isolation|noninterference)/*' ;;
    hv/vm/* | hv/console/*) echo 'lifecycle/*' ;;
    *) echo 'traps/*' ;;
    esac
}

# checks_of PATCH: those of its header, and its part of all.
checks_of() {
    part_of "$1" | cat - <(header "$1" check) | awk '!seen[$0]++'
}
part_of() {
    local all number=0 sum near fourth twelfth
    shopt -s extglob
    mapfile -t all < <(find tests/system/checks -name '*.check' | sort |
        sed 's,tests/system/checks/,,; s/\.check$//')
    sum=$(cksum <<<"$1" | cut -d ' ' -f 1)
    near=$(near "$1")
    fourth=$(((sum + seed / 3) % 4))
    twelfth=$((fourth + (sum / 4 + seed) % 3 * 4))
    for check in "${all[@]}"; do
        # shellcheck disable=SC2053 # a pattern
        if [ -n "${FULL:-}" ] || [ $((number % 12)) = "$twelfth" ] ||
            [[ $((number % 4)) = "$fourth" && $check = $near ]]; then
            echo "$check"
        fi
        number=$((number + 1))
    done
}
export -f near checks_of part_of

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
if [ -z "${ONLY:-}" ]; then
    find tests/system/checks -name '*.check' | sed 's,tests/system/checks/,,; s/\.check$//' >"$work/met"
    jq -r '.checks[].id' "$work"/reports/*.json >>"$work/met"
    sort "$work/met" | uniq -u >"$work/out"
    if [ -s "$work/out" ]; then
        not_ok "each check meets an alternative" "$work/out"
    else
        ok "each check meets an alternative"
    fi
fi
sum
