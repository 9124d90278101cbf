# What is built. Each part's rules are in its own build.mk (tests/build.mk has the tests, and
# tools/build.mk what boots the machine); `make help` lists the targets of all that are there. V=1
# shows the commands, BUILD=DIR builds elsewhere.

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
-include tools/build.mk
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

## docs: the book as pages and EPUB, in build/docs
.PHONY: docs

## man: man pages of coach's commands, in build/man
.PHONY: man

## deps: install the Debian or Ubuntu packages that are missing
.PHONY: deps
deps:
	@tools/deps.sh

## doctor: what is installed, in which version, what to do about what is not
.PHONY: doctor
doctor: $(COACH)
	@$(COACH) doctor

## clean: remove everything that was built
.PHONY: clean
clean:
	@rm -rf $(BUILD)

## help: this list
.PHONY: help
help:
	@echo "make TARGET [V=1]"
	@sed -n 's/^## \([a-z-]*\): \(.*\)/  \1\t\2/p' $(filter Makefile %.mk,$(MAKEFILE_LIST)) | expand -t 16
