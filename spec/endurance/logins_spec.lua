-- Many logins in one process, by both methods, over http and https, on one pool and on pools of
-- their own, while the server restarts now and then: memory, descriptors and connections stay flat.
--
-- MWLOGIN_LOGINS=100000 for a long run (`make endurance`).
local counts = require("spec.security.counts")
local lfs = require("lfs")
local mwlogin = require("mwlogin")
local server = require("spec.bench.server")
local shared = require("spec.shared")
local socket = require("socket")

local LOGINS <const> = math.tointeger(tonumber(os.getenv("MWLOGIN_LOGINS") or 10000))
local BATCHES <const> = 20
local WARM <const> = 5 -- batches until every cache is full
local RESTARTS <const> = { [6] = true, [10] = true, [14] = true, [18] = true }
local BOT <const> = { username = "Alice@app", password = ("0123456789abcdef"):rep(2) }
local ALICE <const> = { username = "Alice", password = "open sesame" }

local function resident_kilobytes()
  for line in io.lines("/proc/self/status") do
    local value = line:match("^VmRSS:%s*(%d+)")
    if value then
      return tonumber(value)
    end
  end
end

local function descriptors()
  local count, sockets = 0, 0
  for name in lfs.dir("/proc/self/fd") do
    local target = lfs.symlinkattributes("/proc/self/fd/" .. name, "target") or ""
    count = count + 1
    sockets = sockets + (target:find("^socket:") and 1 or 0)
  end
  return count, sockets
end

local function measured()
  collectgarbage()
  collectgarbage()
  local count, sockets = descriptors()
  return {
    resident = resident_kilobytes(),
    lua = collectgarbage("count"),
    descriptors = count,
    sockets = sockets,
  }
end

local function answers(port)
  local client = socket.tcp()
  local connected = client:connect("127.0.0.1", port)
  client:close()
  return connected
end

local function wait_until(port, wanted)
  for _ = 1, 500 do
    if (answers(port) ~= nil) == wanted then
      return
    end
    socket.sleep(0.02)
  end
  error("the server does not restart")
end

describe("a process that logs in " .. LOGINS .. " times", function()
  local pool
  local wiki = shared(server.start)

  lazy_setup(function()
    pool = mwlogin.pool({ per_host = 4 })
  end)

  lazy_teardown(function()
    pool:close()
  end)

  local function log_in(number)
    local https = number % 10 == 0
    local api = https and wiki.https or wiki.http
    local dialogue = number % 2 == 1
    local session <close> =
      assert(mwlogin.open(dialogue and api:gsub("/api", "/client/api") or api, {
        user_agent = "endurance",
        pool = number % 50 ~= 1 and pool or nil,
        ca_file = https and wiki.certificate or nil,
      }))
    return session:login(dialogue and ALICE or BOT)
  end

  -- While nobody listens a login is an error; when the server is back it is none.
  local function restart()
    assert(os.execute("kill " .. wiki.pid))
    wait_until(wiki.port, false)
    local me, err = log_in(2)
    assert.is_nil(me)
    assert.equal("network", err.kind)
    local pipe <close> =
      assert(io.popen(("nginx -c %s/nginx.conf >/dev/null 2>&1 & echo $!"):format(wiki.folder)))
    wiki.pid = pipe:read("l")
    wait_until(wiki.port, true)
  end

  it("is as large at the end as when it was warm", function()
    local warm
    for batch = 1, BATCHES do
      for number = 1, LOGINS // BATCHES do
        local me, err = log_in(number)
        assert(me, err)
      end
      if RESTARTS[batch] then
        restart()
      end
      warm = batch == WARM and measured() or warm
    end
    local last = measured()
    print(
      ("%d logins: resident %+d KB, Lua %+.0f KB, descriptors %+d, sockets %+d"):format(
        LOGINS,
        last.resident - warm.resident,
        last.lua - warm.lua,
        last.descriptors - warm.descriptors,
        last.sockets - warm.sockets
      )
    )
    assert.is_true(last.resident - warm.resident < 2048)
    assert.is_true(last.lua - warm.lua < 256)
    assert.is_true(last.descriptors <= warm.descriptors + 2)
    counts.record("logins in one process: memory, descriptors and connections flat", LOGINS, 0)
  end)
end)
