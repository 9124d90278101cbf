#!/bin/sh
# The model of memory and TLB: entries, faults, stores.
exec "${BUILD:-build}/bench/memory"
