-- Replaces a chapter by its sections as data for the search page, one a line: page with fragment,
-- chapter, heading, and the words below it. Metadata: page.

local function quoted(text)
    return '"' .. text:gsub("[%c%s]+", " "):gsub('[\\"]', "\\%0"):gsub("</", "<\\/") .. '"'
end

function Pandoc(document)
    local page = pandoc.utils.stringify(document.meta.page)
    local title, lines = nil, {}
    local address, heading, words = page, nil, {}
    local function finish()
        if heading then
            table.insert(lines, string.format("[%s,%s,%s,%s],", quoted(address), quoted(title),
                quoted(heading), quoted(table.concat(words, " "))))
        end
    end
    for _, block in ipairs(document.blocks) do
        if block.t == "Header" and block.level <= 3 then
            finish()
            heading = pandoc.utils.stringify(block)
            title = title or heading
            address = block.level == 1 and page or page .. "#" .. block.identifier
            words = {}
        else
            table.insert(words, pandoc.write(pandoc.Pandoc({ block }), "plain"))
        end
    end
    finish()
    return pandoc.Pandoc({ pandoc.RawBlock("plain", table.concat(lines, "\n")) })
end
