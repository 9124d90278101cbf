#!/bin/bash
# docs_test.sh [--full]: the book is true to the tree, is built, and is well made. Without --full,
# what needs a browser, Java or npm is left to `make docs-test`. Ends with "N passed, N failed".
# shellcheck disable=SC2317 # functions are called by fact
set -u
cd "$(dirname "$0")/.." || exit 1
export BUILD=${BUILD:-build}
root=$PWD
book=$BUILD/docs
full=${1:-}
passed=0 failed=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM HUP

# fact "statement" COMMAND…: holds if the command succeeds; what it says is shown if not.
fact()
{
    local statement=$1
    shift
    if "$@" >"$folder/said" 2>&1; then
        echo "ok $statement"
        passed=$((passed + 1))
    else
        echo "not ok $statement"
        sed 's/^/    /' "$folder/said" | tail -n 30
        failed=$((failed + 1))
    fi
}

skip()
{
    echo "ok $1 # skip $2"
}

finish()
{
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}

# Each file and function that chapters name is in the tree.
chapters=$(for file in README.md COURSE.md {hv,guest-os,guest-os/probes,labs}/README.md \
    labs/[0-9]*/README.md docs/*.md; do [ ! -f "$file" ] || echo "$file"; done)
figures=$(find docs labs -name '*.dot' | sort)
# shellcheck disable=SC2086 # a list of files
if command -v pandoc >/dev/null; then
    fact "what chapters and figures name is in the tree" tests/docs_names.sh $chapters $figures
fi
if [ -x "$BUILD/coach" ] && [ -f "$BUILD/hv/stagecoach.elf" ]; then
    fact "each file is in one lab, and each lab links" tools/labs-check
fi
if [ -x "$BUILD/coach" ]; then
    fact "the contract's page says what is judged; each rule has a check and a mutant" \
        tools/contract --check
fi
if [ -x "$BUILD/coach" ] && command -v gdb-multiarch >/dev/null; then
    fact "the handouts' worked walks are what runs show" tools/walks --check
else
    skip "the handouts' worked walks are what runs show" "gdb-multiarch is not installed; make deps installs it"
fi
fact "each figure is the drawing of its source" tools/figures --check
if ! command -v pandoc >/dev/null || ! command -v dot >/dev/null; then
    skip "the book is built" "pandoc or graphviz is not installed; make deps installs them"
    finish
fi

fact "the book is built" make docs
chapter_has_page()
{
    local chapter
    for chapter in $chapters; do
        grep -q "source: $chapter\$" "$book/chapters.yaml" || { echo "$chapter" && return 1; }
    done
}
fact "each chapter has a page" chapter_has_page
fact "no page needs anything from elsewhere, and only the search has a script, inside it" \
    sh -c "! grep -HnoE '(src=\"([^d]|d[^a])|srcset=|data=)[^\"]*\"|<link[^>]*href=\"[^\"]*:[^\"]*\"|<script .*' $book/*.html &&
        ! grep -l '<script' $book/*.html | grep -v '/search.html\$' &&
        ! grep -nE '@import|url\\(' $book/book.css"
fact "each drawing says in words what it shows" \
    sh -c "! grep -HnE '<svg' $book/*.html | grep -v 'role=\"img\" aria-label=\"[^\"]\\{20,\\}'"

# page_of TEXT: makes a page from a chapter with that text.
page_of()
{
    printf '# A title\n\n%s\n' "$1" >"$folder/chapter.md"
    printf 'chapters:\n- {source: "docs/chapter.md", page: chapter.html, title: A title}\n' \
        >"$folder/chapters.yaml"
    pandoc --from=gfm-raw_html --to=html5 --lua-filter=docs/filters/book.lua \
        --metadata-file="$folder/chapters.yaml" -M source=docs/chapter.md -M target=site \
        -M title=x "$folder/chapter.md" -o "$folder/chapter.html"
}
refuses()
{
    ! page_of "$1" 2>"$folder/complaint" && grep -q "$2" "$folder/complaint"
}
fact "a picture without words is refused" refuses '![](figures/boot.svg)' \
    'docs/chapter.md: the picture figures/boot.svg has no alternative text'
fact "a picture that is not there is refused" refuses '![Boot](figures/nowhere.svg)' \
    'neither it nor docs/figures/nowhere.dot is in the tree'
fact "a link to nowhere is refused" refuses '[this](../hv/nowhere.c)' \
    'links to hv/nowhere.c, which is not in the tree'
links_resolve()
{
    page_of '[a](chapter.md#b), [c](../hv/vcpu/run.c)' && grep -q 'href="chapter.html#b"' \
        "$folder/chapter.html" && ! grep -q 'run.c' "$folder/chapter.html"
}
fact "links between chapters become links between pages" links_resolve

# Each link within the book leads to a page, and to a heading that is there.
anchors_exist()
{
    local page link file id
    for page in "$book"/*.html; do
        while read -r link; do
            file=${link%%#*} id=""
            [ "$file" = "$link" ] || id=${link#*#}
            file=$book/${file:-${page##*/}}
            [ -f "$file" ] || { echo "$page: $link" && return 1; }
            [ -z "$id" ] || grep -q "id=\"$id\"" "$file" || { echo "$page: $link" && return 1; }
        done < <(grep -oE ' href="[^":]*"' "$page" | sed 's/^ href="//; s/"$//' | sort -u)
    done
}
fact "links within the book lead somewhere" anchors_exist

# The front page and the search lead to every chapter.
front_leads()
{
    local chapter
    while read -r chapter; do
        if ! grep -q "href=\"$chapter\"" "$book/index.html" || ! grep -q "^\[\"$chapter\"" "$book/search.html"; then
            echo "$chapter" && return 1
        fi
    done < <(sed -n 's/^    page: //p' "$book/chapters.yaml")
}
fact "the front page and the search know every chapter" front_leads
fact "there is a way in for each reader" sh -c "for id in learn teach how; do
    grep -q \"<h2[^>]* id=.\$id\" $book/index.html || grep -q \"id=.\$id.\" $book/index.html || exit 1; done"
if command -v node >/dev/null; then
    fact "the search's data are well formed" sh -c "{ sed -n '/^const sections/,/^];/p' $book/search.html
        echo 'if (sections.length < 100 || sections.some((one) => one.length !== 4)) process.exit(1)'; } >$folder/search.js &&
        node $folder/search.js"
fi

# The CSR card says of each bit what the sources say.
card_agrees()
{
    local register name bit status=0
    while read -r register name bit; do
        sed -n "/^### $register/,/^\`\`\`\$/{/^[0-9]/p;}" docs/csrs.md | grep -qE "^($bit|[0-9]+:$bit) +$name " ||
            { echo "$register.$name is at bit $bit in hv/metal/csr.h" && status=1; }
    done < <(sed -nE 's/^#define (SSTATUS|HSTATUS)_([A-Z]+) +\([0-9]+ull << ([0-9]+)\).*/\L\1 \U\2 \3/p' hv/metal/csr.h)
    return "$status"
}
fact "the CSR card's bits are where the sources have them" card_agrees
[ "$full" = --full ] || finish

# html-validate, in the version that docs/package-lock.json names.
npm_folder=$BUILD/docs-test
install_validator()
{
    mkdir -p "$npm_folder" && cp docs/package.json docs/package-lock.json "$npm_folder" &&
        (cd "$npm_folder" && npm ci --no-audit --no-fund)
}
if command -v npm >/dev/null && { [ -x "$npm_folder/node_modules/.bin/html-validate" ] ||
    install_validator >"$folder/npm" 2>&1; }; then
    fact "pages are valid, accessible HTML" "$npm_folder/node_modules/.bin/html-validate" \
        --config docs/htmlvalidate.json "$book"/*.html
else
    skip "pages are valid, accessible HTML" "npm cannot install html-validate: $(tail -n 1 "$folder/npm" 2>/dev/null)"
fi

epubcheck=/usr/share/java/epubcheck.jar
if command -v java >/dev/null && [ -f $epubcheck ]; then
    fact "the EPUB is valid" java -jar $epubcheck "$book/stagecoach.epub"
else
    skip "the EPUB is valid" "epubcheck is not installed: apt-get install epubcheck"
fi

# A page that is wider than a telephone scrolls sideways. The pages are loaded into frames of that
# width, and the frames' contents measured.
measure()
{
    {
        echo '<!DOCTYPE html><title>x</title><body>'
        for page in "$book"/*.html; do
            echo "<iframe width='320' height='600' src='file://$root/$page'></iframe>"
        done
        cat <<'END'
<script>
addEventListener("load", () => {
    const wide = [...document.querySelectorAll("iframe")].filter((frame) =>
        frame.contentDocument.documentElement.scrollWidth > 320);
    document.body.textContent = "measured " + wide.map((frame) =>
        frame.src.replace(/.*\//, "") + ":" +
        frame.contentDocument.documentElement.scrollWidth).join(" ") + " end";
});
</script>
END
    } >"$folder/frames.html"
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --allow-file-access-from-files \
        --user-data-dir="$folder/profile" --virtual-time-budget=10000 --dump-dom \
        "file://$folder/frames.html" 2>/dev/null | grep -o 'measured .*end'
}
fits()
{
    local said
    said=$(measure)
    [ "$said" = "measured  end" ] || { echo "wider than 320: $said" && return 1; }
}
prints()
{
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu \
        --user-data-dir="$folder/profile" --print-to-pdf="$folder/page.pdf" \
        "file://$root/$book/architecture.html" && head -c 5 "$folder/page.pdf" | grep -q '%PDF-'
}
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -n "$browser" ]; then
    case $book in /*) root="" ;; esac
    fact "no page scrolls sideways on a screen of 320 pixels" fits
    fact "pages can be printed" prints
else
    skip "pages fit small screens and paper" "there is no Chromium: apt-get install chromium"
fi
finish
