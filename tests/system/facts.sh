# For the tests of this folder, which run coach from its command line: tests/facts.sh, and what they
# state of coach.
# shellcheck shell=bash disable=SC2034,SC2154 # for who sources this; from facts.sh
. "$(dirname "${BASH_SOURCE[0]}")/../facts.sh"
coach=${COACH:-$build/coach}

# fact NAME STATUS WORDS COMMAND…: it exits with STATUS, and WORDS stand in what it prints.
fact() {
    local name=$1 status=$2 words=$3 got
    shift 3
    timeout "$backstop" "$@" >"$work/out" 2>"$work/err" </dev/null
    got=$?
    if [ "$got" != "$status" ]; then
        not_ok "$name (status $got, expected $status)" "$work/out" "$work/err"
    elif ! cat "$work/out" "$work/err" | grep -qF -- "$words"; then
        not_ok "$name (\"$words\" is not said)" "$work/out" "$work/err"
    else
        ok "$name"
    fi
}

# refused NAME WORDS COMMAND…: status 2, one line on standard error, nothing on the other.
refused() {
    local name=$1 words=$2
    shift 2
    timeout "$backstop" "$@" >"$work/out" 2>"$work/err" </dev/null
    if [ $? != 2 ] || [ -s "$work/out" ] || [ "$(wc -l <"$work/err")" != 1 ]; then
        not_ok "$name" "$work/out" "$work/err"
    elif ! grep -qF -- "$words" "$work/err"; then
        not_ok "$name (\"$words\" is not said)" "$work/out" "$work/err"
    else
        ok "$name"
    fi
}

# holds NAME COMMAND…: it succeeds. What coach said before stays in $work/out and $work/err.
holds() {
    local name=$1
    shift
    if "$@" >"$work/held" 2>&1; then ok "$name"; else not_ok "$name" "$work/out" "$work/err"; fi
}
