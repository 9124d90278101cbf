#!/bin/bash
# What comes after grading: late days, talks, tables that Canvas and Moodle import, pages of feedback,
# copies, grading without names.
. "$(dirname "$0")/facts.sh"
class=$work/class
mkdir "$class"
"$coach" start 1 "$work/blank" --no-git >/dev/null || exit 3
cp -r "$work/blank" "$work/solved"
for file in $("$coach" labs 1 | cut -f 2 | sort -u); do cp "$root/$file" "$work/solved/$file"; done
cp -r "$work/solved" "$work/part" && cp "$work/blank/hv/trap/panic.c" "$work/part/hv/trap/panic.c"
pack() { (cd "$work/$1" && tar -czf "$class/$2.tar.gz" hv) && touch -d "$3" "$class/$2.tar.gz"; }
pack solved ann 2026-10-04T20:00:00Z
pack part 'bob_77_assignsubmission_file' 2026-10-06T00:00:01Z
pack blank 'carlacraft_4711_99_lab1' 2026-10-09T12:00:00Z
fact "a class is graded" "$coach" batch "$class" 1 -o "$work/graded" --jobs 2

marks() { # marks NAME STATUS WORDS OPTION…: into $work/marks, new each time
    local name=$1 status=$2 words=$3
    shift 3
    rm -rf "$work/marks"
    says "$name" "$status" "$words" env TZ=UTC "$coach" marks "$work/graded" -o "$work/marks" "$@"
}
row() { # row NAME LINE [FILE]: the table has that line
    fact "$1" sh -c "tr -d '\r' <$work/marks/${3:-marks.csv} | grep -qxF -- '$2'"
}
printf 'lab,deadline\n1,2026-10-04\n2,2026-10-11 23:59\n' >"$work/deadlines.csv"
marks "marks are told for all who have handed in" 0 "3 students, 0 of them not wholly graded"
row "with their points" '"ann",100,0,0,100,100,"lab 1: 100 of 100 points"'
fact "each has a page" sh -c "ls $work/marks/feedback | grep -c html | grep -x 3"
fact "which says what failed, and why" grep -q '01-boot/overflow stopped at TODO: 01 boot: panic_trap is yours' \
    "$work/marks/feedback/bob_77_assignsubmission_file.html"
fact "and how it is seen again" grep -q 'coach grade 1 --replay 01-boot/panic --seed 1' \
    "$work/marks/feedback/bob_77_assignsubmission_file.html"
says "a folder that is there is not written over" 2 "cannot make this folder" "$coach" marks "$work/graded" -o "$work/marks"

# Late days.
marks "late days are counted" 0 "3 students" --deadlines "$work/deadlines.csv" --grace 2 --off 10
row "in time is not late" '"ann",100,0,0,100,100,"lab 1: 100 of 100 points"'
row "a day that has begun is a day, and grace pays for it" \
    '"bob_77_assignsubmission_file",70,2,0,70,100,"lab 1: 70 of 100 points, 2 days late, 2 free, 0 points off"'
row "no mark is below nothing" \
    '"carlacraft_4711_99_lab1",0,5,30,0,100,"lab 1: 0 of 100 points, 5 days late, 2 free, 30 points off"'
printf 'submission,time\nbob,2026-10-05T01:30:00+02:00\n' >"$work/times.csv"
printf 'ann\nbob\ncarlacraft\ndora\n' >"$work/list"
marks "a table of times goes before the files'" 0 "4 students" --deadlines "$work/deadlines.csv" \
    --handed-in "$work/times.csv" --roster "$work/list"
row "with its zone" '"bob",70,0,0,70,100,"lab 1: 70 of 100 points"'
row "who has not handed in has a row" '"dora",0,0,0,0,100,"lab 1: nothing was handed in"'
printf '1,tomorrow\n' >"$work/bad"
marks "a deadline that is no time is told with its line" 2 "bad:1: 'tomorrow' is no time" --deadlines "$work/bad"
printf '3,2026-10-04\n' >"$work/bad"
marks "so is a lab without one" 2 "has no line for lab 1" --deadlines "$work/bad"
marks "grace without deadlines is told" 2 "mean nothing without --deadlines" --grace 3
fact "and nothing is left of it" test ! -e "$work/marks"
printf 'ann\nbob\n' >"$work/short"
marks "submissions of nobody on the list are told" 0 "carlacraft_4711_99_lab1: is of nobody on the list" \
    --roster "$work/short"

# Whose a submission is: the whole name, else the number of a person, else the longest beginning.
mkdir "$work/names" && for name in ann_lee carlacraft_LATE_4711_99_lab1 bob_1; do cp -r "$work/blank" "$work/names/$name"; done
"$coach" batch "$work/names" 1 -o "$work/graded.names" --jobs 2 >/dev/null 2>&1
sheet() { # sheet NAME WORDS LINE: marks of these for the list in $work/others
    rm -rf "$work/marks"
    says "$1" 0 "$2" "$coach" marks "$work/graded.names" -o "$work/marks" --roster "$work/others"
    row "… in the table" "$3"
}
none=',0,0,0,0,100,"lab 1: nothing was handed in"' some=',0,0,0,0,100,"lab 1: 0 of 100 points"'
printf 'ann\nann_lee\nbob\ncarlacraft\n"o""hara"\nann\n' >"$work/others"
sheet "ann is not ann_lee" "5 students" "\"ann\"$none"
row "who has what is hers" "\"ann_lee\"$some"
row "what begins with a name is that one's" "\"bob\"$some"
says "the batch says the same" 0 "3 of 5 on the roster have handed in" \
    "$coach" batch "$work/names" 1 -o "$work/graded.names" --roster "$work/others"
fact "and who has not" grep -qF '"ann",,,,"not handed in",,""' "$work/graded.names/overview.csv"
fact "a name with quotes is what it is" grep -qF '"o""hara",,,,"not handed in"' "$work/graded.names/overview.csv"
printf '99\n4711\nann_lee\nbob\n' >"$work/others"
sheet "the first number is the person's, not the file's" "4 students" "\"99\"$none"
row "which is told apart" "\"4711\"$some"
printf 'name\nann_lee\nann_lee \nANN\n' >"$work/others"
sheet "a submission of nobody is told" "bob_1: is of nobody on the list" "\"ann_lee\"$some"
for name in a_1 a_1_b; do cp -r "$work/blank" "$work/names/$name"; done
"$coach" batch "$work/names" 1 -o "$work/graded.names" --jobs 2 >/dev/null 2>&1
rm -rf "$work/marks"
says "without a list each submission is somebody's" 0 "5 students" "$coach" marks "$work/graded.names" -o "$work/marks"
iconv -t UTF-16 "$work/others" >"$work/wide"
marks "a list in UTF-16 is told, and what to do" 2 "save it as CSV in UTF-8" --roster "$work/wide"
says "for a batch too" 2 "save it as CSV in UTF-8" \
    "$coach" batch "$work/names" 1 -o "$work/graded.names" --roster "$work/wide"

# The talk.
printf 'student,story/10,question/10,remark\nann,9,7.5,"fine, ""clear"""\n' >"$work/talk.csv"
marks "the talk's points join the others" 0 "4 students" --talk "$work/talk.csv" --roster "$work/list"
row "by criterion" '"ann",100,0,0,9,7.5,116.5,120,"lab 1: 100 of 100 points; talk: 16.5 of 20"'
row "a talk that was not given is 0" '"bob",70,0,0,0,0,70,120,"lab 1: 70 of 100 points; no talk was given"'
fact "the remark is in the feedback" grep -q 'fine, &quot;clear&quot;' "$work/marks/feedback/ann.html"
printf 'student,story/10\nann,11\n' >"$work/bad"
marks "too many points are told" 2 "bad:2: story is '11', expected 0 to 10" --talk "$work/bad"
printf 'student,story\nann,11\n' >"$work/bad"
marks "so is a rubric without points" 2 "names no criterion" --talk "$work/bad"

# Canvas's gradebook: as its export has it, byte order mark, points, posting row, two assignments.
{
    printf '\357\273\277Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (501),Quiz (502),Current Score\r\n'
    printf ',,,,,Manual Posting,,\r\n    Points Possible,,,,,50,10,(read only)\r\n'
    printf '"Able, Ann",1001,s1,ann,"Hypervisors, A",,8,80\r\n"Craft, Carla",4711,s3,cc,"Hypervisors, A",EX,9,90\r\n'
    printf '"Burns, Bob",77,s2,bb,"Hypervisors, A",3,,\r\n"Student, Test",9,,t,"Hypervisors, A",,,\r\n'
} >"$work/canvas"
marks "Canvas's gradebook is a roster" 0 "4 students" --roster "$work/canvas" --talk "$work/talk.csv"
row "its columns come back, with the assignment's own name, and the talk's" \
    'Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (501),Talk' canvas.csv
row "the points possible are its own" '    Points Possible,,,,,50,20' canvas.csv
row "found by login, scaled to them" '"Able, Ann",1001,s1,ann,"Hypervisors, A",50,16.50' canvas.csv
row "found by the number in a download's name" '"Burns, Bob",77,s2,bb,"Hypervisors, A",35,0' canvas.csv
row "who is excused stays so" '"Craft, Carla",4711,s3,cc,"Hypervisors, A",EX,0' canvas.csv
row "who has not handed in, and has given no talk, has nothing" '"Student, Test",9,,t,"Hypervisors, A",0,0' canvas.csv
marks "an assignment that is not there is told" 0 "the gradebook has no assignment 'Hypervisor'" \
    --roster "$work/canvas" --column Hypervisor
marks "another one may be named" 0 "4 students" --roster "$work/canvas" --column quiz
row "and is filled in" '"Burns, Bob",77,s2,bb,"Hypervisors, A",7' canvas.csv

# Moodle's grading worksheet.
{
    printf 'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    printf '"Participant 77","Bob Burns",b@x,"Submitted for grading - ",,200,Yes,"Sunday, 4 October 2026, 8:00 PM",-,\n'
    printf '"Participant 5","Eve Ess",e@x,"No submission - ",,200,Yes,-,-,\n'
} >"$work/moodle"
marks "Moodle's worksheet is a roster" 0 "2 students" --roster "$work/moodle"
row "its rows come back with grades, out of its maximum" \
    'Participant 77,Bob Burns,b@x,Submitted for grading - ,140,200,Yes,"Sunday, 4 October 2026, 8:00 PM",-,lab 1: 70 of 100 points' moodle.csv
fact "and a zip file of feedback, as its import wants it" \
    sh -c "unzip -l $work/marks/feedback.zip | grep -q 'Bob Burns_77_assignsubmission_file/feedback.html'"

# What is not graded is nobody's mark.
jq '(.checks[] | select(.id == "01-boot/causes").items[0].verdict) = "harness fault"' "$work/graded/ann/result.json" >"$work/ann.json" && cp "$work/ann.json" "$work/graded/ann/result.json"
marks "what is not graded is told" 0 "4 students, 1 of them not wholly graded" --roster "$work/canvas"
row "and stays as the platform has it" '"Able, Ann",1001,s1,ann,"Hypervisors, A",' canvas.csv
printf '"open\n' >"$work/bad"
marks "a table that ends in quotes is told" 2 "bad:1: a field in quotes does not end" --roster "$work/bad"

# Without names.
fact "a class is graded without names" "$coach" anonymous "$class" 1 -o "$work/codes" --key "$work/key.csv"
fact "no name is in the copy" sh -c "! ls $work/codes | grep -v '^learner-[0-9a-f]\{8\}\$'"
fact "the table says who, and when they handed in" grep -q '^learner-[0-9a-f]*,ann,2026-10-04T20:00:00Z' "$work/key.csv"
"$coach" batch "$work/codes" 1 -o "$work/graded.codes" --jobs 2 >/dev/null 2>&1
fact "no name is in the results" sh -c "! grep -rlE 'ann|carlacraft' $work/graded.codes --include=overview.csv --include=batch.json"
cp "$work/key.csv" "$work/key.before"
pack solved eve 2026-10-05T00:00:00Z
fact "who comes later gets a code, and the others keep theirs" sh -c "
    $coach anonymous $class 1 -o $work/codes.later --key $work/key.csv && [ \$(wc -l <$work/key.csv) = 5 ] &&
    head -n 4 $work/key.csv | cmp - $work/key.before"
says "with the table the marks are theirs again" 0 "3 students" env TZ=UTC "$coach" marks "$work/graded.codes" -o "$work/named" \
    --key "$work/key.csv" --deadlines "$work/deadlines.csv"
fact "with the day on which they handed in" grep -q '^"bob_77_assignsubmission_file",.*,2,20,' "$work/named/marks.csv"

# Copies.
sed 's/^/ /' "$work/solved/hv/trap/trap.c" >"$work/part/hv/trap/trap.c"
sed -i 's/trap_resume = 0/trap_resume = 0 + 0/' "$work/part/hv/trap/trap.c"
pack part fay 2026-10-05T00:00:00Z
mkdir "$work/around" && cp -r "$work/part" "$work/around/lab1" # gil has packed the folder, too
tar -C "$work/around" -czf "$class/gil.tar.gz" lab1
says "copies are told, white space aside" 0 "hv/trap/trap.c: fay, gil" "$coach" copies "$class" 1 -o "$work/copies"
fact "so is what the reference has" grep -qx 'hv/trap/panic.c: ann has what the reference has' "$work/copies/report.txt"
fact "what nobody has written is no copy" sh -c "! grep -q 'carla' $work/copies/report.txt"
fact "the files are there as JPlag and MOSS want them" ls "$work/copies/submissions/fay/hv-trap-trap.c" \
    "$work/copies/base/hv-trap-trap.c"
says "what cannot be read is told" 0 "1 not read" sh -c "printf 'Rar!\032\007\001\000' >$class/hal.rar
    $coach copies $class 1 -o $work/copies.more"
sum
