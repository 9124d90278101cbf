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
if env -u STAGECOACH_COURSE timeout 900 sh "$gradescope/source/setup.sh" >"$work/out" 2>&1; then
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

# Classroom 50: autograder.py, run in the learner's checkout. What was built above serves here.
printf '#!/bin/sh\n' >"$work/classroom50/course/tools/deps.sh"
cp -r "$gradescope/source/course/build" "$work/classroom50/course/build"
find "$work/classroom50/course" -path '*/build' -prune -o -type f -exec touch -d 2000-01-01 {} +
fact "autograder.py grades in a learner's checkout" sh -c "cd $good && env -u STAGECOACH_COURSE python3 $work/classroom50/autograder.py"
fact "and leaves Classroom 50's result" jq -e '.score == 115' "$good/result.json"

# GitLab: a job to be included; its script grades the project that it runs in.
fact "the job for GitLab leaves a JUnit report" grep -q 'junit: junit.xml' "$work/gitlab/.gitlab-ci.yml"
script=$(sed -n 's|^    - course/build/coach ||p' "$work/gitlab/.gitlab-ci.yml")
ln -s "$work/gitlab/course" "$good/course"
# shellcheck disable=SC2086 # the words of the job's script
fact "its script grades the project" sh -c "cd $good && $coach $script"
fact "into that report" grep -q 'tests="' "$good/junit.xml"
sum
