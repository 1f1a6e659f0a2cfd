-- In a foreign loop a call that had only to wait (for a slow database, say) waited without an end:
-- nothing told the loop when it was over.
local cqueues = require "cqueues"
local mwlogin = require "mwlogin"
local socket = require "socket"

describe("waiting in a foreign loop", function()
  it("ends by itself under cqueues", function()
    local pool <close> = mwlogin.pool {
      wait = function(pool)
        cqueues.poll(pool)
      end,
    }
    local ended = {}
    local loop = cqueues.new()
    for position, seconds in ipairs { 0.3, 0.1 } do
      loop:wrap(function()
        assert(pool:sleep(seconds))
        ended[#ended + 1] = position
      end)
    end
    assert(loop:loop(30))
    assert.same({ 2, 1 }, ended)
  end)

  it("ends by itself under LuaSocket's select", function()
    local woken = 0
    local pool <close> = mwlogin.pool {
      wait = function(pool)
        woken = woken + 1
        if not pool:dirty() then
          local seconds = assert(pool:timeout(), "nothing says when to wake up")
          socket.select({ pool }, nil, seconds)
        end
      end,
    }
    local began = mwlogin.pool and require("mwlogin.core").now()
    assert(pool:sleep(0.2))
    assert.is_true(require("mwlogin.core").now() - began >= 0.2)
    assert.is_true(woken >= 1)
    assert.is_nil(pool:timeout())
  end)
end)
