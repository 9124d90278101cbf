#!/bin/bash
# A learner's tree: what is in it, what is not, and that it stays the learner's.
. "$(dirname "$0")/facts.sh"
tree=$work/tree

fact "coach start makes a tree" "$coach" start 1 "$tree"
fact "which is a git repository with one commit" \
    sh -c "[ \$(git -C $tree rev-list --count HEAD) = 1 ] && [ -z \"\$(git -C $tree status --porcelain)\" ]"
fact "with a README, a Makefile and the handout" \
    ls "$tree/README.md" "$tree/Makefile" "$tree/labs/01-boot/README.md"
fact "and nothing of later labs" \
    sh -c "! ls $tree/labs | grep -v 01-boot && ! find $tree -name 'gstage.c' -o -name world_switch.S | grep ."
fact "and nothing that the learner is to write" \
    sh -c "grep -q 'TODO(' $tree/hv/trap/trap.c && ! grep -rq 'hart->trap_resume = 0' $tree/hv/trap"
fact "and no lab.yaml, mutant, alternative or scaffold folder" \
    sh -c "! find $tree/labs -name lab.yaml -o -name 'mutants' -o -name alternatives -o -name scaffold | grep ."
says "a folder that is not empty is refused" 2 "is not an empty folder" "$coach" start 1 "$tree"
says "so is a lab that does not exist" 2 "no lab 'x'; there are: 1 boot" "$coach" start x "$work/none"
fact "and nothing is left of the attempt" test ! -e "$work/none"
says "coach next wants a learner's tree" 2 "is no learner's tree" "$coach" next "$work"

says "make run boots it, up to the first function that is to be written" 2 \
    "TODO: 01 boot: trap_vector is yours to write" make -C "$tree" run COACH="$coach"
says "so does a grading say where it stopped" 1 "stopped at TODO: 01 boot: trap_vector" \
    "$coach" grade 1 --submission "$tree" --emit json=-
says "a grading is replayed by one line, which builds what was graded" 1 \
    "panic: TODO: 01 boot: trap_vector is yours to write" \
    sh -c "cd $work && $coach grade 1 --submission tree --emit json=graded.json
        line=\$(jq -r '.checks[] | select(.id == \"01-boot/causes\").replay' graded.json)
        [ \"\$line\" = 'coach grade 1 --submission tree --replay 01-boot/causes --seed 1' ] &&
            $coach \${line#coach}"
says "a check that is not there cannot be replayed" 2 "no such check; there are 01-boot/causes" \
    "$coach" grade 1 --submission "$tree" --replay none

# A hypervisor that panics.
"$coach" start 2 "$work/two" --solved --filled all --no-git >"$work/out" 2>&1
sed -i '2i #include "trap/panic.h"' "$work/two/hv/vcpu/run.c"
sed -i 's/^    vcpu->exits\[index\]++;/&\n        if (cause == 10) panic("cause %lu is odd, of vCPU %lu, in the run loop of this hart", cause, vcpu->x[10]);/' \
    "$work/two/hv/vcpu/run.c"
says "a grading shows a panic's words, whole" 1 "cause 10 is odd, of vCPU" \
    sh -c "$coach grade 2 --submission $work/two | tr -d '\n' | tr -s ' '; exit 1"
says "and where it was" 1 "source   hypervisor: run_traced" "$coach" grade 2 --submission "$work/two"
says "so does a replay" 1 "source   hypervisor: run_traced" \
    "$coach" grade 2 --submission "$work/two" --replay 02-enter/registers
rm -rf "$tree/build"

says "coach status tells the next stop" 0 "next stop: 01 boot: trap_vector is yours to write" \
    sh -c "cd $tree/hv && $coach status"
says "and what was not graded" 0 "lab 1  boot        0 of  3 written  not graded yet" "$coach" status "$tree"
says "a grading in the tree is remembered" 0 "  0 of 100 points" \
    sh -c "cd $tree && $coach grade >$work/out; $coach status"
fact "and is no change for git" sh -c "! git -C $tree status --porcelain | grep points"
rm -rf "$tree/build"

echo '/* mine */' >>"$tree/hv/trap/trap.c"
cp "$tree/hv/trap/trap.c" "$work/mine.c"
mkdir -p "$tree/hv/vm" && echo 'mine' >"$tree/hv/vm/vm.h"
says "coach next adds the next lab" 0 "lab 2," "$coach" next "$tree"
fact "what is the learner's stays as it is" cmp "$work/mine.c" "$tree/hv/trap/trap.c"
fact "even where the lab would bring a file" grep -q mine "$tree/hv/vm/vm.h"
fact "the scaffold of lab 1 is gone" test ! -e "$tree/hv/scaffold/exercise.c"
fact "the lab's files are a commit of the course, of which nothing of the learner's is part" \
    sh -c "git -C $tree log -1 --format='%s %an' | grep -x 'Lab 2: enter Stagecoach' &&
        ! git -C $tree show --name-only HEAD | grep -x 'hv/trap/trap.c\|hv/vm/vm.h'"
fact "git sees changes of the learner's alone" \
    sh -c "git -C $tree status --porcelain | grep -v ' M hv/trap/trap.c\|?? hv/vm/'; [ \$? = 1 ]"
fact "what a run leaves behind is no change" \
    sh -c "touch $tree/run.trace && ! git -C $tree status --porcelain | grep run.trace"
says "with changes of the learner's staged, the next lab's files are staged beside them" 0 \
    "staged, and not committed" sh -c "git -C $tree add hv/trap/trap.c && $coach next $tree"
fact "and no commit is made" sh -c "git -C $tree log -1 --format=%s | grep -x 'Lab 2: enter'"
says "coach next and try find the tree around a folder of it" 0 "lab 4," \
    sh -c "cd $tree/hv/trap && git commit -qm mine && $coach next && [ -d $tree/labs/04-memory ]"
count=4
while [ "$count" -lt 8 ] && "$coach" next "$tree" >"$work/out" 2>&1; do count=$((count + 1)); done
says "after the last lab there is none" 2 "has lab 8, the last one" "$coach" next "$tree"

fact "coach start --solved begins on the reference's earlier labs" \
    "$coach" start 4 "$work/four" --solved --no-git
fact "whose functions are written" sh -c "! grep -rl 'TODO(\"0[123]' $work/four/hv"
fact "but not those of the lab itself" grep -q 'TODO("04 memory: gstage_init' "$work/four/hv/memory/gstage.c"

# A published course: the same tree for everybody, without the solution.
fact "a course is published by packaging it" "$coach" package --for learners -o "$work/course"
fact "nothing of it is solved" sh -c "! grep -rq 'hart->trap_resume = 0' $work/course/hv"
fact "it stages the same trees" sh -c "
    $coach start 3 $work/a --no-git && $coach start 3 $work/b --no-git --course $work/course &&
    diff -r $work/a $work/b"
says "and says so when a solution is asked for" 2 "is published without its solution" \
    "$coach" start 3 "$work/c" --solved --course "$work/course"

# Answers to the handouts' questions.
count_questions() { sed -n '/^## Questions/,/^## What others/{/^- /p}' "$1/README.md" | wc -l; }
for folder in labs/[0-9]*; do
    fact "each question of ${folder#labs/} has an answer" \
        [ "$(count_questions "$folder")" = "$(grep -c '^\*\*' "$folder/answers.md")" ]
done
fact "no learner's tree has answers" sh -c "! find $tree $work/a $work/four -name 'answers*' | grep ."
says "they are not shown before the lab is graded" 2 "was not graded here yet" sh -c "cd $work/four && $coach answers 3"
echo "3 95 100" >"$work/four/.coach.points"
says "nor before it has its points" 2 "has 95 of 100 points" sh -c "cd $work/four/hv && $coach answers 3"
echo "3 100 100" >"$work/four/.coach.points"
says "then they are" 0 "# Lab 3: answers" sh -c "cd $work/four/hv && $coach answers hypercall"
says "nor elsewhere" 2 "this is no learner's tree" sh -c "cd $work && $coach answers 3"
says "a teacher has them anywhere" 0 "# Lab 8: answers" sh -c "cd $work && $coach answers --teacher 8"
fact "a published course shows nobody an answer by accident" sh -c "! grep -rlE '^\*\*The small buffer' $work/course"
says "and has them" 0 "**The small buffer." sh -c "cd $work/four && $coach answers 3 --course $work/course"
fact "packaged again as well" sh -c "$coach package --for learners --course $work/course -o $work/course2 &&
    diff -r $work/course $work/course2"

# Courses with mistakes.
broken() {
    local name=$1 words=$2 edit=$3
    rm -rf "$work/bad"
    mkdir -p "$work/bad"
    cp -r labs hv guest-os abi "$work/bad/"
    sed -i "$edit" "$work/bad/labs/02-enter/lab.yaml"
    says "$name" 2 "$words" "$coach" labs --course "$work/bad"
}
broken "an unknown key in lab.yaml is told with its place" \
    "labs/02-enter/lab.yaml:4:1: Unexpected key: huors" 's/^hours:/huors:/'
broken "a value of the wrong kind too" "Invalid uint64_t value: 'many'" 's/^hours:.*/hours: many/'
broken "a missing field too" "Missing required mapping field: title" '/^title:/d'
broken "a name that is not the folder's" "the folder is 02-enter" 's/^name:.*/name: leave/'
broken "a path that leads out of the tree" "is no path inside the tree" \
    's/^  - hv\/vm\/vm.c/  - ..\/vm.c/'
broken "a file of two labs" "belongs to lab 1 and lab 2" 's/^  - hv\/vm\/vm.c/  - hv\/trap\/trap.c/'
broken "a blank in another lab's file" "is no file of this lab" \
    's/function: run_loop, file: [^,]*/function: run_loop, file: hv\/sched\/schedule.c/'
broken "broken YAML" "labs/02-enter/lab.yaml:" 's/^files:/files: [/'
sum
