# Rider, the guest OS: its kernel, its programs, the archive of them, and the image.
# Used from the top Makefile; alone: make -f guest-os/build.mk rider
BUILD     ?= build
CROSS     ?= riscv64-unknown-elf-
RISCV_CC  ?= $(CROSS)gcc
Q         ?= $(if $(V),,@)
ifndef say
say = $(if $(V),,@echo '  $(1) $(2)')
endif

RIDER_DIR   := guest-os
RIDER_BUILD := $(BUILD)/guest-os
RIDER       ?= $(RIDER_BUILD)/rider.elf
RIDER_WARN  := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes
RIDER_COMMON := -std=gnu11 -O2 -g -ffreestanding -fno-builtin -nostdlib -fno-pic -mcmodel=medany \
    -fno-omit-frame-pointer -fno-strict-aliasing -fno-tree-loop-distribute-patterns -fno-common \
    $(RIDER_WARN) -I. -I$(RIDER_DIR) -MMD -MP

# The kernel has no floating point; the programs have.
RIDER_KERNEL_FLAGS := $(RIDER_COMMON) -march=rv64imac_zicsr_zifencei -mabi=lp64 -I$(RIDER_DIR)/kernel \
    -I$(RIDER_BUILD)
RIDER_USER_FLAGS   := $(RIDER_COMMON) -march=rv64gc -mabi=lp64d
RIDER_LINK         := -nostdlib -static -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
    -Wl,--no-warn-rwx-segments

RIDER_KERNEL_SOURCES := $(wildcard $(RIDER_DIR)/kernel/*/*.c $(RIDER_DIR)/kernel/*/*.S $(RIDER_DIR)/lib/*.c)
RIDER_KERNEL_OBJECTS := $(patsubst $(RIDER_DIR)/%,$(RIDER_BUILD)/kernel-objects/%.o,$(RIDER_KERNEL_SOURCES))

# user/bin/NAME.c is a program of one file; any other folder below user/ but lib is one program.
RIDER_USER_LIBRARY := $(wildcard $(RIDER_DIR)/user/lib/*.c $(RIDER_DIR)/user/lib/*.S) \
    $(if $(wildcard $(RIDER_DIR)/user/lib/*),$(wildcard $(RIDER_DIR)/lib/*.c))
RIDER_SMALL  := $(basename $(notdir $(wildcard $(RIDER_DIR)/user/bin/*.c)))
RIDER_LARGE  := $(filter-out bin lib,$(sort $(notdir $(patsubst %/,%,$(dir $(wildcard $(RIDER_DIR)/user/*/*.c))))))
RIDER_PROGRAMS := $(RIDER_SMALL) $(RIDER_LARGE)
RIDER_FILES    := $(wildcard $(RIDER_DIR)/user/files/*)
RIDER_ARCHIVE  := $(RIDER_BUILD)/archive.cpio

rider_user_object = $(patsubst $(RIDER_DIR)/%,$(RIDER_BUILD)/user-objects/%.o,$(1))
RIDER_LIBRARY_OBJECTS := $(call rider_user_object,$(RIDER_USER_LIBRARY))

.PHONY: rider
rider: $(RIDER)

$(RIDER_BUILD)/kernel-objects/%.o: $(RIDER_DIR)/% $(RIDER_DIR)/build.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(RISCV_CC) $(RIDER_KERNEL_FLAGS) -c -o $@ $<

$(RIDER_BUILD)/user-objects/%.o: $(RIDER_DIR)/% $(RIDER_DIR)/build.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(RISCV_CC) $(RIDER_USER_FLAGS) -c -o $@ $<

$(RIDER): $(RIDER_KERNEL_OBJECTS) $(RIDER_DIR)/kernel/boot/rider.ld
	$(call say,LD,$@)
	$(Q)$(RISCV_CC) $(RIDER_KERNEL_FLAGS) $(RIDER_LINK) \
	    -T $(RIDER_DIR)/kernel/boot/rider.ld -o $@ $(RIDER_KERNEL_OBJECTS)

# A program, with symbols; the archive gets it without.
define rider_program
$(RIDER_BUILD)/user/$(1).elf: $(2) $(RIDER_LIBRARY_OBJECTS) $(RIDER_DIR)/user/program.ld
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$(RISCV_CC) $(RIDER_USER_FLAGS) $(RIDER_LINK) \
	    -T $(RIDER_DIR)/user/program.ld -o $$@ $(2) $(RIDER_LIBRARY_OBJECTS)
$(RIDER_BUILD)/archive/$(1): $(RIDER_BUILD)/user/$(1).elf
	@mkdir -p $$(@D)
	$$(Q)$(CROSS)strip -o $$@ $$<
-include $(2:.o=.d)
endef
$(foreach p,$(RIDER_SMALL),$(eval $(call rider_program,$(p),$(call rider_user_object,$(RIDER_DIR)/user/bin/$(p).c))))
$(foreach p,$(RIDER_LARGE),$(eval $(call rider_program,$(p),$(call rider_user_object,$(wildcard $(RIDER_DIR)/user/$(p)/*.c $(RIDER_DIR)/user/$(p)/*.S)))))

$(RIDER_BUILD)/archive/%: $(RIDER_DIR)/user/files/%
	@mkdir -p $(@D)
	@cp $< $@

# The same files give the same bytes: names in order, no owners, no times.
RIDER_ARCHIVED := $(addprefix $(RIDER_BUILD)/archive/,$(RIDER_PROGRAMS) $(notdir $(RIDER_FILES)))
$(RIDER_ARCHIVE): $(RIDER_ARCHIVED) $(RIDER_DIR)/build.mk
	$(call say,CPIO,$@)
	$(Q)rm -rf $@.files && mkdir -p $@.files && \
	    cp $(RIDER_ARCHIVED) $@.files && chmod 644 $@.files/* && touch -d @0 $@.files/* && \
	    (cd $@.files && printf '%s\n' $(sort $(notdir $(RIDER_ARCHIVED))) | \
	    cpio --quiet --create --format=newc --reproducible --owner=0:0) > $@.new
	@mv $@.new $@
$(RIDER_BUILD)/kernel-objects/kernel/file/archive_data.S.o: $(RIDER_ARCHIVE)

-include $(RIDER_KERNEL_OBJECTS:.o=.d) $(RIDER_LIBRARY_OBJECTS:.o=.d)
-include $(wildcard $(RIDER_DIR)/probes/build.mk)
