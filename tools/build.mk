# What boots the whole machine: a demonstration, and a session with gdb.

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
