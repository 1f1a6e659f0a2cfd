--- What specs of the way through a browser stand on: a site in a process of its own, a Session in
--- front of it, and a count of what a browser could leave behind.

local busted = require("busted")
local core = require("mwlogin.core")
local http = require("socket.http")
local mwlogin = require("mwlogin")
local redirect = require("mwlogin.redirect")
local shared = require("spec.shared")
local socket = require("socket")

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

--- Such a site for the specs of a block, each of which leaves nothing behind. `on` gives a spec its
--- Session, `prepare` its way through a browser.
function stand.for_block()
  local on, before = { site = shared(stand.site) }, nil
  function on.prepare(options)
    on.way = assert(redirect.prepare(on.session, options))
    return on.way
  end
  busted.before_each(function()
    on.session = stand.session(on.site)
    before = stand.left_behind()
  end)
  busted.after_each(function()
    if on.way then
      on.way:close()
      on.way = nil
    end
    stand.restore_environment()
    stand.remove_programs()
    stand.nothing_left_since(before)
    on.session:close()
  end)
  return on
end

--- A Session of that site's wiki, holding the session cookie of a login.
function stand.session(site, options)
  options = options or {}
  options.user_agent = "mwlogin-spec/1"
  local session = assert(mwlogin.open(site.wiki .. "/api.php", options))
  assert(session:import_cookies({ "#HttpOnly_localhost\tFALSE\t/\tFALSE\t0\twiki_session\tours" }))
  return session
end

-- Browsers get this as their TMPDIR, so that those of others at the same time are not counted.
stand.folder = ("/tmp/mwlogin-stand.%s"):format(require("spec.redirect.own_pid"))

local getenv = os.getenv

--- Another environment for this process, as far as mwlogin sees it; false takes a variable away.
function stand.environment(variables)
  rawset(os, "getenv", function(name)
    local value = variables[name]
    if name == "TMPDIR" then
      value = stand.folder
    elseif value == nil then
      return getenv(name)
    end
    return value or nil
  end)
end

--- The environment as it is.
function stand.restore_environment()
  stand.environment({})
end

stand.restore_environment()

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
  local lines = {}
  for line in text:gmatch("[^\n]+") do
    lines[#lines + 1] = line
  end
  return lines
end

local function content(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a") or ""
  if file then
    file:close()
  end
  return text
end

-- A browser and its driver have our folder in their environment, whatever their arguments say.
local function running()
  local list = {}
  for _, name in ipairs(lines_of({ "ls", "/proc" })) do
    local environment = name:find("^%d+$") and content(("/proc/%s/environ"):format(name)) or ""
    if environment:find(stand.folder, 1, true) then
      local words = content(("/proc/%s/cmdline"):format(name)):gsub("%z", " "):sub(1, 60)
      list[#list + 1] = name .. " " .. words
    end
  end
  return list
end

--- Browsers and drivers that run, their folders, and sockets we hold, as one text to compare.
function stand.left_behind()
  collectgarbage() -- what earlier specs dropped without closing is not this one's
  collectgarbage()
  local processes = running()
  local folders = lines_of({ "find", stand.folder, "-mindepth", "1", "-maxdepth", "1" })
  os.remove(stand.folder)
  local own = ("/proc/%s/fd"):format(require("spec.redirect.own_pid"))
  local sockets = lines_of({ "find", own, "-lname", "socket:*" })
  local left = "%d processes %s, %d folders %s, %d sockets"
  return left:format(
    #processes,
    table.concat(processes, "; "),
    #folders,
    table.concat(folders, " "),
    #sockets
  )
end

--- Raises unless what is left is what was there before. Helpers of a browser that has been ended go
--- by themselves, in a moment.
---@param before string as `left_behind` told it
function stand.nothing_left_since(before)
  local after
  for _ = 1, 200 do
    after = stand.left_behind()
    if after == before then
      return
    end
    socket.sleep(0.05)
  end
  error(("left behind: %s; before: %s"):format(after, before), 2)
end

return stand
