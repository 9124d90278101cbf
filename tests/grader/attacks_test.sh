#!/bin/bash
# Submissions that attack the grader: none gets a point, reads a secret, writes outside, or stops
# the grading of others. Also what is no attack and looks like one: spaces, CRLF, other archives.
. "$(dirname "$0")/facts.sh"

# The reference's own lab 1 as a submission: full points, to be spoilt in one way each.
good=$work/good
"$coach" start 1 "$good" --no-git >/dev/null || exit 3
for file in $("$coach" labs 1 | cut -f 2 | sort -u); do cp "$root/$file" "$good/$file"; done
blank=$work/blank
"$coach" start 1 "$blank" --no-git >/dev/null || exit 3
secret=$work/secret
echo 'the secret of the grader 4711' >"$secret"

submission() { # submission NAME FROM: a copy to be changed
    rm -rf "${work:?}/$1" && cp -r "$2" "$work/$1"
}
# points NAME WANTED SUBMISSION [OPTION…]: that many points, and no secret in any report.
points() {
    local name=$1 wanted=$2 what=$3 got
    shift 3
    timeout "$backstop" "$coach" grade 1 --submission "$what" --emit "json=$work/result.json" \
        --emit "html=$work/report.html" --emit terminal "$@" >"$work/out" 2>&1 </dev/null
    got=$(sed -n 's/^ "got": \([0-9]*\),$/\1/p' "$work/result.json" 2>/dev/null)
    if [ "$got" != "$wanted" ]; then
        echo "${got:-no} points, expected $wanted" >>"$work/out"
        not_ok "$name" "$work/out"
    elif grep -q 4711 "$work/result.json" "$work/report.html" "$work/out"; then
        not_ok "$name (the secret is in a report)" "$work/out"
    else
        ok "$name"
    fi
    cp "$work/result.json" "$work/last.json" 2>/dev/null
    rm -f "$work/result.json" "$work/report.html"
}
noted() { # noted NAME WORDS: the last report says it
    if grep -qF -- "$2" "$work/last.json"; then ok "$1"; else not_ok "$1" "$work/out"; fi
}
append() { # append SUBMISSION FILE: adds standard input to the file
    cat >>"$work/$1/$2"
}

points "the reference's own files get all points" 100 "$good"
points "blanks get none" 0 "$blank"

# 1. secrets by the compiler
submission a "$blank"
append a hv/trap/trap.c <<<"#include \"$secret\""
points "an #include of a secret leaks nothing" 0 "$work/a"
submission a "$blank"
append a hv/trap/trap.c <<<"__asm__(\".incbin \\\"$secret\\\"\");"
points "nor does an .incbin" 0 "$work/a"
submission a "$blank"
append a hv/trap/trap.c <<<"#include \"/etc/passwd\""
points "absolute paths lead nowhere" 0 "$work/a"
if grep -q 'root:' "$work/last.json"; then not_ok "and /etc/passwd is not quoted"; else
    ok "and /etc/passwd is not quoted"
fi

# links
submission a "$blank"
ln -sf "$secret" "$work/a/hv/trap/trap.c"
points "a symbolic link is not followed" 0 "$work/a"
noted "and is told" "is a link and was not taken"
submission a "$blank"
rm -rf "$work/a/hv/trap" && ln -s "$root/hv/trap" "$work/a/hv/trap"
points "nor a linked folder, with the solution behind it" 0 "$work/a"

# our Makefile, linker script and headers
submission a "$blank"
printf 'images:\n\tcp %s build/\n\ttouch %s/owned\n' "$secret" "$work" >"$work/a/Makefile"
printf 'all:\n\ttouch %s/owned\n' "$work" >"$work/a/hv/build.mk"
points "a Makefile of one's own is not used" 0 "$work/a"
fact "and did not run" test ! -e "$work/owned"
noted "which is told" "Makefile: is the course's; yours differs and was not taken"
submission a "$blank"
sed -i 's/0x80200000/0x80000000/' "$work/a/hv/hv.ld"
points "a linker script of one's own is not used" 0 "$work/a"
submission a "$blank"
printf 'struct monitor monitor = {.finished = 1};\n' >"$work/a/hv/trap/more.c"
points "nor is a file that no lab allows" 0 "$work/a"

# code that would run before or beside the hypervisor's own
submission a "$blank"
append a hv/trap/trap.c <<'C'
__attribute__((constructor)) static void early(void) { __builtin_trap(); }
C
points "a constructor gives nothing" 0 "$work/a"
submission a "$blank"
append a hv/trap/trap.c <<'C'
#include "metal/metal.h"
#include "abi/monitor.h"
#include "boot/init.h"
#include "lib/string.h"
extern struct monitor monitor;
static void forge(void)
{
    memcpy(monitor.magic, MONITOR_MAGIC, 8);
    monitor.version = MONITOR_VERSION, monitor.finished = 1;
    machine_stop(false);
}
HV_INIT(INIT_BOARD, forge);
C
points "an early exit with success gives nothing" 0 "$work/a"
submission a "$blank"
append a hv/trap/trap.c <<'C'
#include "console/console.h"
#include "boot/init.h"
static void forge(void)
{
    for (int i = 0; i < 40; i++)
        print("ok causes 40/40\nexercise: 5 traps, 32 rounds, 0 registers lost\n{\"score\": 100}\n");
    for (;;)
        ;
}
HV_INIT(INIT_CONSOLE, forge);
C
points "printing the right lines and hanging gives nothing" 0 "$work/a"

# the harness's own clock: what a program does to it is its own failure, and stays in the points
devices='#include "boot/init.h"
#define PUT(bits, a, v) (*(volatile uint##bits##_t *)(uintptr_t)(a) = (v))
#define UNLOCK() (PUT(16, 0x4000000c, 0x80), PUT(16, 0x4000000c, 0x86))'
submission a "$good"
append a hv/trap/trap.c <<C
#include <stdint.h>
$devices
static void disarm(void)
{
    UNLOCK(), PUT(16, 0x4000000c, 0x100), PUT(8, 0x30008068, 0);
    for (;;)
        __asm__ volatile("wfi");
}
HV_INIT(INIT_BOARD, disarm);
C
points "a watchdog that is disarmed changes nothing" 0 "$work/a"
noted "and all points stay in the sum" '"of": 100,'
noted "the deadline comes all the same" "still ran at its deadline"
submission a "$good"
append a hv/trap/trap.c <<C
#include <stdint.h>
$devices
static void drive(void)
{
    UNLOCK(), PUT(32, 0x40000000, 1), UNLOCK(), PUT(32, 0x40000004, 1);
    UNLOCK(), PUT(16, 0x4000000c, 0x100);
    for (;;)
        ;
}
HV_INIT(INIT_BOARD, drive);
C
points "a watchdog that is made to act early gives nothing" 0 "$work/a"
noted "and is told" "the board's watchdog was driven"

# exhaustion
submission a "$blank"
append a hv/trap/trap.c <<'C'
#define A x x x x x x x x x x
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
#define F E E E E E E E E E E
#define G F F F F F F F F F F
#define H G G G G G G G G G G
#define I H H H H H H H H H H
int a[] = { I I I I I I I I };
C
points "an endless compile is stopped" 0 "$work/a"
submission a "$blank"
append a hv/trap/trap.c <<<'__asm__(".data\n.skip 0x40000000\n.text");'
points "so is an image of a gigabyte" 0 "$work/a"
submission a "$blank"
{ for i in $(seq 20000); do echo "#warning line $i of far too many"; done; } | append a hv/trap/trap.c
points "endless complaints are cut" 0 "$work/a"
fact "to a page" test "$(wc -c <"$work/last.json")" -lt 60000
submission a "$blank"
head -c 3000000 /dev/zero | tr '\0' x >"$work/a/hv/trap/trap.c"
points "a file of megabytes is not taken" 0 "$work/a"
submission a "$blank"
head -c 3000 /dev/urandom >"$work/a/hv/trap/trap.c"
points "nor is binary junk" 0 "$work/a"
submission a "$blank"
rm "$work/a/hv/trap/trap.c" && mkfifo "$work/a/hv/trap/trap.c"
points "nor a pipe, on which a reader would wait" 0 "$work/a"

# A coach that is killed takes all along that runs for it, also as root, whose jobs are another
# user's; what lies in its folders goes with the next one.
submission a "$blank"
append a hv/trap/trap.c <<'C'
#define A x+x+x+x+x+x+x+x+x+x+
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
#define F E E E E E E E E E E
int x = F F F F F F F F 0;
C
jobs_of() { # jobs_of PID: the processes of that coach's sandbox
    if [ "$(id -u)" = 0 ]; then
        pgrep -u $((1800000000 + $1 % 4194304))
    else
        pgrep -u "$(id -u)" -x cc1
    fi
}
for tier in bubblewrap landlock limits; do
    COACH_SANDBOX=$tier "$coach" grade 1 --submission "$work/a" >/dev/null 2>&1 </dev/null &
    killed=$!
    until jobs_of $killed >/dev/null && pgrep -x cc1 >/dev/null; do
        kill -0 $killed 2>/dev/null || break
    done
    kill -KILL $killed
    wait $killed 2>/dev/null
    for _ in $(seq 3000); do jobs_of $killed >/dev/null || break; done
    fact "killed in the tier $tier, coach leaves no process" [ -z "$(jobs_of $killed)" ]
done
fact "and a folder" [ -n "$(ls "$TMPDIR")" ]
points "which the next start clears" 0 "$blank"
fact "so that none is left" [ -z "$(ls "$TMPDIR")" ]

# results and archives
submission a "$blank"
mkdir -p "$work/a/results" "$work/a/build"
echo '{"score": 100}' | tee "$work/a/result.json" "$work/a/results/results.json" \
    "$work/a/build/result.json" >/dev/null
points "a forged result is not looked at" 0 "$work/a"
(cd "$blank" && tar -cf "$work/up.tar" --transform 's,^hv/trap/trap.c,../../owned,' hv/trap/trap.c)
points "an archive with ../ writes nothing outside" 0 "$work/up.tar"
noted "and is told" "leads out of the tree"
fact "there is no such file" test ! -e "$work/owned" -a ! -e "$work/../owned"
(cd "$good" && tar -cf "$work/abs.tar" -P --transform "s,^hv/,$root/hv/," hv/trap/trap.c)
points "nor one with absolute paths" 0 "$work/abs.tar"
head -c 100000000 /dev/zero | gzip >"$work/bomb.tar.gz"
points "a bomb is no archive" 0 "$work/bomb.tar.gz"
(cd "$work" && rm -rf deep && mkdir deep && head -c 90000000 /dev/zero >deep/big && zip -qr bomb.zip deep && rm -rf deep)
points "nor is what unpacks to more than its bounds" 0 "$work/bomb.zip"

# A course that is installed among the system's own files is hidden from what it grades.
cat >"$work/installed" <<'SH'
mount -t tmpfs none /usr/local/share && mkdir /usr/local/share/course &&
    mount --bind "$1" /usr/local/share/course || exit 77
COACH_SANDBOX=$2 exec "$3" grade 1 --course /usr/local/share/course --submission "$4" --emit json
SH
if unshare -m true 2>/dev/null; then
    submission a "$blank"
    echo '#include "/usr/local/share/course/hv/trap/trap.c"' >"$work/a/hv/trap/trap.c"
    for tier in bubblewrap landlock; do
        says "a course below /usr is hidden in the tier $tier" 1 '"got": 0,' \
            unshare -m sh "$work/installed" "$root" $tier "$coach" "$work/a"
        says "and still grades in the tier $tier" 0 '"got": 100,' \
            unshare -m sh "$work/installed" "$root" $tier "$coach" "$good"
    done
fi

# hidden checks
mkdir "$work/hidden" && sed 's/title:.*/title: 4711 hidden/' labs/01-boot/checks/panic.check >"$work/hidden/h.check"
submission a "$blank"
append a hv/trap/trap.c <<<"#include \"$work/hidden/h.check\""
points "hidden checks are not there when a submission is compiled" 0 "$work/a" --allow-weak
COACH_SANDBOX=limits says "where they could be read, they are refused" 3 "only resource limits" \
    "$coach" grade 1 --submission "$good" --hidden "$work/hidden"

# what is no attack
(cd "$work" && tar -czf wrapped.tgz good) && points "a folder in an archive is looked through" 100 "$work/wrapped.tgz"
(cd "$good" && zip -qr "$work/plain.zip" hv) && points "zip files are taken" 100 "$work/plain.zip"
submission "with spaces ü" "$good"
sed -i 's/$/\r/' "$work/with spaces ü/hv/trap/trap.c" "$work/with spaces ü/hv/metal/vector.S"
points "spaces, Unicode and CRLF are fine" 100 "$work/with spaces ü"
noted "the last is told" "has carriage returns at the ends of lines"
submission r "$good" && git -C "$work/r" init -q && git -C "$work/r" add -A &&
    git -C "$work/r" -c user.name=a -c user.email=a@b commit -qm x && points "git revisions are taken" 100 "$work/r#HEAD"
submission ro "$good" && chmod -R a-w "$work/ro" && points "so are read-only folders" 100 "$work/ro" && chmod -R u+w "$work/ro"
mkdir "$work/empty" && points "an empty submission gets nothing" 0 "$work/empty" && noted "and is told why" "nothing was handed in"
submission a "$good" && rm "$work/a/hv/trap/panic.c"
timeout "$backstop" "$coach" grade 1 --submission "$work/a" --emit "json=$work/last.json" >/dev/null 2>&1
got=$(sed -n 's/^ "got": \([0-9]*\),$/\1/p' "$work/last.json")
fact "a missing file costs what it is for" test "${got:-0}" = 70
submission a "$good" && append a hv/trap/trap.c <<<'int broken(' && points "what does not compile gets nothing" 0 "$work/a"
noted "and is a build error" '"verdict": "build error"'
says "a submission that is not there is told" 2 "is no folder, no archive and no git revision" \
    "$coach" grade 1 --submission "$work/none"

# the same bytes twice; every tier the same points
for i in 1 2; do
    timeout "$backstop" "$coach" grade 1 --submission "$good" --emit "json=$work/r$i.json" >/dev/null 2>&1
done
fact "the same submission gives the same bytes" cmp "$work/r1.json" "$work/r2.json"
for tier in landlock limits; do
    COACH_SANDBOX=$tier points "the tier $tier gives the same points" 100 "$good"
    noted "and is in the report" "\"tier\": \"$tier"
done
COACH_SANDBOX=moat says "an unknown tier is refused" 2 "expected bubblewrap, landlock or limits" "$coach" grade 1 --submission "$good"
sum
