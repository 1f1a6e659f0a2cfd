-- A reply of nothing but empty lists took 56 times its size in memory: each was given room for four
-- members.
local core = require("mwlogin.core")

describe("a reply of empty lists", function()
  it("takes no more memory than one of empty objects", function()
    local function kilobytes(unit)
      local body = '{"a":[' .. (unit .. ","):rep(100000) .. "0]}"
      local pool <close> = core.pool()
      local session <close> = assert(pool:session("https://wiki.example.org/w/api.php", {
        transport = function()
          return { status = 200, headers = {}, body = body }
        end,
      }))
      collectgarbage()
      local before = collectgarbage("count")
      local reply = assert(session:call("GET", { action = "query" }))
      collectgarbage()
      local used = collectgarbage("count") - before
      assert.equal(100001, #reply.a)
      return used
    end
    assert.is_true(kilobytes("[]") <= kilobytes("{}") * 1.1)
  end)
end)
