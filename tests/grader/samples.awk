# The lines of a handout (Markdown) that show what a run prints: in code blocks, what begins as a
# machine's line, a verdict or a trace event does. "trace:" stands before those of a trace, "run:"
# before the others. A line that ends in "…" is to be found as far as that goes.
/^ *```/ { fenced = !fenced; next }
fenced || /^    / {
    line = $0
    sub(/^ */, "", line)
    if (line ~ /^\[ *[0-9.]+\]/) {
        sub(/^\[[^]]*\] h[0-9]+ [0-9.]+ */, "", line)
        print "trace:" line
    } else if (line ~ /^[a-z_]+ [a-z_]+=[^ ]/ && line !~ /[:|]/)
        print "trace:" line
    else if (line ~ /^([a-z0-9_]+\| |panic: |TODO: |VM "|[a-z]+: code |isolation holds|the hypervisor|coach: )/)
        print "run:" line
}
