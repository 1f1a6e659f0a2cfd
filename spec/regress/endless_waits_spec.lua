-- The core took an endless number of seconds in some places and refused it in others, each with
-- words of its own: `pool:step(math.huge)` waited for a week, `private_file.lock` as well.
local core = require "mwlogin.core"

describe("a wait without an end", function()
  local NO_TIMES <const> = { math.huge, -math.huge, 0 / 0, -1 }
  local path, lock, pool

  before_each(function()
    path, pool = os.tmpname(), core.pool()
    lock = assert(core.private_file.lock(path))
  end)

  after_each(function()
    lock:release()
    pool:close()
    os.remove(path)
  end)

  local function is_refused(name, call)
    for _, seconds in ipairs(NO_TIMES) do
      local ok, message = pcall(call, seconds)
      assert.is_false(ok)
      assert.truthy(
        message:find(("'%s' is a number of seconds from 0 up"):format(name), 1, true),
        message
      )
    end
    local ok, message = pcall(call, "soon")
    assert.is_false(ok)
    assert.truthy(message:find(("'%s' is a number of seconds, not a string"):format(name), 1, true))
  end

  it("is refused by pool:step and pool:sleep", function()
    is_refused("seconds", function(seconds)
      return pool:step(seconds)
    end)
    is_refused("seconds", function(seconds)
      return pool:sleep(seconds)
    end)
    assert.has_error(function()
      pool:sleep()
    end)
    assert.same({}, pool:step())
  end)

  it("is refused by private_file.lock, which waits for nobody by default", function()
    is_refused("timeout", function(seconds)
      return core.private_file.lock(path, seconds)
    end)
    local other, err = core.private_file.lock(path)
    assert.is_nil(other)
    assert.equal("timeout", err.code)
  end)

  it("is refused by programs, before they start", function()
    is_refused("timeout", function(seconds)
      return core.process({ "true" }, { timeout = seconds })
    end)
    is_refused("timeout", function(seconds)
      return core.first_line({ "true" }, { timeout = seconds })
    end)
  end)

  it("is refused by each wait for a program", function()
    local process <close> = assert(core.process({ "cat" }, { stdin = "pipe", stdout = "pipe" }))
    is_refused("timeout", function(seconds)
      return process:wait(seconds)
    end)
    is_refused("timeout", function(seconds)
      return process:read(1, { timeout = seconds })
    end)
    is_refused("timeout", function(seconds)
      return process:write(0, "x", seconds)
    end)
  end)

  it("is refused as bound of one request, by one sentence", function()
    local session <close> = assert(pool:session("http://127.0.0.1:1/api.php", {}))
    for _, seconds in ipairs { math.huge, 0 / 0, -1, 0 } do
      for _, call in ipairs {
        function()
          pool:session("http://127.0.0.1:1/api.php", { timeout = seconds })
        end,
        function()
          session:call("GET", { action = "query" }, { timeout = seconds })
        end,
        function()
          session:fetch("x", { timeout = seconds })
        end,
      } do
        local ok, message = pcall(call)
        assert.is_false(ok)
        local words = "option 'timeout' must be above 0, and have an end"
        assert.truthy(message:find(words, 1, true), message)
      end
    end
  end)
end)
