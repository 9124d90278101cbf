#!/bin/bash
# A class as a teaching assistant meets it: names that meet the batch's own, things that are no
# submission, grades that became stale, a second batch beside the first, batches that are ended.
. "$(dirname "$0")/facts.sh"
solved=$work/solved
"$coach" start 1 "$work/blank" --no-git >/dev/null || exit 3
cp -r "$work/blank" "$solved"
for file in $("$coach" labs 1 | cut -f 2 | sort -u); do cp "$root/$file" "$solved/$file"; done

# batch WORDS…: status and what is said on both outputs go to $work/batch, which is shown on a failure.
batch() {
    timeout "$backstop" "$coach" batch "$@" >"$work/batch" 2>&1 </dev/null
    echo "status $?" >>"$work/batch"
}
said() { # said NAME WORDS [FILE]
    if grep -qF -- "$2" "${3:-$work/batch}"; then ok "$1"; else not_ok "$1 (\"$2\" is not said)" "${3:-$work/batch}"; fi
}

# ---- Names and things ----------------------------------------------------------------------
class=$work/class
mkdir "$class"
for name in overview.csv.zip batch.json.zip overview.html.ZIP; do (cd "$solved" && zip -qr "$class/$name" hv); done
(cd "$solved" && tar -czf "$class/ann.tar.gz" hv && zip -qr "$class/ann.zip" hv)
printf 'Rar!\032\007\001\000and so on' >"$class/bob.rar"
printf '7z\274\257\047\034and so on' >"$class/carl.7z"
mkfifo "$class/dora"
mkdir -p "$class/eve/hv/trap"
yes '/* long */' | head -c 300000 >"$class/eve/hv/trap/trap.c"
cp -r "$work/blank" "$class/fay" && echo 'int broken(' >>"$class/fay/hv/trap/trap.c"
batch "$class" 1 -o "$class/out" --jobs 2
said "a class with such names is graded, OUT below DIR is none of it" "10 submissions, 7 graded now, 3 not graded"
for name in overview.csv.zip batch.json.zip overview.html.ZIP ann.zip ann.tar.gz; do
    said "$name has its row" "\"$name\",100,100,0,\"pass\"" "$class/out/overview.csv"
done
for kind in "a RAR archive" "a 7z archive" "a FIFO"; do
    said "$kind is not graded, and what is taken is told" "\"not graded\",,\"this is $kind; coach takes a folder" \
        "$class/out/overview.csv"
done
said "a file refused by its size is the remark" 'trap.c: was not taken: it is larger than 256 KiB' "$class/out/overview.csv"
said "so is the compiler's first complaint" '"build error",,"hv/trap/trap.c:' "$class/out/overview.csv"
said "progress counts all, with the time left" "of 10 submissions, about "
mkdir "$class/.git" "$class/.zoe"
batch "$class" 1 -o "$class/out"
said "what begins with a dot is told" "passed over, since they begin with a dot: .git, .zoe"
rmdir "$class/.git" "$class/.zoe"
said "and again" "10 submissions, 0 graded now, 3 not graded"
fact "no result shows a path of this machine" sh -c "! grep -rlE '$work|$root|/tmp/' $class/out --include=result.json --include=report.html"
fact "the line that replays a check fits a learner's tree" \
    sh -c "jq -r '.checks[].replay // empty' $class/out/fay/result.json $class/out/ann.zip/result.json |
        grep . | sort -u >$work/lines && ! grep -v '^coach grade 1 --replay 01-boot/[a-z]* --seed 1$' $work/lines"
says "OUT may not be DIR" 2 "is the folder of the submissions" "$coach" batch "$class" 1 -o "$class"
says "nor lie in a submission" 2 "would be graded as a submission" "$coach" batch "$class" 1 -o "$class/eve/out"
says "nor be one" 2 "would be graded as a submission" "$coach" batch "$class" 1 -o "$class/eve"
fact "and nothing is made there" test ! -e "$class/eve/out"

# ---- OUT as others left it -----------------------------------------------------------------
mkdir "$work/odd" "$work/one" && cp -r "$work/blank" "$work/one/kim"
for name in batch.json .lock; do
    rm -rf "$work/odd" && mkdir "$work/odd" && mkfifo "$work/odd/$name"
    says "OUT/$name that is a pipe is refused at once" 2 "$name: is no regular file" \
        "$coach" batch "$work/one" 1 -o "$work/odd"
done
rm -rf "$work/odd" && mkdir -p "$work/odd" && mkfifo "$work/odd/overview.csv"
says "a pipe that nobody reads is told" 3 "overview.csv: cannot be written: is a pipe" \
    "$coach" batch "$work/one" 1 -o "$work/odd"
mkfifo "$work/report"
says "for a report too" 3 "report: cannot be written: is a pipe" \
    "$coach" grade 1 --submission "$work/blank" --emit "json=$work/report"
cat "$work/report" >"$work/read" &
"$coach" grade 1 --submission "$work/blank" --emit "json=$work/report" >/dev/null 2>&1
wait $!
fact "one that is read has the report, once and whole" jq -e '.got == 0 and ([.checks[].items[]] | length > 3)' "$work/read"
for blocks in 1 8 64; do
    # shellcheck disable=SC2016 # for sh
    says "files that may not grow are told ($blocks blocks)" 3 "" \
        sh -c 'ulimit -f "$0"; exec "$@"' $blocks "$coach" batch "$work/one" 1 -o "$work/out.small.$blocks"
done

# ---- Stale grades --------------------------------------------------------------------------
course=$work/course
mkdir -p "$course/build/guest-os"
cp -r abi guest-os hv labs tools Makefile "$course"
cp -r "$build/guest-os/probes" "$course/build/guest-os"
small=$work/small out=$work/out.small
mkdir "$small"
cp -r "$solved" "$small/gil"
cp -r "$work/blank" "$small/hal"
graded() { # graded NAME WORDS [OPTION…]: a batch of the small class says so
    local name=$1 words=$2
    shift 2
    batch "$small" 1 -o "$out" --course "$course" --jobs 2 "$@"
    said "$name" "$words"
}
graded "a small class is graded" "2 submissions, 2 graded now"
said "the class's mean is told" "mean 50.0, median 50.0 of 100 points"
said "and the expectation that most miss, with its diagnosis" "missed most, by 1 of 2: 01-boot/causes: "
fact "the page has both, and a histogram" sh -c "grep -q 'mean 50.0, median 50.0' $out/overview.html &&
    grep -q 'Histogram of points, in tenths: 1 0 0 0 0 0 0 0 0 1' $out/overview.html && grep -q 'stopped at TODO: 01 boot' $out/overview.html"
graded "its grades stand" "2 submissions, 0 graded now"
printf '\357\273\277login;mail\r\ngil;g@x\r\nhana;h@x\r\n"ha";x\r\n' >"$work/roster.csv"
graded "a roster tells how many have handed in" "1 of 3 on the roster have handed in" --roster "$work/roster.csv"
said "who has not" "not handed in: hana, ha"
said "and who is not on it" "not on the roster: hal"
said "who has not has a row" '"hana",,,,"not handed in",,""' "$out/overview.csv"
graded "a roster that is not there is told" "none.csv: No such file" --roster "$work/none.csv"
sed -i 's/(\([0-9]*\) points)/(1\1 points)/' "$course/labs/01-boot/checks/panic.check"
graded "a check that changed makes them stale" "2 graded again: the checks changed"
said "who gained is listed" "gil: gained, "
said "and from what" "100 of 100 before"
said "the overview has the points before" ',"pass",100,' "$out/overview.csv"
sed -i 's/(1\([0-9]*\) points)/(\1 points)/' "$course/labs/01-boot/checks/panic.check"
graded "so does the check as it was" "gil: lost, 100 of 100"
graded "a seed makes them stale" "2 graded again: the seed changed" --seed 5
graded "another seed too" "2 submissions, 2 graded now" --seed 6
graded "the checks' own seed too" "2 submissions, 2 graded now"
echo '/* later */' >>"$course/hv/trap/trap.h"
graded "a file of the course too" "2 graded again: the course's files changed"
echo 'More words.' >>"$course/labs/01-boot/README.md"
graded "a handout does not" "2 submissions, 0 graded now"
printf 'allow:\n  - "hv/trap/my_*.h"\n' >>"$course/labs/01-boot/lab.yaml"
graded "so does which files a lab takes" "2 graded again: the course's files changed"
: >"$out/gil/result.json"
graded "a result that was damaged is made again" "2 submissions, 1 graded now"
rm "$out/gil/result.json"
graded "so is one that is gone" "2 submissions, 1 graded now"
said "and its points are there" '"gil",100,100,0,"pass"' "$out/overview.csv"
# shellcheck disable=SC2016 # for the shell in QEMU's place
printf '#!/bin/sh\ncase "$*" in *--version*) echo "QEMU emulator version 9.9.9";; *) exec qemu-system-riscv64 "$@";; esac\n' \
    >"$work/qemu" && chmod 755 "$work/qemu"
COACH_QEMU=$work/qemu graded "another QEMU too" "2 graded again: QEMU changed"
graded "so does the QEMU before" "2 submissions, 2 graded now"
# Built anew, a tool says the same version, and has other contents: in a mount namespace of its own.
cat >"$work/anew" <<'SH'
cp "$1" "$2" && printf '\0' >>"$2" && chmod 755 "$2" && mount --bind "$2" "$1" && shift 2 && exec "$@"
SH
gcc=riscv64-unknown-elf-gcc
assembler=$(readlink -f "$($gcc -print-prog-name=as)")
anew() { # anew FILE NAME WORDS: with that file built anew the batch says so
    says "$2" 0 "$3" unshare -m sh "$work/anew" "$1" "$work/built" \
        "$coach" batch "$small" 1 -o "$out" --course "$course" --jobs 2
}
if unshare -m sh "$work/anew" "$assembler" "$work/built" true 2>/dev/null; then
    anew "$assembler" "an assembler that was built anew makes them stale" "2 graded again: the assembler or linker changed"
    anew "$($gcc -print-prog-name=cc1)" "so does a compiler" "2 graded again: the compiler, the assembler or linker changed"
    anew /usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin "so does firmware" "2 graded again: the firmware, the compiler changed"
    anew "$(command -v qemu-system-riscv64)" "and a QEMU" "2 graded again: QEMU, the firmware changed"
    graded "and all as they were" "2 submissions, 2 graded now"
fi
mkdir "$work/hidden" && cp labs/01-boot/checks/panic.check "$work/hidden/secret.check"
graded "hidden checks make them stale" "2 submissions, 2 graded now" --hidden "$work/hidden"
fact "a hidden check has no line for learners" \
    jq -e '[.checks[] | select(.group == "hidden") | .replay // ""] == [""]' "$out/hal/result.json"
fact "and shows no path" sh -c "! grep -q '$work' $out/hal/result.json"
echo >>"$work/hidden/secret.check"
graded "so does one of them that changed" "the checks changed" --hidden "$work/hidden"
graded "--regrade grades all" "2 submissions, 2 graded now" --hidden "$work/hidden" --regrade

# The course's own objects are built once; a submission is judged as if it were built alone.
fact "the course's objects lie in OUT, those of this course alone" sh -c "[ \$(ls -d $out/.objects-* | wc -l) = 1 ]"
objects=$(ls -d "$out"/.objects-*)
header=$(sed -n 's|^#include "\([a-z]*/[a-z]*\.h\)"$|\1|p' "$course/hv/trap/panic.c" | head -n 1)
cp -r "$solved" "$small/jan"
mkdir -p "$small/jan/hv/trap/${header%/*}" && echo '#error shadowed' >"$small/jan/hv/trap/$header"
graded "a submission that adds a header is graded" "1 graded now, 0 not graded" --hidden "$work/hidden"
"$coach" grade 1 --course "$course" --submission "$small/jan" --hidden "$work/hidden" --emit "json=$work/alone.json" >/dev/null 2>&1
fact "as it is when it is built alone" sh -c "points='[.checks[] | [.id, .got, .of]]'
    [ \"\$(jq -c \"\$points\" $work/alone.json)\" = \"\$(jq -c \"\$points\" $out/jan/result.json)\" ]"
fact "the objects are as they were" sh -c "[ -d $objects/tree/build ] && ! find $objects -newer $out/batch.json | grep ."

# What changes while it is graded is graded as it was taken in, and then told and graded again.
changing=$work/changing
for _ in 1 2 3 4 5; do
    mkdir "$changing" && cp -r "$solved" "$changing/ida"
    rm -rf "$work/out.changing"
    batch "$changing" 1 -o "$work/out.changing" &
    until ls "$work"/tmp/*/tree/hv/trap/trap.c >/dev/null 2>&1 || ! kill -0 $! 2>/dev/null; do :; done
    cp "$work/blank/hv/trap/trap.c" "$changing/ida/hv/trap/trap.c"
    [ -e "$work/out.changing/ida/result.json" ] || break
    wait && rm -rf "$changing" # it was too late: what follows would show nothing
done
wait
said "a submission that changed meanwhile is told" "ida: the submission changed while it was graded"
batch "$changing" 1 -o "$work/out.changing"
said "and is graded again" "1 submissions, 1 graded now, 0 not graded"
fact "with the grade of what it is now" grep -q '"ida",0,100,0,"fail",100,' "$work/out.changing/overview.csv"

# ---- Side by side, and ended ---------------------------------------------------------------
many=$work/many
mkdir "$many"
for name in 1 2 3 4 5 6 7 8; do cp -r "$solved" "$many/$name"; done
begin() { # begin OUT: a batch of these in the background, $first, that has begun to grade
    setsid "$coach" batch "$many" 1 -o "$1" --jobs 2 >"$work/batch" 2>&1 </dev/null &
    first=$!
    until { [ -s "$1/.lock" ] && pgrep -P "$first" >/dev/null; } || ! kill -0 "$first" 2>/dev/null; do :; done
}
begin "$work/out.many"
kill -STOP "$first"
says "a second batch into one OUT is refused, and the first one named" 2 "another batch grades there: process $first of" \
    "$coach" batch "$many" 1 -o "$work/out.many"
kill -CONT "$first"
until ls "$work"/out.many/*/done >/dev/null 2>&1 || ! kill -0 "$first" 2>/dev/null; do :; done
kill -INT "$first"
wait "$first"
echo "status $?" >>"$work/batch"
said "a batch that is interrupted says how to go on" "of 8 submissions are graded; the same command goes on with the rest"
said "with the status of its signal" "status 130"
fact "and leaves the overview" test -s "$work/out.many/overview.csv"

begin "$work/out.killed"
workers=$(pgrep -P "$first")
kill -9 "$first"
for worker in $workers; do timeout "$backstop" tail --pid="$worker" -f /dev/null; done
fact "workers of a batch that is killed die with it" sh -c "! ps -o pid= -p '$(echo "$workers" | paste -sd,)'"
wait "$first" 2>/dev/null
batch "$many" 1 -o "$work/out.killed" --jobs 2
said "the lock is gone with it, and the rest is graded" "8 submissions, "
said "all of it" " 0 not graded"
sum
