---Out of memory at every allocation of `walk.lua` and of exchanges over a socket: an error each
---time, no crash, nothing left behind. STARVE_STEP=7 takes every seventh allocation.
package.path = "./?.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/starve/?.so;" .. package.cpath
local core = require "mwlogin.core"
local loopback = require "spec.core.loopback"

local STEP <const> = math.tointeger(tonumber(os.getenv "STARVE_STEP" or 1))
local MOST_SHOWN <const> = 10

---Blocks that csrc/curl_memory.c keeps for libcurl, and what libraries set up once. What nobody
---holds any more, LeakSanitizer finds at the end.
local KEPT <const> = 64

---What spec/sanitize/starve.c gives.
local starve, feed, held = rawget(_G, "starve"), rawget(_G, "feed"), rawget(_G, "held")

local server <close> = setmetatable({ at = loopback.start() }, {
  __close = function(self)
    self.at:stop()
  end,
})

---What goes over a real socket, kept alive, compressed, and cut.
local function exchanges()
  local pool <close> = core.pool()
  local session = assert(pool:session(server.at.api, { user_agent = "starve" }))
  assert(session:call("POST", { action = "query", password = core.secret "hidden" }))
  assert(session:fetch("/redirect", {}))
  session:fetch("/compressed", { max_response = 100000 })
  session:fetch("/cut", {})
  return #assert(session:cookies())
end

local walks = {
  { name = "walk", act = assert(loadfile "spec/sanitize/walk.lua") },
  { name = "exchanges", act = exchanges },
}

local cases, findings = 0, 0

local function complain(format, ...)
  findings = findings + 1
  if findings <= MOST_SHOWN then
    print(format:format(...))
  end
end

---What is held when everything that can be collected is.
local function settle()
  collectgarbage()
  collectgarbage()
  return held()
end

local function sweep(walk, once)
  walk.act() -- what libraries set up once
  local before = settle()
  collectgarbage "stop"
  starve(0)
  walk.act()
  local total = feed()
  collectgarbage "restart"
  for at = 1, total, STEP do
    collectgarbage "stop"
    starve(at, once)
    local ok, err = pcall(walk.act)
    local refused = feed() >= at
    collectgarbage "restart"
    cases = cases + (refused and 1 or 0)
    if ok and refused and not once then
      complain("%s: nothing failed though memory ran out at allocation %d", walk.name, at)
    elseif not ok and err == nil then
      complain("%s: allocation %d ends in no error", walk.name, at)
    end
    local left = settle() - before
    if left > KEPT then
      complain("%s: allocation %d of %d leaves %d blocks", walk.name, at, total, left)
    end
  end
  print(
    ("%s: %d allocations, %s"):format(walk.name, total, once and "one fails" or "the rest fails")
  )
end

for _, walk in ipairs(walks) do
  sweep(walk, true)
  sweep(walk, false)
end

local path = os.getenv "MWLOGIN_CASES"
if path then
  local file <close> = assert(io.open(path, "a"))
  file:write(("memory that runs out at an allocation\t%d\t%d\n"):format(cases, findings))
end
print(("%d allocations refused, %d findings"):format(cases, findings))
assert(findings == 0)
