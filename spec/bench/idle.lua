---Memory of Sessions that do nothing: idle.lua API SESSIONS; prints bytes of each, with ten
---cookies, how many sockets the process holds, and how many bytes more each takes when all were
---closed and as many are opened again.
package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/?.so;" .. package.cpath
local mwlogin = require "mwlogin"

local api, count = arg[1], math.tointeger(tonumber(arg[2]))

local function resident()
  collectgarbage()
  collectgarbage()
  for line in io.lines "/proc/self/status" do
    local kilobytes = line:match "^VmRSS:%s+(%d+)"
    if kilobytes then
      return kilobytes * 1024
    end
  end
end

local function sockets()
  local pipe <close> = assert(io.popen "ls -l /proc/$PPID/fd")
  return select(2, pipe:read("a"):gsub("socket:", ""))
end

local function cookies(host)
  local lines = {}
  for position = 1, 10 do
    lines[position] = ("%s\tFALSE\t/\tFALSE\t0\twiki_cookie_%d\t%s"):format(
      host,
      position,
      ("0123456789abcdef"):rep(2)
    )
  end
  return lines
end

local pool = mwlogin.pool {}
local function open()
  return assert(mwlogin.open(api, { user_agent = "idle", pool = pool }))
end

local lines = cookies(api:match "//([^:/]+)")
do
  local warm <close> = open()
  assert(warm:whoami())
end
local sessions = {}
for position = 1, count do
  sessions[position] = false
end

local function fill()
  for position = 1, count do
    sessions[position] = open()
    assert(sessions[position]:import_cookies(lines) == 10)
  end
end

local before = resident()
fill()
local full, held = resident(), sockets()
for position = 1, count do
  sessions[position]:close()
  sessions[position] = false
end
collectgarbage()
fill()
print(("%.0f %d %.0f"):format((full - before) / count, held, (resident() - full) / count))
