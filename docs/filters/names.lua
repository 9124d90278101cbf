-- Prints what a chapter names between backquotes, one a line, in place of the chapter: for the
-- test that looks for each in the tree. Code blocks are left out.

function Pandoc(document)
    local names = {}
    pandoc.walk_block(pandoc.Div(document.blocks), {
        Code = function(code)
            table.insert(names, code.text)
        end,
    })
    return pandoc.Pandoc({ pandoc.RawBlock("plain", table.concat(names, "\n")) })
end
