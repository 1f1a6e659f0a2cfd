-- `make mutants` takes minutes; whether each mutant can be put in is seen at once.
package.path = "./?.lua;" .. package.path
local ids = require("spec.mutants.ids")
local mutants = require("spec.mutants.all")

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

describe("mutants", function()
  it("are each of a line that is there once", function()
    for _, mutant in ipairs(mutants) do
      local text = read(mutant.file)
      local _, last = text:find(mutant.find, 1, true)
      assert.is_truthy(last, mutant.promise)
      assert.is_nil(text:find(mutant.find, last + 1, true), mutant.promise)
      assert.not_equal(mutant.find, mutant.replace)
    end
  end)

  it("have a spec that is there", function()
    for _, mutant in ipairs(mutants) do
      for path in mutant.spec:gmatch("%S+") do
        local folder = not path:find("%.lua$")
        assert.is_truthy(io.open(path), mutant.promise)
        assert.is_truthy(folder or read(path):find(mutant.filter or "", 1, true), mutant.promise)
      end
    end
  end)

  it("are there for each trap and invariant", function()
    assert.same({}, ids.missing(mutants))
  end)
end)
