-- Prints what a chapter names between backquotes, one a line, in place of the chapter, and of code
-- blocks the commands of the project: for the test that looks for each in the tree.

function Pandoc(document)
    local names = {}
    pandoc.walk_block(pandoc.Div(document.blocks), {
        Code = function(code)
            table.insert(names, code.text)
        end,
        CodeBlock = function(block)
            for line in block.text:gmatch("[^\n]+") do
                local command = line:match("^%$? ?(make%s+[%w/.-]+)") or
                    line:match("^%$? ?b?u?i?l?d?/?(coach%s+[%w-]+)")
                if command then
                    table.insert(names, command)
                end
            end
        end,
    })
    return pandoc.Pandoc({ pandoc.RawBlock("plain", table.concat(names, "\n")) })
end
