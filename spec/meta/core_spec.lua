---lua/mwlogin/meta/core.lua tells editors of exactly what mwlogin.core exports.
package.path = "./?.lua;./?/init.lua;" .. package.path
local core_names = require("spec.tools.core_names")

describe("the annotations of mwlogin.core", function()
  local file <close> = assert(io.open("lua/mwlogin/meta/core.lua"))
  local text = file:read("a")

  it("declare every name, and none that is not there", function()
    local names = core_names.read()
    local declared = 0
    local shape = "\nfunction ([%w_.]+)([:.][%w_]+)%(([^)]*)%) end"
    for owner, method, parameters in text:gmatch(shape) do
      local name = owner .. method
      local object = owner:gsub("(%l)(%u)", "%1_%2"):lower()
      name = method:find("^:") and object .. method or name:gsub("^core%.", "")
      assert(names[name], name .. " is declared and is not there")
      assert.is_nil(parameters:find("%?"))
      names[name] = nil
      declared = declared + 1
    end
    assert.is_nil(next(names), ("not declared: %s"):format(next(names)))
    assert.is_true(declared > 60)
  end)

  it("are what the comments in C say", function()
    assert.equal(require("spec.tools.meta"), text)
  end)

  it("are Lua", function()
    assert(load(text, "=meta"))
  end)
end)
