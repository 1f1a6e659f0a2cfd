-- The count at the end of `make test` fails where doc/security.md says more than was run.
local ROW <const> = "| cuts | 1,000 | 0 | here |\n"
local HEAD <const> = "| attack or fault | cases | findings | shown by |\n|---|---|---|---|\n"

local function compare(recorded, page)
  local folder = os.tmpname()
  local paths = { recorded = folder .. ".recorded", page = folder .. ".page" }
  for name, text in pairs({ recorded = recorded, page = page }) do
    local file <close> = assert(io.open(paths[name], "w"))
    file:write(text)
  end
  local command = "lua5.4 spec/security/table.lua %s %s"
  local pipe = assert(io.popen(command:format(paths.recorded, paths.page)))
  local output = pipe:read("a")
  local good = pipe:close()
  for _, path in ipairs({ folder, paths.recorded, paths.page }) do
    os.remove(path)
  end
  return good or false, output
end

describe("the table of attacks", function()
  it("adds up what was recorded and is content when the page says no more", function()
    local good, output = compare("cuts\t600\t0\ncuts\t400\t0\n", "# Page\n\n" .. HEAD .. ROW)
    assert.is_true(good, output)
    assert.matches("1000 +0 +cuts", output)
  end)

  local WRONG <const> = {
    { "fewer cases than promised", "cuts\t999\t0\n", HEAD .. ROW, "999 cases" },
    { "a finding", "cuts\t1000\t1\n", HEAD .. ROW, "1 findings" },
    { "a row that was not run", "", HEAD .. ROW, "what was not run: cuts" },
    { "a row the page lacks", "cuts\t1000\t0\nnew\t1\t0\n", HEAD .. ROW, "not tell of new" },
    { "a page without the table", "cuts\t1000\t0\n", "# Page\n", "no table" },
    { "a record it cannot read", "cuts 1000\n", HEAD .. ROW, "no record" },
  }
  for _, case in ipairs(WRONG) do
    it("complains of " .. case[1], function()
      local good, output = compare(case[2], case[3])
      assert.is_false(good)
      assert.matches(case[4], output, 1, true)
    end)
  end
end)
