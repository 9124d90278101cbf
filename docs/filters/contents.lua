-- Replaces a chapter by its entry in the table of contents: its title and its sections, as links
-- to its page. Metadata: page.

function Pandoc(document)
    local page = pandoc.utils.stringify(document.meta.page)
    local title, sections = nil, {}
    for _, block in ipairs(document.blocks) do
        if block.t == "Header" and block.level == 1 then
            title = title or pandoc.Link(block.content, page)
        elseif block.t == "Header" and block.level == 2 then
            table.insert(sections,
                { pandoc.Plain({ pandoc.Link(block.content, page .. "#" .. block.identifier) }) })
        end
    end
    local entry = { pandoc.Plain({ title }) }
    if #sections > 0 then
        table.insert(entry, pandoc.BulletList(sections))
    end
    return pandoc.Pandoc({ pandoc.BulletList({ entry }) })
end
