#!/bin/bash
# Mutants: hypervisors with one bug each, of the kind that learners make. Each must fail on the
# check that its patch names, with the diagnosis that it names. What survives is a hole in the
# checks. docs/kill-table.md is this test's table; `mutants_test.sh --table` writes it anew.
# ONLY="NAME…" judges some, and with --table writes their rows alone; JOBS=N that many at a time.
. "$(dirname "$0")/facts.sh"
. "$(dirname "${BASH_SOURCE[0]}")/variants.sh"
folder=tests/grader/mutants
table=docs/kill-table.md

# diagnoses REPORT: of the items that failed, one a line.
diagnoses() {
    jq -r '.checks[].items[] | select(.verdict != "pass") | .diagnosis // .verdict' "$1" | sort -u
}
# rules_of REPORT: the rules of the contract that were broken.
rules_of() {
    jq -r "$rules_broken"' rules_broken | map("`\(.)`") | join(", ")' "$1"
}
graded() {
    jq -e '[.checks[].items[] | select(.graded | not)] | length == 0' "$1" >/dev/null
}

# judge PATCH: one fact, and one row of the table.
judge() {
    local patch=$1 name check wanted got status
    name=$(basename "$patch" .patch)
    check=$(header "$patch" check)
    wanted=$(header "$patch" diagnosis)
    status=$(cat "$work/reports/$name.status")
    got=$(diagnoses "$work/reports/$name.json" 2>/dev/null)
    if [ "$status" = 4 ] || [ "$status" = 5 ]; then
        not_ok "$name: does not apply or build" "$work/reports/$name.err"
    elif [ "$status" = 0 ]; then
        not_ok "$name survives $check"
    elif [ "$status" != 1 ] || ! graded "$work/reports/$name.json"; then
        not_ok "$name was not graded by $check (status $status: $got)"
    elif ! grep -qxF -- "$wanted" <<<"$got"; then
        not_ok "$name fails $check by another name: ${got//$'\n'/, }; expected $wanted"
    else
        ok "$name fails $check: $wanted"
        # shellcheck disable=SC2016 # Markdown's code marks
        printf '| `%s` | %s | `%s` | %s | %s |\n' "$name" "$(header "$patch")" "$check" \
            "$wanted" "$(rules_of "$work/reports/$name.json")" >>"$work/rows"
    fi
}

judge_all "$folder"
: >"$work/rows"
while read -r patch; do judge "$patch"; done <"$work/list"

write_table() {
    local group
    echo "# Kill table"
    echo
    echo "Each row is a hypervisor with one bug, a patch in \`tests/grader/mutants\`. It fails on the"
    echo "check that is named, with the diagnosis that is named. The rules are those of the contract"
    echo "(contract.md) that it broke in that run; where there is none, an expectation of the check's"
    echo "own was not met. Written by \`tests/grader/mutants_test.sh --table\`; the test says when it is"
    echo "stale."
    echo
    echo "$(wc -l <"$work/rows") mutants, all killed."
    for group in traps isolation scheduling lifecycle noninterference generated; do
        echo
        echo "## ${group^}"
        echo
        echo "| mutant | what is wrong | check | diagnosis | rules |"
        echo "|---|---|---|---|---|"
        grep -F "| \`$group/" "$work/rows"
    done
}

# keep_rows: adds the table's rows of mutants that were not judged, and are still there.
keep_rows() {
    local name
    awk -F '`' '/^[|] `/ { print $2 }' "$table" | while read -r name; do
        if [[ " ${ONLY:-} " != *" $name "* ]] && [ -f "$folder/$name.patch" ]; then
            grep -F "| \`$name\` |" "$table" >>"$work/rows"
        fi
    done
    sort -o "$work/rows" "$work/rows"
}

if [ "${1:-}" = --table ]; then
    [ -n "${ONLY:-}" ] && keep_rows
    [ "$failed" = 0 ] && write_table >"$work/table" && cp "$work/table" "$table" &&
        echo "$table is written"
elif [ -z "${ONLY:-}" ]; then
    table_stands "$table"
fi
sum
