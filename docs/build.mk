# The book: every chapter a page of build/docs/, and all of them in build/docs/stagecoach.epub.
# Chapters are Markdown files where they belong in the tree; those that do not exist are left out.

DOCS_CHAPTERS := $(wildcard README.md docs/self-check.md docs/architecture.md hv/README.md guest-os/README.md \
    guest-os/probes/README.md COURSE.md labs/README.md) $(sort $(wildcard labs/[0-9]*/README.md)) \
    $(wildcard docs/csrs.md docs/glossary.md docs/run.md docs/checks.md docs/contract.md docs/observation.md docs/results.md)
DOCS_CHAPTERS += $(filter-out $(DOCS_CHAPTERS),$(sort $(wildcard docs/*.md)))

# docs/architecture.md is architecture.html, labs/01-boot/README.md is labs-01-boot.html
docs_page = $(subst /,-,$(subst COURSE,course,$(or $(patsubst docs/%.md,%,$(filter docs/%,$(1))), \
    $(patsubst %/README.md,%,$(filter %/README.md,$(1))), \
    $(patsubst README,overview,$(basename $(1))))))
DOCS_DIR   := $(BUILD)/docs
DOCS_PAGES := $(foreach c,$(DOCS_CHAPTERS),$(DOCS_DIR)/$(call docs_page,$(c)).html)
DOCS_FROM  := gfm-raw_html
DOCS_TOOLS := $(wildcard docs/filters/*.lua docs/page.html docs/build.mk docs/parts/*)
DOCS_FIGURES := $(wildcard docs/figures/* labs/*/figures/* labs/*/*.svg labs/*/*.dot)

.PHONY: docs man walks
docs: $(DOCS_PAGES) $(DOCS_DIR)/index.html $(DOCS_DIR)/search.html $(DOCS_DIR)/book.css $(DOCS_DIR)/stagecoach.epub

# The values in the handouts' worked walks, from runs of the labs' own trees.
walks: $(if $(wildcard tools/walks),all)
	$(Q)$(or $(wildcard tools/walks),:)

# Man pages of coach and its commands, from what --help says.
man: $(COACH)
	$(call say,MAN,$(BUILD)/man)
	$(Q)tools/man $(COACH) $(BUILD)/man

$(DOCS_DIR)/book.css: docs/book.css
	@mkdir -p $(@D)
	@cp $< $@

# All chapters with their titles and pages: what the navigation is made from.
$(eval $(call flags_file,docs-chapters,$(DOCS_CHAPTERS)))
$(DOCS_DIR)/chapters.yaml: $(DOCS_CHAPTERS) $(BUILD)/flags/docs-chapters
	@mkdir -p $(@D)
	@{ echo 'chapters:'; $(foreach c,$(DOCS_CHAPTERS),printf '%s\n' '  - source: $(c)' \
	    '    page: $(call docs_page,$(c)).html' \
	    "    title: '$$(sed -n '/^# /{s/^# //;s/`//g;p;q;}' $(c) | sed "s/'/''/g")'";) } > $@.new
	@if cmp -s $@.new $@; then rm $@.new; touch $@; else mv $@.new $@; fi

define docs_chapter
$(DOCS_DIR)/$(call docs_page,$(1)).html: $(1) $(DOCS_DIR)/chapters.yaml $(DOCS_TOOLS) $(DOCS_FIGURES)
	$$(call say,PANDOC,$$@)
	$$(Q)pandoc --from=$(DOCS_FROM) --to=html5 --standalone --template=docs/page.html \
	    --toc --toc-depth=2 --no-highlight --wrap=none --lua-filter=docs/filters/book.lua \
	    --metadata-file=$(DOCS_DIR)/chapters.yaml -M source=$(1) -M target=site \
	    --variable=pagetitle="$$$$(sed -n '/^# /{s/^# //;s/`//g;p;q;}' $(1))" $(1) -o $$@.new
	@sed 's| <span>#</span></a>|</a>|' $$@.new > $$@ && rm $$@.new
$(DOCS_DIR)/parts/$(call docs_page,$(1)).contents: $(1) $(DOCS_DIR)/chapters.yaml $(DOCS_TOOLS)
	@mkdir -p $$(@D)
	@pandoc --from=$(DOCS_FROM) --to=markdown --lua-filter=docs/filters/contents.lua \
	    -M page=$(call docs_page,$(1)).html $(1) -o $$@
$(DOCS_DIR)/parts/$(call docs_page,$(1)).search: $(1) $(DOCS_DIR)/chapters.yaml $(DOCS_TOOLS)
	@mkdir -p $$(@D)
	@pandoc --from=$(DOCS_FROM) --to=plain --wrap=none --lua-filter=docs/filters/search.lua \
	    -M page=$(call docs_page,$(1)).html $(1) -o $$@
$(DOCS_DIR)/parts/$(call docs_page,$(1)).md: $(1) $(DOCS_DIR)/chapters.yaml $(DOCS_TOOLS) $(DOCS_FIGURES)
	@mkdir -p $$(@D)
	@pandoc --from=$(DOCS_FROM) --to=markdown-smart-implicit_figures --wrap=none \
	    --lua-filter=docs/filters/book.lua --metadata-file=$(DOCS_DIR)/chapters.yaml \
	    -M source=$(1) -M target=epub -M scratch=$(DOCS_DIR)/parts $(1) -o $$@
	@echo >> $$@
endef
$(foreach c,$(DOCS_CHAPTERS),$(eval $(call docs_chapter,$(c))))

DOCS_PARTS := $(foreach c,$(DOCS_CHAPTERS),$(DOCS_DIR)/parts/$(call docs_page,$(c)))

# The front: three ways in, by what a reader wants, and all chapters with their sections.
DOCS_FRONT := $(wildcard docs/parts/front.markdown)

$(DOCS_DIR)/index.html: $(DOCS_FRONT) $(DOCS_PARTS:%=%.contents)
	$(call say,PANDOC,$@)
	$(Q)cat $^ | pandoc --from=markdown-smart --to=html5 --standalone --template=docs/page.html \
	    --metadata-file=$(DOCS_DIR)/chapters.yaml --metadata=title:Stagecoach \
	    --variable=pagetitle:Contents -o $@

# The search works without a server: the page holds every section's words, and looks itself.
$(DOCS_DIR)/search.html: docs/parts/search.html $(DOCS_PARTS:%=%.search) $(DOCS_TOOLS)
	$(call say,SEARCH,$@)
	@{ echo 'const sections = ['; cat $(DOCS_PARTS:%=%.search); echo '];'; } > $(DOCS_DIR)/parts/search.js
	$(Q)echo | pandoc --from=markdown --to=html5 --standalone --template=docs/page.html \
	    --metadata-file=$(DOCS_DIR)/chapters.yaml --metadata=title:Search --variable=pagetitle:Search \
	    -o $(DOCS_DIR)/parts/search.page && \
	    sed -e '/@SECTIONS@/{r $(DOCS_DIR)/parts/search.js' -e 'd}' $< > $(DOCS_DIR)/parts/search.body && \
	    sed -e '/<h1>Search/r $(DOCS_DIR)/parts/search.body' $(DOCS_DIR)/parts/search.page > $@

# The same sources give the same bytes: the date is the last commit's.
DOCS_EPOCH = $(or $(shell git log -1 --format=%ct 2>/dev/null),0)
$(DOCS_DIR)/stagecoach.epub: $(DOCS_PARTS:%=%.md) docs/book.yaml docs/epub.css
	$(call say,PANDOC,$@)
	$(Q)SOURCE_DATE_EPOCH=$(DOCS_EPOCH) pandoc --from=markdown-smart-implicit_figures --to=epub3 \
	    --no-highlight --toc --toc-depth=2 --css=docs/epub.css --metadata-file=docs/book.yaml \
	    $(DOCS_PARTS:%=%.md) -o $@
