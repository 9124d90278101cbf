#!/bin/bash
# The labs' graders are graded: in each lab the reference has all points; each mutant, a mistake
# that a learner makes, fails in the check that its header names; each alternative, right and
# written otherwise, has all points; each forger has none. Arguments: labs (default: all).
# The kill table goes to $KILLS, if that is set.
. "$(dirname "$0")/facts.sh"
jobs=${JOBS:-$(nproc)}

header() { # header PATCH FIELD
    sed -n "/^--- /q; s/^$2: //p" "$1"
}

# one LAB KIND PATCH: builds the lab's solved tree with the patch, judges it; a line for a table.
one() {
    local lab=$1 kind=$2 patch=$3 own name
    name=$(basename "$patch" .patch)
    own=$work/$lab-$kind-$name
    cp -a "$work/base-$lab" "$own"
    [ "$kind" = reference ] ||
        patch -d "$own" -p1 --fuzz=2 -s --no-backup-if-mismatch <"$patch" >"$own.out" 2>&1 ||
        { echo "$lab $kind $name does-not-apply 0 0 -" && return; }
    make -C "$own" --no-print-directory say= images >"$own.out" 2>&1 ||
        { echo "$lab $kind $name does-not-build 0 0 -" && return; }
    timeout 300 "$coach" check -j 1 --hypervisor "$own/build/hv/stagecoach.elf" --build "$own/build" \
        --emit "json=$own.json" "labs/$lab/checks" >"$own.out" 2>&1 </dev/null
    jq -r --arg row "$lab $kind $name" '"\($row) judged \(.got) \(.of) " +
        ([.checks[] | select(.got < .of) | .file | split("/") | last | rtrimstr(".check")] | join(","))' \
        "$own.json" 2>/dev/null || echo "$lab $kind $name not-judged 0 0 -"
    rm -rf "$own"
}
export -f one
export work coach

judged() { # judged LAB KIND NAME STATE GOT OF FAILED: states the fact
    local lab=$1 kind=$2 name=$3 state=$4 got=$5 of=$6 lost=$7 patch wanted
    patch=labs/$lab/$kind/$name.patch
    echo "$*" >"$work/row"
    case $kind in
    reference | alternatives)
        if [ "$state" = judged ] && [ "$got" = "$of" ] && [ "$of" = 100 ]; then
            ok "$lab: $kind $name has all points"
        else
            not_ok "$lab: $kind $name has all points" "$work/row" "$work/$lab-$kind-$name.out"
        fi
        ;;
    forgers)
        if [ "$state" = judged ] && [ "$got" = 0 ]; then
            ok "$lab: forger $name has no point"
        else
            not_ok "$lab: forger $name has no point" "$work/row" "$work/$lab-$kind-$name.out"
        fi
        ;;
    mutants)
        wanted=$(header "$patch" check)
        wanted=${wanted#*/}
        if [ "$state" = judged ] && [[ ",$lost," == *",$wanted,"* ]]; then
            ok "$lab: mutant $name fails in $wanted"
        else
            not_ok "$lab: mutant $name fails in $wanted" "$work/row" "$work/$lab-$kind-$name.out"
        fi
        [ -n "${KILLS:-}" ] && echo "| $lab | $name | $(head -n 1 "$patch") | $lost | $got |" >>"$KILLS"
        ;;
    esac
}

# shellcheck disable=SC2046 # numbers of labs
[ $# = 0 ] && set -- $("$coach" labs | cut -f 1)
for number; do
    lab=$(basename "$(ls -d labs/"$(printf %02d "$number")"-*)")
    # shellcheck disable=SC2015 # whichever of the two failed
    "$coach" start "$number" "$work/base-$lab" --solved --filled all --no-git >"$work/out" 2>&1 &&
        make -C "$work/base-$lab" --no-print-directory -j2 say= images >"$work/out" 2>&1 ||
        { not_ok "$lab: the reference builds" "$work/out" && continue; }
    ln -s "$build/guest-os/probes" "$work/base-$lab/build/guest-os/probes" 2>/dev/null ||
        { mkdir -p "$work/base-$lab/build/guest-os" &&
            ln -s "$build/guest-os/probes" "$work/base-$lab/build/guest-os/probes"; }
    {
        echo "$lab reference reference"
        for kind in mutants alternatives forgers; do
            for patch in labs/"$lab"/"$kind"/*.patch; do
                [ -e "$patch" ] && echo "$lab $kind $patch"
            done
        done
    } >"$work/todo"
    # shellcheck disable=SC2016
    xargs -P "$jobs" -L 1 bash -c 'one "$@"' one <"$work/todo" | sort >"$work/rows"
    while read -r row; do
        # shellcheck disable=SC2086
        judged $row
    done <"$work/rows"
    rm -rf "$work/base-$lab"
done
sum
