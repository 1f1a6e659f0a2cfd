---Run by out_of_memory_spec.lua in the interpreter whose memory can be told to run out: each case
---at every allocation of the core and libcurl, one refused at a time; prints what is told wrongly.
package.path = "./?.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path
local core = require "mwlogin.core"
local loopback = require "spec.core.loopback"
local staged_wiki = require "spec.core.staged_wiki"

local starve = rawget(_G, "starve")
local server, wiki = loopback.start(), staged_wiki.start()
wiki:answer()
local pool = core.pool()

local function session(options)
  options.user_agent = "spec"
  return assert(pool:session(server.api, options))
end

local function codes_of(call)
  local reply, err = call()
  return reply == nil and err.code or "done"
end

local cases = {}

function cases.address()
  local address, err = core.address "https://user:word@wiki.example/w/api.php"
  return err and err.code or (address.userinfo and "done" or "no user")
end

function cases.transport()
  local one <close> = session {
    transport = function()
      return { status = 200, headers = { ["X-Long"] = ("x"):rep(9000) }, body = ("x"):rep(90000) }
    end,
  }
  return codes_of(function()
    return one:fetch("/page", {})
  end)
end

function cases.wire()
  local one <close> = session {}
  return codes_of(function()
    return one:fetch("/large", {})
  end)
end

function cases.cookies()
  local one <close> = session {}
  one:cookies { "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1", "127.0.0.1\tFALSE\t/\tFALSE\t0\tb\t1" }
  local count = #one:cookies()
  return count == 2 and "done" or count .. " cookies"
end

function cases.set_cookie()
  local one <close> = session {}
  local reply, err = one:fetch("/api.php?set=a%3D1", {})
  if not reply then
    return err.code
  end
  return #one:cookies() > 0 and "done" or "no cookie"
end

function cases.login_in_one_go()
  local one <close> = assert(pool:session(wiki.api, { user_agent = "spec" }))
  return codes_of(function()
    return one:bot_login("Alice@app", core.secret "a bot password", "en")
  end)
end

function cases.redact()
  local told = core.redact("one word and another", { core.secret "word", "another" })
  return told == "one *** and ***" and "done" or told
end

local wrong = {}

for name, case in pairs(cases) do
  case()
  starve.at(0)
  assert(case() == "done", name)
  for at = 1, starve.feed() do
    case() -- what failed leaves no handle and no connection: each begins as after a good one
    collectgarbage "stop" -- a finalizer that Lua has no memory to call is never called
    starve.at(at, true)
    local ok, code = pcall(case)
    starve.feed()
    collectgarbage "restart"
    if not ok then
      code = tostring(code):find "not enough memory" and "memory" or code
    end
    if code ~= "done" and code ~= "memory" then
      wrong[#wrong + 1] = ("%s, allocation %d: %s\n"):format(name, at, code)
    end
  end
end
server:stop()
wiki:stop()
io.write(table.concat(wrong))
