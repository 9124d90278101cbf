#!/bin/sh
# Observing: trace records, log lines, told against seen, the audit of a large VM.
exec "${BUILD:-build}/bench/observe"
