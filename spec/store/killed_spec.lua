---kill -9 at any moment of a write: what is kept is whole, the old or the new.
local core = require "mwlogin.core"
local mwlogin = require "mwlogin"

local ROUNDS <const> = math.tointeger(tonumber(os.getenv "MWLOGIN_KILL_ROUNDS" or "100"))

local function shell(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read "a"
end

describe("a store whose writer is killed", function()
  it(("loses and damages nothing in %d rounds"):format(ROUNDS), function()
    local folder = shell("mktemp -d"):match "[^\n]+"
    local store = mwlogin.store.file { folder = folder .. "/kept" }
    local script = folder .. "/write.lua"
    local file = assert(io.open(script, "w"))
    file:write(([[
      package.path, package.cpath = %q, %q
      local store = require("mwlogin").store.file { folder = %q }
      local round = 0
      while true do
        round = round + 1
        local lock = store:lock "one"
        if lock then
          assert(store:write("one", ("%%d "):format(round):rep(2000), lock))
          lock:release()
        end
      end
    ]]):format(package.path, package.cpath, folder .. "/kept"))
    file:close()
    assert(store:write("one", ("0 "):rep(2000)))
    local damaged, lost, changed, last = 0, 0, 0, nil
    for _ = 1, ROUNDS do
      local process <close> = assert(core.process({ "lua5.4", script }, {}))
      core.pool():sleep(0.005 + math.random() * 0.02)
      process:kill(9)
      process:wait(5)
      local text = store:read "one"
      if not text then
        lost = lost + 1
      else
        local number = text:match "^(%d+) "
        damaged = damaged + (text == (number .. " "):rep(2000) and 0 or 1)
        changed = changed + (text ~= last and 1 or 0)
        last = text
      end
    end
    assert.equal(0, lost)
    assert.equal(0, damaged)
    assert.is_true(changed > 1)
    assert(store:lock "one"):release()
    os.execute("rm -rf " .. folder)
  end)
end)
