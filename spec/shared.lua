---What the specs of one block use together, a wiki or a server: started when the first of them
---runs, ended after the last.
---
---    describe("a kept session", function()
---      local wiki = shared(wikis.start, { private = true })
---
---      it("…", function()
---        … wiki.api …
local busted = require("busted")

---@param start fun(...): table what is shared; its `stop` or `close` ends it
---@param ... any for `start`
---@return table stand_in for what `start` returns, in the block's hooks and specs
local function shared(start, ...)
  local given, started = table.pack(...), nil
  busted.lazy_setup(function()
    started = start(table.unpack(given, 1, given.n))
  end)
  busted.lazy_teardown(function()
    if started then -- else its start failed, which is told already
      (started.stop or started.close)(started)
    end
  end)
  return setmetatable({}, {
    __index = function(_, name)
      return started[name]
    end,
    __newindex = function(_, name, value)
      started[name] = value
    end,
  })
end

return shared
