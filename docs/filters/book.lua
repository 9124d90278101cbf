-- What every chapter passes through on its way into the book: its title is lifted out of its
-- first heading, links between Markdown files become links between pages, figures are drawn.
-- Refuses a picture without alternative text, and a link to what is not in the tree.
--
-- Metadata: source, the chapter's path from the root; target, "site" or "epub"; scratch, for
-- "epub" a folder for drawn figures; chapters, a list of {source, page, title}. Run from the root
-- of the tree.

local path = pandoc.path
local source, target, scratch, chapters, here

local function fail(template, ...)
    io.stderr:write(source .. ": " .. string.format(template, ...) .. "\n")
    os.exit(1)
end

local function exists(name)
    local file = io.open(name, "r")
    if file then
        file:close()
    end
    return file ~= nil
end

-- "docs" and "../hv/README.md" make "hv/README.md".
local function resolve(relative)
    local parts = {}
    for part in (path.directory(source) .. "/" .. relative):gmatch("[^/]+") do
        if part == ".." and #parts > 0 then
            table.remove(parts)
        elseif part ~= "." then
            table.insert(parts, part)
        end
    end
    return table.concat(parts, "/")
end

local function slug(page)
    return (page:gsub("%.html$", ""))
end

local function read_metadata(meta)
    source = pandoc.utils.stringify(meta.source)
    target = pandoc.utils.stringify(meta.target)
    scratch = meta.scratch and pandoc.utils.stringify(meta.scratch)
    chapters = {}
    for index, entry in ipairs(meta.chapters) do
        chapters[index] = {
            source = pandoc.utils.stringify(entry.source),
            page = pandoc.utils.stringify(entry.page),
            title = pandoc.utils.stringify(entry.title),
        }
        if chapters[index].source == source then
            here = index
        end
    end
end

-- The address of a chapter, or of a heading in it, as seen from this chapter.
local function address_of(chapter, fragment)
    if target == "epub" then
        return "#" .. slug(chapter.page) .. (fragment and "--" .. fragment or "")
    end
    return chapter.page .. (fragment and "#" .. fragment or "")
end

local function convert_link(link)
    if link.target:match("^%a+:") then
        return nil
    end
    local file, fragment = link.target:match("^([^#]*)#?(.*)$")
    if fragment == "" then
        fragment = nil
    end
    if file == "" then
        link.target = address_of(chapters[here], fragment)
        return link
    end
    local full = resolve(file)
    for _, chapter in ipairs(chapters) do
        if chapter.source == full then
            link.target = address_of(chapter, fragment)
            return link
        end
    end
    if not exists(full) then
        fail("links to %s, which is not in the tree", full)
    end
    return link.content -- a file of the tree is no page of the book
end

-- Graphviz's colours become the page's, so that a figure is legible by day and by night.
local page_colours = {
    { '"black"', '"currentColor"' },
    { '"#ebf1f8"', '"var(--fill-1)"' },
    { '"#fbf0e0"', '"var(--fill-2)"' },
    { '"#e9f4ea"', '"var(--fill-3)"' },
    { '"#f8e8e8"', '"var(--fill-4)"' },
    { '"#888888"', '"currentColor"' },
}

local function draw(dot)
    return pandoc.pipe("dot", { "-Tsvg", "-Nfontname=sans-serif", "-Efontname=sans-serif",
        "-Gfontname=sans-serif", "-Gbgcolor=transparent", dot }, "")
end

local function inline_svg(svg, name, alt)
    svg = svg:gsub("^.-<svg", "<svg"):gsub("<!%-%-.-%-%->", ""):gsub("<title>.-</title>", "")
    svg = svg:gsub(' id="', ' id="' .. name .. "-"):gsub(' xmlns:xlink="[^"]*"', "")
    for _, pair in ipairs(page_colours) do
        svg = svg:gsub(pair[1]:gsub("%p", "%%%0"), pair[2])
    end
    local colour = svg:match('"(#%x+)"')
    if colour then
        fail("figure %s has the colour %s, which is none of the page's (page_colours)", name, colour)
    end
    return (svg:gsub("<svg", '<svg role="img" aria-label="' .. alt:gsub('"', "&quot;") .. '"', 1))
end

local function escape(text)
    return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
end

-- A page is one file: a picture of points goes into it as it is.
local function inline_png(name, alt)
    return '<img src="data:image/png;base64,' .. pandoc.pipe("base64", { "-w0", name }, "")
        .. '" alt="' .. escape(alt):gsub('"', "&quot;") .. '">'
end

local function figure(image)
    local alt = pandoc.utils.stringify(image.caption)
    local full = resolve(image.src)
    local dot = full:gsub("%.svg$", ".dot")
    if alt == "" then
        fail("the picture %s has no alternative text", image.src)
    end
    local svg
    if exists(full) and full:match("%.svg$") then
        svg = io.open(full):read("a")
    elseif dot ~= full and exists(dot) then
        svg = draw(dot)
    elseif not exists(full) then
        fail("shows %s, and neither it nor %s is in the tree", full, dot)
    end
    local name = path.filename(full):gsub("%.%w+$", "")
    if target == "site" then
        local caption = image.title ~= "" and "<figcaption>" .. escape(image.title) .. "</figcaption>"
        local picture = svg and inline_svg(svg, name, alt) or inline_png(full, alt)
        return pandoc.RawBlock("html", "<figure>" .. picture .. (caption or "") .. "</figure>")
    end
    if svg then
        full = scratch .. "/" .. name .. ".svg"
        local file = assert(io.open(full, "w"))
        file:write((svg:gsub("^.-<svg", "<svg")))
        file:close()
    end
    image.src = full
    image.title = ""
    return pandoc.Para({ image, pandoc.Space() })
end

-- "33:32 VSXL what it means" makes 33, 32, "VSXL", "what it means".
local function read_field(line)
    local range, name, meaning = line:match("^(%S+)%s+(%S+)%s+(.*)$")
    local high, low = (range or ""):match("^(%d+):(%d+)$")
    high = high or (range or ""):match("^(%d+)$")
    if not high then
        fail("a line of a register's bits is '%s', expected HIGH:LOW NAME WORDS", line)
    end
    return tonumber(high), tonumber(low or high), name, meaning
end

-- A register's bits, drawn from the lines of a code block `bits`, highest first; what lies between
-- the fields is shaded. The words stand below.
local function draw_bits(block)
    local x, boxes, words, shown, below = 1, {}, {}, {}, 64
    local function box(width, class, top, text)
        table.insert(boxes, string.format('<rect x="%d" y="20" width="%d" height="28" fill="%s" '
            .. 'stroke="currentColor"/><text x="%d" y="14" font-size="11">%s</text>'
            .. '<text x="%d" y="39" font-size="13">%s</text>', x, width, class,
            x + width // 2, top, x + width // 2, text))
        x = x + width
    end
    for line in block.text:gmatch("[^\n]+") do
        local high, low, name, meaning = read_field(line)
        if high >= below or low > high then
            fail("bits %s do not stand below bit %d", line, below)
        end
        if high < below - 1 then
            box(18, "none", "", "…")
        end
        box(math.max(9 * #name + 12, high > low and 48 or 30), "var(--fill-1)",
            high > low and high .. ":" .. low or tostring(high), name)
        table.insert(words, { { pandoc.Plain({ pandoc.Code(name) }) },
            { pandoc.Plain({ pandoc.Str(meaning) }) } })
        table.insert(shown, (high > low and high .. " to " .. low or high) .. " " .. name)
        below = low
    end
    if below > 0 then
        box(18, "none", "", "…")
    end
    local svg = string.format('<figure><svg class="bits" role="img" aria-label="Bits, highest first: %s" '
        .. 'viewBox="0 0 %d 52" width="%d" text-anchor="middle" fill="currentColor">%s</svg></figure>',
        table.concat(shown, ", "), x + 1, x + 1, table.concat(boxes))
    local list = {}
    for _, pair in ipairs(words) do
        table.insert(list, { pair[1][1].content, { pair[2] } })
    end
    return { pandoc.RawBlock("html", svg), pandoc.DefinitionList(list) }
end

local function convert_code(block)
    if target == "site" and block.classes:includes("bits") then
        return draw_bits(block)
    end
end

local function convert_paragraph(block)
    if #block.content == 1 and block.content[1].t == "Image" then
        return figure(block.content[1])
    end
end

local function convert_heading(heading)
    if target == "epub" then
        heading.identifier = slug(chapters[here].page) .. "--" .. heading.identifier
        return heading
    end
    if heading.level > 1 then
        local link = pandoc.Link("#", "#" .. heading.identifier, "", { class = "anchor" })
        link.attributes["aria-label"] = "Link to “" .. pandoc.utils.stringify(heading) .. "”"
        heading.content:insert(pandoc.Space())
        heading.content:insert(link)
    end
    return heading
end

-- Gives the cells of columns that are aligned to the right a class in place of an inline style.
local function mark_numbers(rows, right)
    for _, row in ipairs(rows) do
        for index, cell in ipairs(row.cells or row[2]) do
            if right[index] then
                (cell.attr or cell[1]).classes:insert("number")
            end
        end
    end
end

-- Every heading of a column says so, and columns are as wide as their contents ask for.
local function convert_table(table_)
    local right = {}
    for index, column in ipairs(table_.colspecs) do
        column[2] = nil
        if target == "site" and column[1] == "AlignRight" then
            right[index] = true
            column[1] = "AlignDefault"
        end
    end
    mark_numbers(table_.head.rows, right)
    for _, body in ipairs(table_.bodies) do
        mark_numbers(body.body, right)
    end
    for _, row in ipairs(table_.head.rows) do
        for _, cell in ipairs(row.cells or row[2]) do
            local attributes = cell.attr or cell[1]
            attributes.attributes["scope"] = "col"
        end
    end
    return table_
end

local function navigation(meta)
    for index, entry in ipairs(meta.chapters) do
        if index == here then
            entry.current = true
        end
    end
    meta.previous = meta.chapters[here - 1]
    meta.next = meta.chapters[here + 1]
end

function Pandoc(document)
    read_metadata(document.meta)
    local first = document.blocks[1]
    if not first or first.t ~= "Header" or first.level ~= 1 then
        fail("does not begin with a heading of the first level")
    end
    document.meta.title = pandoc.MetaInlines(first.content)
    if target == "site" then
        document.blocks:remove(1)
        navigation(document.meta)
        document.meta.search = true
    else
        first.identifier = slug(chapters[here].page)
    end
    local blocks = pandoc.walk_block(pandoc.Div(document.blocks), {
        Link = convert_link,
        Para = convert_paragraph,
        CodeBlock = convert_code,
        Table = convert_table,
    })
    blocks = pandoc.walk_block(blocks, {
        Image = function(image)
            if pandoc.utils.stringify(image.caption) == "" then
                fail("the picture %s has no alternative text", image.src)
            end
        end,
        Header = function(heading)
            if heading ~= first and heading.identifier ~= slug(chapters[here].page) then
                return convert_heading(heading)
            end
        end,
    })
    document.blocks = blocks.content
    return document
end
