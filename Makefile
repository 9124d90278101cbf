# Every entry point of the project; `make help` lists them. Each part's rules are in its own
# build.mk. V=1 shows the commands, BUILD=DIR builds elsewhere.

BUILD ?= build
CROSS ?= riscv64-unknown-elf-
RISCV_CC = $(CROSS)gcc
RISCV_OBJCOPY = $(CROSS)objcopy
HOST_CC ?= cc
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-print-directory --no-builtin-rules

Q := $(if $(V),,@)
# $(call say,CC,file): the one line that stands for a command, unless V=1 shows it.
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(patsubst $(BUILD)/%,%,$(2))')

# $(eval $(call flags_file,NAME,TEXT)) makes $(BUILD)/flags/NAME, which is touched only when TEXT
# changes: objects that depend on it are built again when their flags are others.
define flags_file
$(BUILD)/flags/$(1): FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' '$(2)' | cmp -s - $$@ || printf '%s\n' '$(2)' > $$@
endef

HYPERVISOR := $(BUILD)/hv/stagecoach.elf
RIDER := $(BUILD)/guest-os/rider.elf
COACH := $(BUILD)/coach

-include hv/build.mk
-include guest-os/build.mk
# Rider's fragment includes that of the probes.
ifndef PROBES_DIR
-include guest-os/probes/build.mk
endif
-include harness/build.mk
-include harness/plugin/build.mk
-include tests/build.mk
-include docs/build.mk

.PHONY: FORCE
FORCE:

## all: build the hypervisor, Rider, the probes and coach
.PHONY: all
all: $(COACH)
all: $(if $(wildcard hv/build.mk),$(HYPERVISOR))
all: $(if $(wildcard guest-os/build.mk),$(RIDER))
all: $(if $(wildcard guest-os/probes/build.mk),probes)

## run: install what is missing, build, boot two Riders and a hostile guest
.PHONY: run
run:
	@tools/deps.sh run
	@$(MAKE) all
	@tools/demo $(BUILD)

## debug: the same machine, stopped, with gdb attached (needs a terminal)
.PHONY: debug
debug: all
	@tools/debug $(BUILD)

# The long ones first, so that at the end no processor waits for one of them.
GRADER_TESTS := $(patsubst %,tests/grader/%_test.sh,mutants mutation labs)
GRADER_TESTS += $(filter-out $(GRADER_TESTS),$(sort $(wildcard tests/grader/*_test.sh)))
SYSTEM_TESTS := $(sort $(wildcard tests/system/*_test.sh))
UNIT_TESTS   := $(BUILD)/unit/coach-tests $(BUILD)/unit/hv-tests

## test: every test there is; the last line is "N passed, N failed"
.PHONY: test
test:
	@tools/deps.sh
	@$(MAKE) all $(UNIT_TESTS) $(MUTATION_PROGRAMS)
	@BUILD=$(BUILD) tools/test-sum $(GRADER_TESTS) $(SYSTEM_TESTS) tests/docs_test.sh $(UNIT_TESTS)

## test-unit: the native tests only, under the address and undefined-behaviour sanitizers
.PHONY: test-unit
test-unit: $(UNIT_TESTS)
	@tools/test-sum $^

## test-system: real guests on the real machine
.PHONY: test-system
test-system: all
	@BUILD=$(BUILD) tools/test-sum $(SYSTEM_TESTS)

## test-grader: the grader is graded: mutants, alternatives, forgers, attacks, labs
.PHONY: test-grader
test-grader: all $(MUTATION_PROGRAMS)
	@BUILD=$(BUILD) tools/test-sum $(GRADER_TESTS)

## mutation: SAMPLE (100) generated mutants of the hypervisor, drawn by SEED (1), and their score
.PHONY: mutation
mutation: all $(MUTATION_PROGRAMS)
	@BUILD=$(BUILD) tools/mutation --sample $(or $(SAMPLE),100) --seed $(or $(SEED),1)

## bench: one line an item: name value unit goal (JSON=1: as JSON)
.PHONY: bench
bench: all $(BENCH_PROGRAMS)
	@BUILD=$(BUILD) tools/bench $(if $(JSON),--json)

## fuzz: each libFuzzer target for FUZZ_SECONDS (60)
.PHONY: fuzz
fuzz: $(FUZZ_TARGETS)
	@tools/fuzz $(FUZZ_SECONDS) $^

## soak: the generating guest, for SECONDS (60) or SEEDS=N seeds; failures are reduced
.PHONY: soak
soak: all
	@BUILD=$(BUILD) SEEDS=$(SEEDS) SOAK_SECONDS=$(or $(SECONDS),60) tools/soak

## docs: the book as pages and EPUB, in build/docs
.PHONY: docs

## man: man pages of coach's commands, in build/man
.PHONY: man

## docs-test: the book held against HTML, EPUB and a browser (npm, epubcheck, chromium)
.PHONY: docs-test

## deps: install the Debian or Ubuntu packages that are missing
.PHONY: deps
deps:
	@tools/deps.sh

## doctor: what is installed, in which version, what to do about what is not
.PHONY: doctor
doctor: $(COACH)
	@$(COACH) doctor

OWN_C = $(shell git ls-files '*.c' '*.h')
OWN_SHELL = $(shell git grep -lE '^\#!/bin/(ba)?sh' -- tools tests .ci)

## format: clang-format on every C file that git knows
.PHONY: format
format:
	@clang-format -i $(OWN_C)

## lint: what clang-format and shellcheck would say
.PHONY: lint
lint:
	@clang-format --dry-run -Werror $(OWN_C)
	@shellcheck --external-sources --source-path=SCRIPTDIR $(OWN_SHELL)

# Clang's view of sources that gcc builds: the same includes, and the target's own name. The plugin
# is left out, which is built for two versions of QEMU's interface.
TIDY_RISCV = --target=riscv64-unknown-elf -march=rv64imac -mcmodel=medany -ffreestanding -std=gnu11

## tidy: what clang-tidy says about the sources (a quarter of an hour)
.PHONY: tidy
tidy:
	@clang-tidy --quiet $$(git ls-files 'harness/*.c' ':!harness/plugin') -- $(HOST_CFLAGS)
	@clang-tidy --quiet $$(git ls-files 'hv/*.c') -- $(TIDY_RISCV) -Ihv -I.
	@clang-tidy --quiet $$(git ls-files 'guest-os/kernel/*.c' 'guest-os/lib/*.c') -- \
	    $(TIDY_RISCV) -Iguest-os/kernel -Iguest-os -I.

## clean: remove everything that was built
.PHONY: clean
clean:
	@rm -rf $(BUILD)

## help: this list
.PHONY: help
help:
	@echo "make TARGET [V=1]"
	@sed -n 's/^## \([a-z-]*\): \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16
