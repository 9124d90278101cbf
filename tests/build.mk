# The tests, and what keeps the sources tidy; first the native tests and fuzz targets. Two test programs, since the hypervisor's portable parts and
# coach may use the same names: tests/unit/*_test.c is linked with coach's objects (without
# main.c), tests/unit/hv_*_test.c and tests/unit/hv/*_test.c with HV_NATIVE_SOURCES, which
# tests/unit/hv/build.mk defines together with HV_NATIVE_CFLAGS: the two have folders and
# headers of the same names, so neither sees the other's.

include tests/unit/hv/build.mk
-include tests/unit/metal/build.mk

SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_CFLAGS = $(HOST_CFLAGS) -O1 -Itests/unit -DUNIT_TEST $(SANITIZE)
HV_UNIT_CFLAGS = $(HV_NATIVE_CFLAGS) -O1 -DUNIT_TEST $(SANITIZE)

HV_TESTS := $(wildcard tests/unit/hv_*_test.c tests/unit/hv/*_test.c)
COACH_TESTS := $(filter-out $(HV_TESTS),$(wildcard tests/unit/*_test.c))

COACH_UNIT_SOURCES := $(COACH_TESTS) $(filter-out harness/main.c,$(COACH_SOURCES)) \
    tests/unit/runner.c
HV_UNIT_SOURCES := $(HV_TESTS) $(HV_NATIVE_SOURCES) tests/unit/runner.c
COACH_UNIT_OBJECTS := $(COACH_UNIT_SOURCES:%.c=$(BUILD)/unit/coach/%.o)
HV_UNIT_OBJECTS := $(HV_UNIT_SOURCES:%.c=$(BUILD)/unit/hv/%.o)

$(eval $(call flags_file,unit,$(HOST_CC) $(HV_UNIT_CFLAGS)))
$(eval $(call flags_file,unit-coach-link,$(COACH_UNIT_OBJECTS)))
$(eval $(call flags_file,unit-hv-link,$(HV_UNIT_OBJECTS)))

$(BUILD)/unit/coach/%.o: %.c $(BUILD)/flags/unit
	$(call say,CC,unit $<)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(UNIT_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/unit/hv/%.o: %.c $(BUILD)/flags/unit
	$(call say,CC,unit $<)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HV_UNIT_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/unit/coach-tests: $(COACH_UNIT_OBJECTS) $(BUILD)/flags/unit-coach-link
	$(call say,LINK,$@)
	$(Q)$(HOST_CC) $(UNIT_CFLAGS) $(COACH_UNIT_OBJECTS) -lcunit $(HOST_LDLIBS) -o $@

$(BUILD)/unit/hv-tests: $(HV_UNIT_OBJECTS) $(BUILD)/flags/unit-hv-link
	$(call say,LINK,$@)
	$(Q)$(HOST_CC) $(HV_UNIT_CFLAGS) $(HV_UNIT_OBJECTS) -lcunit -o $@

# Bench programs: tests/bench/NAME_bench.c with coach's objects, run by tests/bench/NAME.sh.
BENCH_PROGRAMS := $(patsubst tests/bench/%_bench.c,$(BUILD)/bench/%,$(wildcard tests/bench/*_bench.c))

$(BUILD)/bench/%: tests/bench/%_bench.c $(filter-out %/main.o,$(COACH_OBJECTS))
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) $^ $(HOST_LDLIBS) -o $@

# Fuzz targets: NAME_fuzz.c with coach's objects, hv_NAME_fuzz.c with the hypervisor's.
FUZZ_FLAGS = -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
    -Wno-unknown-warning-option -Wno-missing-field-initializers
FUZZ_CFLAGS = $(HOST_CFLAGS) $(FUZZ_FLAGS)
HV_FUZZ_CFLAGS = $(HV_NATIVE_CFLAGS) $(FUZZ_FLAGS)
FUZZ_LINK = -fsanitize=fuzzer,address,undefined
HV_FUZZ := $(wildcard tests/fuzz/hv_*_fuzz.c)
COACH_FUZZ := $(filter-out $(HV_FUZZ),$(wildcard tests/fuzz/*_fuzz.c))
COACH_FUZZ_OBJECTS := \
    $(patsubst %.c,$(BUILD)/fuzz/coach/%.o,$(filter-out harness/main.c,$(COACH_SOURCES)))
HV_FUZZ_OBJECTS := $(patsubst %.c,$(BUILD)/fuzz/hv/%.o,$(HV_NATIVE_SOURCES))
COACH_FUZZ_TARGETS := $(COACH_FUZZ:tests/fuzz/%.c=$(BUILD)/fuzz/%)
HV_FUZZ_TARGETS := $(HV_FUZZ:tests/fuzz/%.c=$(BUILD)/fuzz/%)
FUZZ_TARGETS := $(COACH_FUZZ_TARGETS) $(HV_FUZZ_TARGETS)

$(eval $(call flags_file,fuzz,$(FUZZ_CC) $(FUZZ_CFLAGS) $(HV_NATIVE_CFLAGS)))

$(BUILD)/fuzz/coach/%.o: %.c $(BUILD)/flags/fuzz
	$(call say,CC,fuzz $<)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/fuzz/hv/%.o: %.c $(BUILD)/flags/fuzz
	$(call say,CC,fuzz $<)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(HV_FUZZ_CFLAGS) -MMD -MP -c $< -o $@

$(COACH_FUZZ_TARGETS): $(BUILD)/fuzz/%: $(BUILD)/fuzz/coach/tests/fuzz/%.o $(COACH_FUZZ_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_LINK) $^ $(HOST_LDLIBS) -o $@

$(HV_FUZZ_TARGETS): $(BUILD)/fuzz/%: $(BUILD)/fuzz/hv/tests/fuzz/%.o $(HV_FUZZ_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_LINK) $^ -o $@

-include $(COACH_UNIT_OBJECTS:.o=.d) $(HV_UNIT_OBJECTS:.o=.d)
-include $(shell find $(BUILD)/fuzz -name '*.d' 2>/dev/null)

# What tools/mutation runs: the generator of mutants (libclang), and the plugin that notes which code
# a check reaches.
MUTATION_GENERATOR := $(BUILD)/mutation/generate
MUTATION_PROGRAMS := $(MUTATION_GENERATOR) $(BUILD)/mutation/cover-1.so $(BUILD)/mutation/cover-2.so
LLVM_FOLDER = $(firstword $(patsubst %/include/clang-c/Index.h,%,\
    $(wildcard /usr/lib/llvm-*/include/clang-c/Index.h)))

$(MUTATION_GENERATOR): $(filter-out %/cover.c,$(wildcard tests/mutation/*.c)) \
    $(wildcard tests/mutation/*.h) $(BUILD)/flags/host
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -I$(LLVM_FOLDER)/include $(filter %.c,$^) -L$(LLVM_FOLDER)/lib \
	    -Wl,-rpath,$(LLVM_FOLDER)/lib -lclang -o $@

$(BUILD)/mutation/cover-%.so: tests/mutation/cover.c harness/plugin/api.h $(BUILD)/flags/host
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -DWATCH_API=$* -fPIC -fvisibility=hidden -shared $< -o $@

# The long ones first, so that at the end no processor waits for one of them.
LONG_TESTS := $(patsubst %,tests/%_test.sh,grader/mutants grader/alternatives grader/labs \
    grader/mutation system/generated system/checks grader/attacks grader/class grader/forgers)
GRADER_TESTS := $(filter tests/grader/%,$(LONG_TESTS))
GRADER_TESTS += $(filter-out $(LONG_TESTS),$(sort $(wildcard tests/grader/*_test.sh)))
SYSTEM_TESTS := $(filter tests/system/%,$(LONG_TESTS))
SYSTEM_TESTS += $(filter-out $(LONG_TESTS),$(sort $(wildcard tests/system/*_test.sh)))
OTHER_TESTS  := $(filter-out $(LONG_TESTS),$(GRADER_TESTS) $(SYSTEM_TESTS))
UNIT_TESTS   := $(BUILD)/unit/coach-tests $(BUILD)/unit/hv-tests

## test: every test there is; the last line is "N passed, N failed"
.PHONY: test
test:
	@tools/deps.sh
	@$(MAKE) all $(UNIT_TESTS) $(METAL_TESTS) $(MUTATION_PROGRAMS)
	@BUILD=$(BUILD) tools/test-sum $(LONG_TESTS) $(OTHER_TESTS) tests/docs_test.sh $(UNIT_TESTS)

## test-unit: the native tests only, under the address and undefined-behaviour sanitizers
.PHONY: test-unit
test-unit: $(UNIT_TESTS)
	@tools/test-sum $^

## test-system: real guests on the real machine
.PHONY: test-system
test-system: all $(METAL_TESTS)
	@BUILD=$(BUILD) tools/test-sum $(SYSTEM_TESTS)

## test-grader: the grader is graded: mutants, alternatives, forgers, attacks, labs
.PHONY: test-grader
test-grader: all $(MUTATION_PROGRAMS)
	@BUILD=$(BUILD) tools/test-sum $(GRADER_TESTS)

## mutation: SAMPLE (100) generated mutants of the hypervisor, drawn by SEED (1), and their score
.PHONY: mutation
mutation: all $(MUTATION_PROGRAMS)
	@BUILD=$(BUILD) tools/mutation --sample $(or $(SAMPLE),100) --seed $(or $(SEED),1)

## contract: docs/contract.md anew, from the rules, the checks and the kill tables
.PHONY: contract
contract: all
	@BUILD=$(BUILD) tools/contract

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

## docs-test: the book held against HTML, EPUB and a browser (npm, epubcheck, chromium)
.PHONY: docs-test
docs-test: docs
	@BUILD=$(BUILD) tests/docs_test.sh --full
