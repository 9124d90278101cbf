# For tests of coach from its command line: sourced, it goes to the project's root, makes $work, a
# folder that goes away, and $TMPDIR in it, and counts facts. A test ends with `sum`.
# shellcheck shell=bash
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
build=${BUILD:-build}
# shellcheck disable=SC2034 # for who sources this
coach=${COACH:-$build/coach}
export NO_COLOR=1

work=$(mktemp -d)
mkdir "$work/tmp"
export TMPDIR=$work/tmp
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

ok() {
    passed=$((passed + 1))
    echo "ok $1"
}
not_ok() {
    failed=$((failed + 1))
    echo "not ok $1"
    sed 's/^/    /' "$work/out" "$work/err" 2>/dev/null | tail -n 12
}

# fact NAME STATUS WORDS COMMAND…: it exits with STATUS, and WORDS stand in what it prints.
fact() {
    local name=$1 status=$2 words=$3 got
    shift 3
    timeout 120 "$@" >"$work/out" 2>"$work/err" </dev/null
    got=$?
    if [ "$got" != "$status" ]; then
        not_ok "$name (status $got, expected $status)"
    elif ! cat "$work/out" "$work/err" | grep -qF -- "$words"; then
        not_ok "$name (\"$words\" is not said)"
    else
        ok "$name"
    fi
}

# refused NAME WORDS COMMAND…: status 2, one line on standard error, nothing on the other.
refused() {
    local name=$1 words=$2
    shift 2
    timeout 60 "$@" >"$work/out" 2>"$work/err" </dev/null
    if [ $? != 2 ] || [ -s "$work/out" ] || [ "$(wc -l <"$work/err")" != 1 ]; then
        not_ok "$name"
    elif ! grep -qF -- "$words" "$work/err"; then
        not_ok "$name (\"$words\" is not said)"
    else
        ok "$name"
    fi
}

# holds NAME COMMAND…: it succeeds. What coach said before stays in $work/out and $work/err.
holds() {
    local name=$1
    shift
    if "$@" >"$work/held" 2>&1; then ok "$name"; else not_ok "$name"; fi
}

sum() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
