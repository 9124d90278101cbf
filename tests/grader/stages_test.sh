#!/bin/bash
# Staging from one source: every stage of every lab compiles without a warning, boots, and stops
# at its first blank with the sentence that names it; filled one after the other, the stop moves
# on; with all filled there is none. On the way each line of output that the lab's handout shows must
# have been printed. Arguments: labs to look at (default: all).
. "$(dirname "$0")/facts.sh"
. "$(dirname "${BASH_SOURCE[0]}")/refresh.sh"

# plain_KIND: without what differs from build to build: addresses, and in a trace all numbers.
plain_run() { sed -E 's/\r//g; s/0x[0-9a-f]+/0x#/g'; }
plain_trace() { sed -E 's/^\[[^]]*\] h[0-9]+ [0-9.-]+ *//; s/0x[0-9a-f]+|[0-9]+/#/g; s/ +/ /g'; }

# samples_of LAB: each sample of its handout was printed, by some stage or in the last one's trace.
samples_of() {
    local readme line kind
    readme=$(echo labs/"$(printf %02d "$1")"-*/README.md)
    plain_run <"$work/printed" >"$work/plain.run"
    "$coach" trace "$work/run.trace" 2>/dev/null | plain_trace >"$work/plain.trace"
    awk -f tests/grader/samples.awk "$readme" >"$work/samples"
    while IFS= read -r line; do
        kind=${line%%:*}
        line=$(echo "${line#*:}" | "plain_$kind")
        grep -qF -- "${line%…}" "$work/plain.$kind" || echo "no $kind printed: $line"
    done <"$work/samples" >"$work/lost"
    if [ -s "$work/lost" ]; then
        not_ok "$readme shows what runs print" "$work/lost"
    else
        ok "$readme shows what runs print"
    fi
}

says "each source file is in exactly one lab" 0 "each in one" "$coach" labs --check
labs=${*:-$("$coach" labs | cut -f 1)}
tree=$work/tree
for lab in $labs; do
    "$coach" labs "$lab" >"$work/blanks"
    count=$(wc -l <"$work/blanks")
    filled=0
    : >"$work/printed"
    rm -f "$work/run.trace"
    while [ "$filled" -le "$count" ]; do
        rm -rf "$work/stage"
        if ! "$coach" start "$lab" "$work/stage" --solved --filled "$filled" --no-git \
            >"$work/out" 2>&1; then
            not_ok "lab $lab with $filled blanks filled is staged" "$work/out"
            break
        fi
        refresh "$work/stage" "$tree"
        if ! make -C "$tree" --no-print-directory -j2 say= images >"$work/out" 2>&1 || [ -s "$work/out" ]; then
            not_ok "lab $lab with $filled blanks filled compiles, without a word" "$work/out"
            break
        fi
        timeout "$backstop" "$coach" try --no-build --tree "$tree" -- --icount --for 20s \
            --trace="$work/run.trace" >"$work/out" 2>&1 </dev/null
        cat "$work/out" >>"$work/printed"
        wanted=$(sed -n "$((filled + 1))p" "$work/blanks" | cut -f 4)
        name=$(sed -n "$((filled + 1))p" "$work/blanks" | cut -f 3)
        stop=$(sed -n 's/.*TODO: //p' "$work/out" | tr -d '\r' | head -n 1)
        if [ "$stop" != "$wanted" ]; then
            echo "it stopped at \"$stop\", expected \"$wanted\"" >>"$work/out"
            not_ok "lab $lab stops at ${name:-nothing} after $filled of $count" "$work/out"
            break
        fi
        ok "lab $lab stops at ${name:-nothing} after $filled of $count"
        filled=$((filled + 1))
    done
    samples_of "$lab"
done
sum
