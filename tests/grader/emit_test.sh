#!/bin/bash
# Reports for course platforms: each is what the platform's documentation asks for, whatever the
# outcome; the format that fits is found; a report is there from the beginning, with no points.
. "$(dirname "$0")/facts.sh"
schemas=$root/tests/grader/schemas
validator=/usr/bin/jsonschema
export CLASSROOM=c ASSIGNMENT=a SUBMISSION_TAG=submit/1 COMMIT_URL=https://x/c RELEASE_URL=https://x/r
export SOURCE_DATE_EPOCH=1700000000

"$coach" start 1 "$work/blank" --no-git >/dev/null || exit 3
cp -r "$work/blank" "$work/good"
for file in $("$coach" labs 1 | cut -f 2 | sort -u); do cp "$root/$file" "$work/good/$file"; done
cp -r "$work/good" "$work/broken" && echo 'int "<&>' >>"$work/broken/hv/trap/trap.c"

valid() { # valid NAME SCHEMA FILE
    fact "$1" "$validator" -i "$3" "$schemas/$2.json"
}
emit_all() { # emit_all SUBMISSION [ENVIRONMENT…]: every report of it
    local what=$1 words=() format
    shift
    for format in gradescope prairielearn autolab submitty classroom50 check50 junit tap json html; do
        words+=(--emit "$format=$work/$format")
    done
    env "$@" timeout "$backstop" "$coach" grade 1 --submission "$what" "${words[@]}" >"$work/out" 2>&1
    echo $? >"$work/status"
}
all_valid() { # all_valid KIND
    for format in gradescope prairielearn submitty classroom50 check50; do
        valid "$1: $format's report is valid" "$format" "$work/$format"
    done
    tail -n 1 "$work/autolab" >"$work/line"
    valid "$1: Autolab's last line is valid" autolab "$work/line"
    tail -n 2 "$work/autolab" | head -n 1 >"$work/line"
    valid "$1: and the feedback before it" autolab-feedback "$work/line"
    fact "$1: JUnit is well-formed XML" xmllint --noout "$work/junit"
}
holds() { # holds NAME FILE WORDS
    if tr -d '\n' <"$work/$2" | grep -qE -- "$3"; then ok "$1"; else not_ok "$1" "$work/$2"; fi
}

emit_all "$work/good"
fact "full points exit with 0" grep -qx 0 "$work/status"
all_valid "full points"
holds "Gradescope adds up the tests itself" gradescope '"max_score": 30'
holds "PrairieLearn's score is 1" prairielearn '"score": 1\.0'
holds "Submitty's too" submitty '"score": 1\.0'
holds "Classroom 50's is 100 of 100" classroom50 '"score": 100, *"max-score": 100'
holds "Autolab has a score for the lab" autolab '"scores":\{"01-boot":100\}'

emit_all "$work/blank"
fact "failures exit with 1" grep -qx 1 "$work/status"
all_valid "no points"
holds "PrairieLearn's score is 0, and gradable" prairielearn '"gradable": true, *"score": 0\.0'
emit_all "$work/broken"
all_valid "a build error"
holds "the compiler is quoted" gradescope 'missing terminating'

emit_all "$work/good" COACH_QEMU=/nonexistent/qemu
fact "faults of the tools exit with 3" grep -qx 3 "$work/status"
all_valid "a fault of the tools"
holds "PrairieLearn takes no attempt for it" prairielearn '"gradable": false'
holds "Submitty tells the instructor" submitty '"status": "fail"'
holds "check50 says neither yes nor no" check50 '"passed": null'
holds "Gradescope's sum still counts the points" gradescope '"score": 0, *"max_score": 30'
holds "and its summary says how many were not graded" gradescope '100 points were not graded'
holds "so does Classroom 50's" classroom50 '"score": 0, *"max-score": 100'
holds "and the report as JSON" json '"got": 0, *"of": 100, *"ungraded": 100'

# auto
found() { # found NAME WORDS [ENVIRONMENT…]: --emit auto prints or writes WORDS
    local name=$1 file=$2
    shift 2
    rm -rf "$work/here" && mkdir "$work/here"
    (cd "$work/here" && env -u CLASSROOM "$@" timeout "$backstop" "$coach" grade 1 \
        --submission "$work/blank" --emit auto >"$work/here/stdout" 2>"$work/out")
    fact "$name" test -s "$work/here/$file"
}
found "auto: on a terminal, text" stdout X=1
found "auto: Classroom 50 by its variables" result.json CLASSROOM=c
found "auto: GitLab by its variable" junit.xml GITLAB_CI=true
found "auto: CodeGrade says where" there.xml "CG_JUNIT_XML_LOCATION=$work/here/there.xml"
says "an unknown format is refused before anything is graded" 2 "there are auto, autolab, check50" \
    "$coach" grade 1 --submission "$work/good" --emit fortran
says "a report that cannot be written is a fault" 3 "No such file or directory" \
    "$coach" grade 1 --submission "$work/blank" --emit "json=$work/none/x.json"

# Cut short: the report of the beginning stays, whole and without points.
"$coach" grade 1 --submission "$work/good" --emit "json=$work/early.json" >/dev/null 2>&1 &
pid=$!
until [ -s "$work/early.json" ] || ! kill -0 $pid 2>/dev/null; do :; done
kill -9 $pid
wait $pid 2>/dev/null
holds "a grading that is killed leaves a whole report" early.json '"got": 0,.*"of": 100,.*cut short'
sum
