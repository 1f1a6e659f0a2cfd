--- The reference (`make docs`): every public name has words.
package.path = "./?.lua;./?/init.lua;" .. package.path
local folders = require("spec.folders")
local reference = require("spec.tools.reference")

describe("the reference", function()
  it("lacks no public name", function()
    assert.equal("", table.concat(reference.faults(), "\n"))
  end)

  it("has a page for each part that people call", function()
    local folder = folders.new()
    reference.write(folder)
    for _, name in ipairs({ "mwlogin", "mwlogin.Session", "mwlogin.Flow", "mwlogin.core" }) do
      local file <close> = assert(io.open(("%s/%s.lua"):format(folder, name)))
      assert(load(file:read("a"), "=" .. name))
    end
    folders.remove(folder)
  end)
end)
