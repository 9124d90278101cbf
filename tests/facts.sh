# For tests that are shell scripts: sourced, it goes to the project's root, makes $work, a folder
# that goes away, and $TMPDIR in it, and counts facts. A test ends with `sum`.
# shellcheck shell=bash disable=SC2034 # for who sources this
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3
unset MAKEFLAGS MAKELEVEL MFLAGS # a test that runs make is no part of a make that runs it
build=${BUILD:-build}
export NO_COLOR=1

# Seconds after which whatever a test runs is ended: for what hangs, on however busy a machine.
# No verdict may hang on it: tests wait for a state, or bound the machine's own time.
backstop=3600

work=$(mktemp -d)
mkdir "$work/tmp"
export TMPDIR=$work/tmp
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

ok() {
    passed=$((passed + 1))
    echo "ok $1"
}

# not_ok NAME [FILE…]: shows the ends of the files.
not_ok() {
    local file
    failed=$((failed + 1))
    echo "not ok $1"
    shift
    for file in "$@"; do [ -e "$file" ] && tail -n 15 "$file" | cut -c 1-200 | sed 's/^/    /'; done
}

sum() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
