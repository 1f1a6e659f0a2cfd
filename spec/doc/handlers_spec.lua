-- doc/handlers.md: its handlers keep the contract it tells of, no built-in one is missing there.
-- That its scripts run is the business of spec/doc/blocks_spec.lua.
package.path = "./?.lua;./?/init.lua;" .. package.path
local blocks = require("spec.doc.blocks")
local handlers = require("mwlogin.handlers")

local CONFIG <const> = {
  ["keypad.lua"] = { key = "k" },
  ["provider.lua"] = { login = "a", password = "b" },
  ["newcomers.lua"] = { name = "New" },
}

describe("doc/handlers.md", function()
  it("shows handlers that load", function()
    local names = {}
    for _, block in ipairs(blocks.of("doc/handlers.md")) do
      if block.file and block.language == "lua" and block.text:find("\nreturn {", 1, true) then
        names[#names + 1] = block.file
        local handler = assert(load(block.text, "=" .. block.file, "t"))()
        local entries, err = handlers.load({ { use = handler, config = CONFIG[block.file] } })
        assert(entries, err)
      end
    end
    assert.same({ "colour.lua", "provider.lua", "newcomers.lua", "odd.lua", "keypad.lua" }, names)
  end)

  it("names every built-in handler", function()
    local file <close> = assert(io.open("doc/handlers.md"))
    local page = file:read("a")
    local pipe <close> = assert(io.popen("ls lua/mwlogin/handlers"))
    for line in pipe:lines() do
      local name = line:match("^(.*)%.lua$")
      if name ~= "init" then
        assert.is_truthy(page:find("| `" .. name .. "` |", 1, true), name)
      end
    end
  end)
end)
