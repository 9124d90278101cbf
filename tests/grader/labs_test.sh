#!/bin/bash
# The labs' graders are graded. In each lab the reference has all points; the skeleton, in which
# nothing of that lab is written yet, has none; each mutant, a mistake that a learner makes, fails
# in the check that its header names; each alternative, right and written otherwise, has all
# points; each forger has none. Arguments: labs (default: all), or --table, which writes
# docs/kill-table-labs.md. JOBS=N judges that many at a time.
. "$(dirname "$0")/facts.sh"
. "$(dirname "${BASH_SOURCE[0]}")/refresh.sh"
jobs=${JOBS:-$(nproc)}
table=docs/kill-table-labs.md
: >"$work/kills"

header() { # header PATCH FIELD
    sed -n "/^--- /q; s/^$2: //p" "$1"
}

# images TREE: what its sources lack in images is built.
images() {
    make -C "$1" --no-print-directory -j2 say= images
}

# staged FOLDER LAB FILLED BUILT: the lab's tree on the reference's earlier labs, built. It begins as
# a copy of the tree BUILT, and takes from the stage what differs: a file is compiled once for all
# trees that have it.
staged() {
    local stage=$work/stage-${1##*/}
    if [ -d "$4" ]; then cp -a "$4" "$1"; else mkdir "$1"; fi &&
        "$coach" start "$2" "$stage" --solved --filled "$3" --no-git && refresh "$stage" "$1" &&
        rm -rf "$stage" && images "$1" &&
        mkdir -p "$1/build/guest-os" && ln -sfn "$build/guest-os/probes" "$1/build/guest-os/probes"
}

# variant LAB KIND PATCH FOLDER: makes the variant there; says what is wrong if it cannot.
variant() {
    local lab=$1 kind=$2 patch=$3 own=$4
    if [ "$kind" = skeleton ]; then
        staged "$own" "${lab%%-*}" 0 "$work/base-$lab" >"$own.out" 2>&1 || echo does-not-build
        return
    fi
    cp -a "$work/base-$lab" "$own"
    [ "$kind" = reference ] && return
    patch -d "$own" -p1 --fuzz=2 -s --no-backup-if-mismatch <"$patch" >"$own.out" 2>&1 ||
        { echo does-not-apply && return; }
    images "$own" >"$own.out" 2>&1 || echo does-not-build
}

# one LAB KIND PATCH: a row "LAB KIND NAME STATE GOT OF FAILED RULES DIAGNOSES", RULES of the
# contract with commas between. A mutant is judged by
# the check that it names, the others by all of the lab.
one() {
    local lab=$1 kind=$2 patch=$3 own name fault checks
    name=$(basename "$patch" .patch)
    own=$work/$lab-$kind-$name
    checks=labs/$lab/checks
    [ "$kind" = mutants ] && checks=labs/$(header "$patch" check | sed 's|/|/checks/|').check
    fault=$(variant "$lab" "$kind" "$patch" "$own")
    if [ -n "$fault" ]; then
        echo "$lab $kind $name $fault 0 0 - -"
    else
        timeout "$backstop" "$coach" check -j 1 --hypervisor "$own/build/hv/stagecoach.elf" \
            --build "$own/build" --emit "json=$own.json" "$checks" >"$own.out" 2>&1 </dev/null
        jq -r --arg row "$lab $kind $name" "$rules_broken"'
            [.checks[] | select(.got < .of)] as $failed |
            if [.checks[].items[] | select(.graded | not)] | length > 0
            then "\($row) not-graded 0 0 - -"
            else "\($row) judged \(.got) \(.of) " +
                ($failed | map(.file | split("/") | last | rtrimstr(".check")) | join(",")) + " " +
                (rules_broken | map("`\(.)`") | join(",") | if . == "" then "-" else . end) + " " +
                ([$failed[].items[] | select(.verdict != "pass") | .diagnosis // .verdict] |
                    unique | join(", "))
            end' "$own.json" 2>/dev/null || echo "$lab $kind $name not-judged 0 0 -"
    fi
    rm -rf "$own"
}
export -f one variant staged images refresh header
# shellcheck disable=SC2090 # jq reads the quotes
export work coach build backstop rules_broken

# row_of LAB NAME PATCH CHECK DIAGNOSES RULES: of the kill table, behind the lab's name
row_of() {
    local rules=${6//,/, }
    # shellcheck disable=SC2016 # Markdown's code marks
    printf '%s | `%s` | %s | `%s` | %s | %s |\n' "$1" "$2" "$(head -n 1 "$3")" "$4" "$5" \
        "${rules#-}" >>"$work/kills"
}

judged() { # judged LAB KIND NAME STATE GOT OF FAILED RULES DIAGNOSES…: states the fact
    local lab=$1 kind=$2 name=$3 state=$4 got=$5 of=$6 lost=${7:--} fact good=no wanted
    case $kind in
    reference | alternatives)
        fact="$kind $name has all points"
        [ "$got" = 100 ] && [ "$of" = 100 ] && good=yes
        ;;
    skeleton | forgers)
        fact="$kind $name has no point"
        [ "$got" = 0 ] && good=yes
        ;;
    mutants)
        wanted=$(header "labs/$lab/$kind/$name.patch" check)
        fact="mutant $name fails in $wanted"
        if [ "$lost" = "${wanted#*/}" ]; then
            good=yes
            row_of "$lab" "$name" "labs/$lab/$kind/$name.patch" "${wanted#*/}" "${*:9}" "$8"
        fi
        ;;
    esac
    if [ "$state" = judged ] && [ "$good" = yes ]; then
        ok "$lab: $fact"
    else
        echo "$*" >"$work/row"
        not_ok "$lab: $fact" "$work/row" "$work/$lab-$kind-$name.out"
    fi
}

# at_least N LAB KIND
at_least() {
    local found
    found=$(find "labs/$2/$3" -name '*.patch' | wc -l)
    [ "$found" -ge "$1" ] || not_ok "$2: $found $3, at least $1 are expected"
}

# prepare LAB BUILT: the reference's tree of that lab, made from the tree of the lab before it, and
# what is to be judged in it.
prepare() {
    local lab=$1 kind patch
    at_least 6 "$lab" mutants
    at_least 2 "$lab" alternatives
    at_least 2 "$lab" forgers
    if ! staged "$work/base-$lab" "${lab%%-*}" all "$2" >"$work/out" 2>&1; then
        not_ok "$lab: the reference builds" "$work/out"
        return
    fi
    {
        echo "$lab reference reference"
        echo "$lab skeleton skeleton"
        for kind in alternatives forgers mutants; do
            for patch in labs/"$lab"/"$kind"/*.patch; do echo "$lab $kind $patch"; done
        done
    } >>"$work/todo"
}

# grade_labs LAB…: all that is to be judged in one go, dear things first, so that no processor waits
# at the end of a lab.
grade_labs() {
    local lab row before=none
    : >"$work/todo"
    for lab; do
        prepare "$lab" "$work/$before"
        before=base-$lab
    done
    # shellcheck disable=SC2016
    sort -s -k 2,2 "$work/todo" | xargs -P "$jobs" -L 1 bash -c 'one "$@"' one | sort >"$work/rows"
    while read -r row; do
        # shellcheck disable=SC2086 # a row of words
        judged $row
    done <"$work/rows"
}

write_table() {
    local lab
    echo "# Kill table of the labs"
    echo
    echo "Each row is a mistake that learners make, a patch in the lab's \`mutants/\`. The check that"
    echo "is named finds it, and gives the diagnosis. The rules are those of the contract (contract.md)"
    echo "that it broke there. Written by \`tests/grader/labs_test.sh --table\`; the test says when it is"
    echo "stale."
    echo
    echo "$(wc -l <"$work/kills") mutants, all killed."
    for lab in $labs; do
        echo
        echo "## Lab $lab"
        echo
        echo "| mutant | what is wrong | check | diagnosis | rules |"
        echo "|---|---|---|---|---|"
        sed -n "s/^$lab //p" "$work/kills"
    done
}

wanted=$*
[ "$wanted" = --table ] && wanted=
labs=
for number in ${wanted:-$("$coach" labs | cut -f 1)}; do
    labs+=" $(basename "$(ls -d labs/"$(printf %02d "$number")"-*)")"
done
# shellcheck disable=SC2086 # words
grade_labs $labs

if [ "$*" = --table ]; then
    [ "$failed" = 0 ] && write_table >"$table" && echo "$table is written"
elif [ $# = 0 ]; then
    table_stands "$table"
fi
sum
