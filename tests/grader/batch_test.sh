#!/bin/bash
# A class: good and bad submissions, with any names, by each engine; cut short, it goes on; one
# that attacks or breaks does not stop the others.
. "$(dirname "$0")/facts.sh"
. "$root/tests/grader/slurm.sh"
class=$work/class
mkdir "$class"
"$coach" start 1 "$class/blank" --no-git >/dev/null || exit 3
cp -r "$class/blank" "$class/ada lovelace"
for file in $("$coach" labs 1 | cut -f 2 | sort -u); do cp "$root/$file" "$class/ada lovelace/$file"; done
(cd "$class/ada lovelace" && zip -qr "$class/zoë \$(touch owned).zip" hv)
cp -r "$class/ada lovelace" "$class/-rf" && echo 'int broken(' >>"$class/-rf/hv/trap/trap.c"
echo "this is no archive" >"$class/=1+1.tar.gz"
mkdir "$class/nothing"
cp -r "$class/blank" "$class/bomb" && cat >>"$class/bomb/hv/trap/trap.c" <<'C'
#define A x x x x x x x x x x
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
#define F E E E E E E E E E E
#define G F F F F F F F F F F
#define H G G G G G G G G G G
int a[] = {H H H H H H H H};
C

row() { # row NAME BEGINNING-OF-LINE
    if grep -qF -- "$2" "$work/local/overview.csv"; then ok "$1"; else not_ok "$1" "$work/local/overview.csv"; fi
}
says "a class is graded" 0 "7 submissions, 7 graded now, 0 not graded" \
    "$coach" batch "$class" 1 -o "$work/local" --jobs 2
row "who handed in the reference has all points" '"ada lovelace",100,100,0,"pass"'
row "so has who handed in a zip file with a wild name" 'owned)",100,100,0,"pass"'
row "blanks have none" '"blank",0,100,0,"fail"'
row "what does not compile is a build error" "\"'-rf\",0,100,0,\"build error\""
row "what cannot be read gets nothing, and is no formula" "\"'=1+1\",0,100,0,\"fail\""
row "nothing gets nothing" '"nothing",0,100,0,"fail"'
row "an endless compile is stopped" '"bomb",0,100,0,"build error"'
fact "no name was run" sh -c "! find $root $work -maxdepth 2 -name owned | grep ."
fact "each has a report" sh -c "[ \$(ls -d $work/local/*/report.html | wc -l) = 7 ]"
fact "the page is HTML that links them" grep -q 'href="ada%20lovelace/report.html"' "$work/local/overview.html"

says "run again, nothing is left to do" 0 "7 submissions, 0 graded now" \
    "$coach" batch "$class" 1 -o "$work/local"
echo '/* later */' >>"$class/blank/hv/trap/trap.c"
says "a submission that changed is graded again" 0 "7 submissions, 1 graded now" \
    "$coach" batch "$class" 1 -o "$work/local"
rm "$work/local/nothing/done" "$work/local/bomb/done"
says "what was not finished is done" 0 "7 submissions, 2 graded now" \
    "$coach" batch "$class" 1 -o "$work/local"

"$coach" batch "$class" 1 -o "$work/cut" --jobs 1 >/dev/null 2>&1 &
pid=$!
until ls "$work"/cut/*/done >/dev/null 2>&1 || ! kill -0 $pid 2>/dev/null; do :; done
kill -9 $pid
wait $pid 2>/dev/null
fact "a batch that is killed has done some" sh -c "n=\$(ls $work/cut/*/done | wc -l); [ \$n -gt 0 ] && [ \$n -lt 7 ]"
fact "and goes on" "$coach" batch "$class" 1 -o "$work/cut" --jobs 2
fact "to the same overview" cmp "$work/local/overview.csv" "$work/cut/overview.csv"

says "GNU parallel grades the class" 0 "7 submissions, 7 graded now, 0 not graded" \
    "$coach" batch "$class" 1 -o "$work/parallel" --engine parallel --jobs 2
fact "with the same overview" cmp "$work/local/overview.csv" "$work/parallel/overview.csv"
if slurm_start "$work/slurm"; then
    says "Slurm grades the class" 0 "7 submissions, 7 graded now, 0 not graded" \
        "$coach" batch "$class" 1 -o "$work/byslurm" --engine slurm --jobs 2
    fact "with the same overview" cmp "$work/local/overview.csv" "$work/byslurm/overview.csv"
elif grep -q "initialize cgroup plugin" "$work/slurm/slurmd.out"; then
    echo "ok # skip Slurm: slurmd cannot run where no cgroup file system is mounted"
else
    not_ok "Slurm starts" "$work/slurm/ctld.out" "$work/slurm/slurmd.out" "$work/slurm/munged.out"
fi
slurm_stop

says "an unknown engine is told" 2 "no engine 'cloud'; there are:" \
    "$coach" batch "$class" 1 -o "$work/x" --engine cloud
says "so is a folder without submissions" 2 "holds no submission" "$coach" batch "$class/nothing" 1 -o "$work/y"
says "and a lab that does not exist" 2 "no lab 'none'" "$coach" batch "$class" none -o "$work/z"
sum
