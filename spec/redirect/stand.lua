--- What specs of the way through a browser stand on: a site in a process of its own, a Session in
--- front of it, and a count of what a browser could leave behind.

local core = require("mwlogin.core")
local http = require("socket.http")
local mwlogin = require("mwlogin")

local stand = {}

--- A site with a wiki on `localhost` and a provider on `127.0.0.1`, and a session of that wiki.
function stand.site()
  local process = assert(core.process({ "lua5.4", "spec/redirect/site.lua" }, {
    stdin = "pipe",
    stdout = "pipe",
    env = { LUA_INIT = false },
  }))
  local wiki, provider = assert(process:read(1, { stop = "\n", timeout = 10 })):match("(%d+) (%d+)")
  return {
    wiki = "http://localhost:" .. wiki,
    provider = "http://127.0.0.1:" .. provider,
    journal = function(self)
      return (http.request(self.wiki .. "/journal"))
    end,
    close = function()
      process:close()
    end,
  }
end

--- A Session of that site's wiki, holding the session cookie of a login.
function stand.session(site, options)
  options = options or {}
  options.user_agent = "mwlogin-spec/1"
  local session = assert(mwlogin.open(site.wiki .. "/api.php", options))
  assert(session:import_cookies({ "#HttpOnly_localhost\tFALSE\t/\tFALSE\t0\twiki_session\tours" }))
  return session
end

local getenv = os.getenv

--- Another environment for this process, as far as mwlogin sees it; false takes a variable away.
function stand.environment(variables)
  rawset(os, "getenv", function(name)
    local value = variables[name]
    if value == nil then
      return getenv(name)
    end
    return value or nil
  end)
end

--- The environment as it is.
function stand.restore_environment()
  rawset(os, "getenv", getenv)
end

--- A program of a few lines of shell; removed by `stand.remove_programs`.
local written = {}
function stand.program(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write("#!/bin/sh\n", text, "\n")
  file:close()
  assert(os.execute("chmod 700 " .. path))
  written[#written + 1] = path
  return path
end

function stand.remove_programs()
  for _, path in ipairs(written) do
    os.remove(path)
  end
  written = {}
end

local function lines_of(argv)
  local process = assert(core.process(argv, { stdout = "pipe" }))
  local text = process:read(1, { timeout = 10 }) or ""
  process:close()
  local count = 0
  for _ in text:gmatch("[^\n]+") do
    count = count + 1
  end
  return count, text
end

--- Browsers and drivers that run, their folders, and sockets we hold, as one text to compare.
function stand.left_behind()
  -- what earlier specs dropped is nobody's any more, before and after
  collectgarbage()
  collectgarbage()
  local parent = require("spec.redirect.own_pid")
  local _, processes = lines_of({ "ps", "-eo", "pid=,args=" })
  local running = {}
  for line in processes:gmatch("[^\n]+") do
    if line:find("mwlogin-browser.", 1, true) or line:find("chromedriver", 1, true) then
      running[#running + 1] = line:sub(1, 100)
    end
  end
  local folder = os.getenv("TMPDIR") or "/tmp"
  local folders = lines_of({ "find", folder, "-maxdepth", "1", "-name", "mwlogin-browser.*" })
  local sockets = lines_of({ "find", "/proc/" .. parent .. "/fd", "-lname", "socket:*" })
  local left = "%d processes %s, %d folders, %d sockets"
  return left:format(#running, table.concat(running, "; "), folders, sockets)
end

return stand
