#!/bin/bash
# Generated mutants: the generator is deterministic, knows every kind of change, and changes what it
# says; a sample of them is judged, and enough of it must be killed. SAMPLE=N draws another number,
# SEED=S others.
. "$(dirname "$0")/facts.sh"
sample=${SAMPLE:-20} seed=${SEED:-7} bound=70
kinds="compare-edge compare-equal constant-down constant-up drop-call drop-complement drop-if
drop-instruction drop-jump drop-loop drop-not drop-statement flip-branch negate-condition
other-access return-other return-zero shift-offset skip-register swap-arguments swap-arithmetic
swap-bits swap-logic"

list() { tools/mutation --list "$@" 2>&1; }
list >"$work/all"
list >"$work/again"
fact "the generator names the same mutants each time" cmp "$work/all" "$work/again"
fact "no two mutants have one name" test "$(cut -f 1 "$work/all" | sort | uniq -d | wc -l)" = 0
missing=""
for kind in $kinds; do grep -q ":$kind"$'\t' "$work/all" || missing+=" $kind"; done
fact "every kind of change is there:${missing:- all}" test -z "$missing"
others=$(cut -f 1 "$work/all" | sed 's/.*://' | sort -u | grep -vxF -- "$(tr -s ' \n' '\n' <<<"$kinds")")
fact "no kind is unknown to this test:${others:- none}" test -z "$others"
list --sample 30 --seed 3 >"$work/thirty"
list --sample 60 --seed 3 | head -n 30 >"$work/first"
fact "a larger sample holds the smaller one" cmp "$work/thirty" "$work/first"
list --sample 30 --seed 4 >"$work/other"
fact "another seed draws others" test "$(sort "$work/thirty" "$work/other" | uniq -d | wc -l)" -lt 5
says "a name that is no mutant is refused" 2 "no such mutant" tools/mutation hv/none.c:1:1:drop-call
says "who judges is one of three" 2 "checks, unit or all is expected" tools/mutation --by nobody
says "a sample is a number" 2 "a number is expected" tools/mutation --sample many

# rows TREE: name without its line, and key, of each mutant of a file in that tree.
rows() {
    (cd "$1" && "$build/mutation/generate" hv/sbi/rfence.c hv/metal/vector.S -- -Ihv -I. \
        --target=riscv64-unknown-elf -march=rv64imac -ffreestanding -std=gnu11 \
        -resource-dir="$(clang -print-resource-dir)")
}
mkdir -p "$work/moved"
cp -a hv abi "$work/moved"
for file in hv/sbi/rfence.c hv/metal/vector.S; do sed -i '1i /* one line more */' "$work/moved/$file"; done
rows . | cut -f 2 | sort >"$work/keys"
rows "$work/moved" | cut -f 2 | sort >"$work/moved/keys"
fact "a mutant keeps its key when lines move" cmp "$work/keys" "$work/moved/keys"
fact "no two mutants have one key" test "$(uniq -d "$work/keys" | wc -l)" = 0

# Each changes its own place alone: what stands there, and the rest of the file, are checked.
rows . | awk -F '\t' 'NR % 7 == 0' >"$work/some"
wrong=""
while IFS=$'\t' read -r name _ _ _ _ _ _ offset length text; do
    path=${name%%:*}
    {
        head -c "$offset" "$path"
        printf '%b' "$text"
        tail -c "+$((offset + length + 1))" "$path"
    } >"$work/changed"
    diff "$path" "$work/changed" >"$work/difference"
    [ $? = 1 ] && [ "$(wc -l <"$path")" = "$(wc -l <"$work/changed")" ] &&
        grep -q "^$(cut -d : -f 2 <<<"$name")[c,]" "$work/difference" || wrong+=" $name"
done <"$work/some"
fact "each of $(wc -l <"$work/some") changes its own lines, and no line's number:${wrong:- all}" test -z "$wrong"

# What is listed as equivalent is there to be listed.
"$build/mutation/generate" hv/*/*.c hv/*/*.S -- -Ihv -I. --target=riscv64-unknown-elf -march=rv64imac \
    -ffreestanding -std=gnu11 -resource-dir="$(clang -print-resource-dir)" | cut -f 2 | sort >"$work/known"
grep -v '^#' tests/mutation/equivalent | cut -d ' ' -f 1 | sort >"$work/listed"
comm -13 "$work/known" "$work/listed" >"$work/stale"
fact "each mutant in tests/mutation/equivalent exists: $(wc -l <"$work/stale") do not" test ! -s "$work/stale"
fact "each has its reason" test "$(grep -v '^#' tests/mutation/equivalent | awk 'NF < 4' | wc -l)" = 0

if tools/mutation --sample "$sample" --seed "$seed" --checks 10 --bound "$bound" >"$work/score" 2>&1; then
    ok "$(tail -n 1 "$work/score")"
else
    grep -v -e ^killed -e ^equivalent "$work/score" >"$work/out"
    not_ok "of the sample fewer than $bound % are killed" "$work/out"
fi
sum
