# For the tests of this folder: sourced, it goes to the project's root, makes $work, a folder that
# goes away, and counts facts. A test ends with `sum`.
# shellcheck shell=bash
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
root=$PWD
unset MAKEFLAGS MAKELEVEL MFLAGS
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
coach=${COACH:-$build/coach}
export STAGECOACH_COURSE=${STAGECOACH_COURSE:-$root} NO_COLOR=1
work=$(mktemp -d)
chmod 755 "$work"
mkdir "$work/tmp"
chmod 1777 "$work/tmp"
export TMPDIR=$work/tmp
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

ok() {
    passed=$((passed + 1))
    echo "ok $1"
}

# not_ok NAME [FILE…]: shows the ends of the files.
not_ok() {
    failed=$((failed + 1))
    echo "not ok $1"
    shift
    for file in "$@"; do [ -e "$file" ] && tail -n 15 "$file" | cut -c 1-200 | sed 's/^/    /'; done
}

# fact NAME COMMAND…: the command succeeds.
fact() {
    local name=$1
    shift
    if timeout 120 "$@" >"$work/out" 2>&1 </dev/null; then ok "$name"; else not_ok "$name" "$work/out"; fi
}

# says NAME STATUS WORDS COMMAND…: it exits with STATUS, and WORDS stand in what it prints.
says() {
    local name=$1 status=$2 words=$3 got
    shift 3
    timeout 120 "$@" >"$work/out" 2>&1 </dev/null
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

sum() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
