#!/bin/bash
# The graders that `coach package` makes for course platforms: they build from what is in them,
# hold nothing of the solution, and grade a submission as the platform would have it.
. "$(dirname "$0")/facts.sh"
mkdir "$work/hidden" && cp labs/01-boot/checks/panic.check "$work/hidden/secret.check"
good=$work/good
"$coach" start 1 "$good" --no-git >/dev/null || exit 3
for file in $("$coach" labs 1 | cut -f 2 | sort -u); do cp "$root/$file" "$good/$file"; done

for platform in gradescope classroom50 gitlab; do
    fact "a grader for $platform is made" \
        "$coach" package --for $platform 1 --hidden "$work/hidden" -o "$work/$platform"
done
fact "a course for learners is made" "$coach" package --for learners -o "$work/course"

# links_lead FOLDER: each link of each page in it leads to a file in it, and to a heading that is there.
links_lead() {
    local page link file heading status=0
    while IFS=: read -r page link; do
        file=${link%%#*} heading=
        [ "$file" = "$link" ] || heading=${link#*#}
        file=${page%/*}/${file:-${page##*/}}
        if [ ! -e "$file" ] || case $(realpath "$file") in "$(realpath "$1")"/*) false ;; esac; then
            echo "$page: $link: not there" && status=1
        elif [ -n "$heading" ] && ! sed -n 's/^##* //p' "$file" | tr -d '`,?:.' |
            tr 'A-Z ' 'a-z-' | grep -qxF -- "$heading"; then
            echo "$page: $link: no such heading" && status=1
        fi
    done < <(find "$1" -name '*.md' -exec grep -oHE '\]\([^) :]*( "[^"]*)?\)?' {} + | sed 's/](//; s/ ".*//; s/)$//')
    return $status
}
export -f links_lead
mkdir -p "$work/linked/in" && touch "$work/out.md"
printf '# A page\n[one](in/two.md#a-part), [gone](../out.md), [none](three.md), [b](in/two.md#b)\n' >"$work/linked/one.md"
printf '# Two\n## A part\n' >"$work/linked/in/two.md"
links_lead "$work/linked" >"$work/links"
fact "links that lead out of a course, nowhere, or to no heading are found, and no others" \
    sh -c "cut -d ' ' -f 2 $work/links | sort | tr '\n' ' ' | grep -x '../out.md: in/two.md#b: three.md: '"
fact "each link of a published course leads to something in it" bash -c "links_lead $work/course"
fact "its README is a learner's, and links to each lab" sh -c "cd $work/course &&
    for lab in labs/[0-9]*; do grep -q \"(\$lab/README.md)\" README.md || exit 1; done"
fact "its make offers nothing that is not there" sh -c "cd $work/course && make help >$work/help &&
    ! grep -E '^  (test|bench|fuzz|soak|mutation|run|debug|docs-test)' $work/help && grep -q '^  all ' $work/help"
fact "none of its pages says that what is blank is whole" sh -c "! grep -rliE 'whole hypervisor:|complete hypervisor' \
    --include=*.md $work/course"
fact "it can be packaged again, and is the same" sh -c "
    $coach package --for learners --course $work/course -o $work/again && diff -r $work/course $work/again"

# The README's own commands, in a fresh copy. What is to be installed is.
cp -r "$work/course" "$work/fresh" && printf '#!/bin/sh\n' >"$work/fresh/tools/deps.sh"
# shellcheck disable=SC2016 # backquotes of Markdown
sed -n '/^## Begin/,/^`tools/p' "$work/fresh/README.md" | sed -n '/^```$/,/^```$/{/^```/d;p;}' >"$work/commands"
fact "its README has commands to begin with" grep -q '^build/coach start 1' "$work/commands"
says "which work, and end at the first function" 1 "panic: TODO: 01 boot: trap_vector is yours to write" \
    env -u STAGECOACH_COURSE sh -ec "cd $work/fresh && . $work/commands"
pages_lead() { # FOLDER: each link from a page in it to another one leads to a page
    local link
    while read -r link; do
        [ -f "$1/$link" ] || { echo "$link" && return 1; }
    done < <(grep -ohE 'href="[a-z0-9-]+\.html' "$1"/*.html | cut -d '"' -f 2 | sort -u)
}
export -f pages_lead
if command -v pandoc >/dev/null && command -v dot >/dev/null; then
    fact "its book is built" env -u STAGECOACH_COURSE make -C "$work/fresh" docs
    fact "whose pages lead to each other" bash -c "pages_lead $work/fresh/build/docs"
fi
fact "and there is the handout that it names" test -f "$work/mine/labs/01-boot/README.md"

says "a platform that nobody knows is told" 2 "expected learners, gradescope, classroom50 or gitlab" \
    "$coach" package --for moodle 1 -o "$work/moodle"
says "a grader wants a lab" 2 "name the LAB" "$coach" package --for gitlab -o "$work/none"

# Gradescope: a zip file with setup.sh and run_autograder, unpacked into /autograder/source; here
# that folder is elsewhere, and what is to be installed is.
gradescope=$work/autograder
mkdir -p "$gradescope/source" && unzip -q "$work/gradescope" -d "$gradescope/source"
fact "Gradescope's zip file has its two programs, which may be run" \
    test -x "$gradescope/source/setup.sh" -a -x "$gradescope/source/run_autograder"
fact "nothing in it is solved" sh -c "! grep -rq 'hart->trap_resume = 0' $gradescope/source/course/hv"
sed -i "s|/autograder|$gradescope|g" "$gradescope/source/setup.sh" "$gradescope/source/run_autograder"
sed -i "s|--emit gradescope|&=$gradescope/results/results.json|" "$gradescope/source/run_autograder"
printf '#!/bin/sh\n' >"$gradescope/source/course/tools/deps.sh"
if env -u STAGECOACH_COURSE timeout "$backstop" sh "$gradescope/source/setup.sh" >"$work/out" 2>&1; then
    ok "setup.sh builds it"
else
    not_ok "setup.sh builds it" "$work/out"
fi
cp -r "$good" "$gradescope/submission"
fact "run_autograder grades" env -u STAGECOACH_COURSE "$gradescope/source/run_autograder"
fact "the reference has all points, the hidden check's too" \
    jq -e '[.tests[].score] | add == 115' "$gradescope/results/results.json"
"$coach" start 1 "$work/blank" --no-git >/dev/null
rm -rf "$gradescope/submission" && cp -r "$work/blank" "$gradescope/submission"
fact "run_autograder grades blanks" env -u STAGECOACH_COURSE "$gradescope/source/run_autograder"
fact "which have none" jq -e '[.tests[].score] | add == 0' "$gradescope/results/results.json"
fact "a learner is told the line that replays a check in their tree" \
    sh -c "jq -r '.tests[].output // empty' $gradescope/results/results.json |
        grep -qx 'replay: coach grade 1 --replay 01-boot/causes --seed 1'"

# Whatever is missing or killed, there is a result that says so.
no_result() { # no_result NAME WORDS COACH: with this in coach's place
    mv "$gradescope/source/course/build/coach" "$work/coach.kept"
    [ -z "$3" ] || printf '%s\n' '#!/bin/sh' "$3" >"$gradescope/source/course/build/coach"
    [ -z "$3" ] || chmod 755 "$gradescope/source/course/build/coach"
    rm -rf "$gradescope/results"
    env -u STAGECOACH_COURSE "$gradescope/source/run_autograder" >"$work/out" 2>&1
    # shellcheck disable=SC2016 # a variable of jq
    fact "$1" jq -e --arg words "$2" '.score == 0 and (.output | contains($words))' "$gradescope/results/results.json"
    mv "$work/coach.kept" "$gradescope/source/course/build/coach"
}
no_result "a grader that is not built leaves a result" "is not built" ""
# shellcheck disable=SC2016 # for the shell in coach's place
no_result "so does one that is killed" "status 137" 'kill -9 $$'
no_result "and one that breaks" "status 2" 'exit 2'
mv "$gradescope/submission" "$work/submission.kept"
no_result "no submission leaves a result too" "no submission" 'exit 0'
mv "$work/submission.kept" "$gradescope/submission"

# A system that is too old is told when the image is built.
mkdir "$work/old" && printf '#!/bin/sh\necho "QEMU emulator version 6.2.0 (Debian 1:6.2+dfsg-2ubuntu6)"\n' >"$work/old/qemu-system-riscv64"
chmod 755 "$work/old/qemu-system-riscv64"
says "setup.sh refuses a QEMU that is too old" 1 "found QEMU 6.2, expected 7.2 or later: choose a base image" \
    env -u STAGECOACH_COURSE PATH="$work/old:$PATH" sh "$gradescope/source/setup.sh"

# Classroom 50: autograder.py, run in the learner's checkout. What was built above serves here.
printf '#!/bin/sh\n' >"$work/classroom50/course/tools/deps.sh"
cp -r "$gradescope/source/course/build" "$work/classroom50/course/build"
find "$work/classroom50/course" -path '*/build' -prune -o -type f -exec touch -d 2000-01-01 {} +
fact "autograder.py grades in a learner's checkout" sh -c "cd $good && env -u STAGECOACH_COURSE python3 $work/classroom50/autograder.py"
fact "and leaves Classroom 50's result" jq -e '.score == 115' "$good/result.json"

# GitLab: a job to be included; its script grades the project that it runs in.
fact "the job for GitLab leaves a JUnit report" grep -q 'junit: junit.xml' "$work/gitlab/.gitlab-ci.yml"
fact "and has a recipe for an image with everything built" grep -q '^FROM ' "$work/gitlab/Containerfile"
fact "as Classroom 50 has" grep -q '^FROM ' "$work/classroom50/Containerfile"
fact "which its README tells how to use" grep -q GRADER_IMAGE "$work/gitlab/README.md"
fact "no placeholder is left in any" sh -c "! grep -rE '@(LAB|LAST|HIDDEN)' $work/gitlab/README.md $work/gitlab/.gitlab-ci.yml \
    $work/classroom50/autograder.py $work/classroom50/README.md $gradescope/source/setup.sh $gradescope/source/run_autograder"
script=$(sed -n 's|^    - course/build/coach ||p' "$work/gitlab/.gitlab-ci.yml")
ln -s "$work/gitlab/course" "$good/course"
# shellcheck disable=SC2086 # the words of the job's script
fact "its script grades the project" sh -c "cd $good && $coach $script"
fact "into that report" grep -q 'tests="' "$good/junit.xml"
sum
