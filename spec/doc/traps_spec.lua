-- doc/traps.md: each trap and invariant with its spec, and the file its mutant breaks.
package.path = "./?.lua;" .. package.path
local ids = require("spec.mutants.ids")
local mutants = { require("spec.mutants.traps"), require("spec.mutants.invariants") }

local function read(path)
  local file <close> = assert(io.open(path), path)
  return file:read("a")
end

-- id → { text, shown, broken }
local function rows_of(page)
  local rows = {}
  for line in page:gmatch("[^\n]+") do
    local id, text, shown, broken = line:match("^| ([TI]%d+) | (.-) | (`spec.-) | (`.-) |$")
    if id then
      assert.is_nil(rows[id], id .. " twice")
      rows[id] = { text = text, shown = shown, broken = broken }
    end
  end
  return rows
end

describe("doc/traps.md", function()
  local rows = rows_of(read("doc/traps.md"))

  it("has a row for every id that has a mutant, and one that leads a mutant's promise", function()
    for _, id in ipairs(ids.all()) do
      assert.is_truthy(rows[id], id)
      rows[id].wanted = true
    end
    for id, row in pairs(rows) do
      assert.is_true(row.wanted, id)
    end
    assert.same({}, ids.missing(require("spec.mutants.all")))
  end)

  it("names specs there are", function()
    for id, row in pairs(rows) do
      local found = 0
      for path, title in (row.shown .. ";"):gmatch("`([^`]+)` ?(.-);") do
        local text = read(path)
        title = title:match("“(.*)”")
        found = found + 1
        assert.is_true(not title or text:find(title, 1, true) ~= nil, ("%s: %s"):format(id, title))
      end
      assert.is_true(found > 0, id)
    end
  end)

  it("names the spec and the file of each mutant", function()
    for _, list in ipairs(mutants) do
      for _, mutant in ipairs(list) do
        for _, id in ipairs(ids.of(mutant.promise)) do
          local row = assert(rows[id], id)
          assert.is_truthy(row.shown:find(mutant.spec, 1, true), id)
          assert.is_truthy(row.shown:find(mutant.filter or "", 1, true), id)
          assert.is_truthy(row.broken:find(mutant.file, 1, true), id)
        end
      end
    end
  end)
end)
