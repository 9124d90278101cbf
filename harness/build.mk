# coach, the host program: every .c one folder below harness/ belongs to it (harness/plugin holds
# QEMU plugins, which are no part of it).

HOST_CFLAGS = -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -I. -Iharness -pthread
HOST_LDLIBS = -larchive -lcyaml -ljansson -lfdt -ldw -lelf -lseccomp -lgit2 -lnettle -lm -pthread

COACH_SOURCES := harness/main.c $(filter-out harness/plugin/%,$(wildcard harness/*/*.c))
COACH_OBJECTS := $(COACH_SOURCES:%.c=$(BUILD)/host/%.o)

$(eval $(call flags_file,host,$(HOST_CC) $(HOST_CFLAGS)))
$(eval $(call flags_file,coach-link,$(HOST_LDLIBS) $(COACH_OBJECTS)))

$(BUILD)/host/%.o: %.c $(BUILD)/flags/host
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -MMD -MP -c $< -o $@

$(COACH): $(COACH_OBJECTS) $(BUILD)/flags/coach-link
	$(call say,LINK,$@)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) $(COACH_OBJECTS) $(HOST_LDLIBS) -o $@

-include $(COACH_OBJECTS:.o=.d)
