#!/bin/sh
# Gradescope runs this once, as root, when it makes the grader's image. What the image lacks is told
# here, on the page that shows the build, and not to the first learner.
set -eu
cd /autograder/source/course
refuse() {
    echo "setup.sh: $1" >&2
    exit 1
}
tools/deps.sh run

# QEMU 7.2 is the first that does what the checks need; Ubuntu 22.04 has 6.2.
found=$(qemu-system-riscv64 --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9]*\.[0-9]*\).*/\1/p')
major=${found%%.*} minor=${found#*.}
if [ -z "$found" ] || [ "$major" -lt 7 ] || { [ "$major" = 7 ] && [ "$minor" -lt 2 ]; }; then
    refuse "found QEMU ${found:-"(none)"}, expected 7.2 or later: choose a base image with Ubuntu 24.04 or later"
fi
make -j2 all
build/coach doctor || refuse "this image lacks what is marked above: a submission could not be graded"

# A submission as it will come: the learner's tree without a line written.
tree=$(mktemp -d)
build/coach start @LAST@ "$tree/blank" --no-git >/dev/null
status=0
build/coach grade @LAB@@HIDDEN:/autograder/source/course/hidden@ --submission "$tree/blank" >"$tree/out" 2>&1 || status=$?
if [ "$status" -gt 1 ]; then
    cat "$tree/out" >&2
    refuse "an empty submission could not be graded here"
fi
rm -rf "$tree"
echo "setup.sh: ready"
