# For the tests of this folder that judge hypervisors other than the reference: sourced behind
# facts.sh. A variant is a patch to hv/ with a header: a sentence, an empty line, and lines
# `name: value`. See README.md.
# shellcheck shell=bash disable=SC2154
command -v jq >/dev/null || { echo "jq is not installed: make deps"; exit 3; }
export COACH=$coach BUILD=$build
jobs=${JOBS:-$(nproc)}

# header PATCH FIELD: the field's value; header PATCH: the sentence.
header() {
    if [ $# = 1 ]; then
        sed '/^$/,$d' "$1" | tr '\n' ' ' | sed 's/ $//'
    else
        sed -n "/^--- /q; s/^$2: //p" "$1"
    fi
}

# The checks that judge a variant; a test may say otherwise.
checks_of() {
    header "$1" check
}
export -f header checks_of

# The reference's sources and objects, of which each variant is a copy with a change.
make_base() {
    mkdir -p "$work/base/build" "$work/reports"
    cp -a hv abi Makefile "$work/base"
    [ -d "$build/hv" ] && cp -a "$build/hv" "$work/base/build"
    make -C "$work/base" BUILD=build build/hv/stagecoach.elf >"$work/out" 2>&1 && return
    not_ok "the reference builds" "$work/out"
    sum
    exit 1
}

# judge_all FOLDER: judges each variant of the folder by its own checks, some at a time. Leaves
# reports/NAME.json, NAME.status and NAME.err. ONLY="NAME…" chooses.
judge_all() {
    local patch name
    for patch in "$1"/*.patch; do
        name=$(basename "$patch" .patch)
        [ -n "${ONLY:-}" ] && [[ " $ONLY " != *" $name "* ]] && continue
        echo "$patch"
    done >"$work/list"
    make_base
    # shellcheck disable=SC2016
    xargs -P "$jobs" -I PATCH bash -c '
        name=$(basename "$1" .patch)
        # shellcheck disable=SC2046
        tests/grader/variant "$2/base" "$1" "$2/reports/$name.json" $(checks_of "$1") \
            2>"$2/reports/$name.err"
        echo $? >"$2/reports/$name.status"
    ' judge PATCH "$work" <"$work/list"
}
