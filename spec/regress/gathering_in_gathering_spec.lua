-- A gathering inside a task of another, over the same pool, was told of the other's tasks when
-- their replies came, and dropped them: the outer one waited for ever.
local lua_process = require("spec.lua_process")
local shared = require("spec.shared")
local staged_wiki = require("spec.core.staged_wiki")

describe("a gathering in a task of another one", function()
  local wiki = shared(staged_wiki.start)

  local GATHER <const> = [[
    local mwlogin = require("mwlogin")
    local api = ...
    local function name_of(_, pool)
      local session <close> = assert(mwlogin.open(api, { user_agent = "spec", pool = pool }))
      return assert(session:whoami()).name
    end
    local results = mwlogin.gather({ 1, 2, "inner", 4 }, function(item, pool)
      if item ~= "inner" then
        return name_of(item, pool)
      end
      local names = {}
      for _, result in ipairs(mwlogin.gather({ 1, 2, 3 }, name_of, { pool = pool })) do
        names[#names + 1] = tostring(result.value)
      end
      return table.concat(names, "+")
    end)
    for _, result in ipairs(results) do
      print(tostring(result.value or result.err))
    end]]

  it("over its pool leaves it its tasks", function()
    wiki:answer()
    local process = lua_process.start(GATHER, wiki.api)
    local text = assert(process:read(1, { timeout = 30 }))
    process:close()
    assert.equal("Alice\nAlice\nAlice+Alice+Alice\nAlice\n", text)
  end)
end)
