# For the tests of this folder: tests/facts.sh, and what they state. Sandboxed builds run as another
# user, who must reach $work.
# shellcheck shell=bash disable=SC2034,SC2154 # for who sources this; from facts.sh
. "$(dirname "${BASH_SOURCE[0]}")/../facts.sh"
root=$PWD
case $build in /*) ;; *) build=$root/$build ;; esac
coach=${COACH:-$build/coach}
export STAGECOACH_COURSE=${STAGECOACH_COURSE:-$root}
chmod 755 "$work"
chmod 1777 "$work/tmp"

# fact NAME COMMAND…: the command succeeds.
fact() {
    local name=$1
    shift
    if timeout "$backstop" "$@" >"$work/out" 2>&1 </dev/null; then ok "$name"; else not_ok "$name" "$work/out"; fi
}

# says NAME STATUS WORDS COMMAND…: it exits with STATUS, and WORDS stand in what it prints.
says() {
    local name=$1 status=$2 words=$3 got
    shift 3
    timeout "$backstop" "$@" >"$work/out" 2>&1 </dev/null
    got=$?
    if [ "$got" != "$status" ]; then
        echo "status $got, expected $status" >>"$work/out"
        not_ok "$name" "$work/out"
    elif ! grep -qF -- "$words" "$work/out"; then
        echo "\"$words\" is not said" >>"$work/out"
        not_ok "$name" "$work/out"
    else
        ok "$name"
    fi
}

# jq: the rules of the contract (harness/model) that a report names, the first one broken first.
rules_broken='def rules_broken:
    [.checks[].items[].lines[]? | (.text // "") |
        capture("^(?:later )?rule (?<name>[a-z0-9-]+\\.[a-z0-9-]+)[ :]").name] |
    reduce .[] as $name ([]; if index($name) then . else . + [$name] end);'

# table_stands TABLE: what write_table prints is what the file holds.
table_stands() {
    write_table >"$work/table"
    if cmp -s "$work/table" "$1"; then
        ok "$1 is up to date"
    else
        diff "$1" "$work/table" >"$work/out" 2>&1
        not_ok "$1 is stale: $0 --table" "$work/out"
    fi
}
