--- Where a page's examples run: a folder of its own, the command on the path, a wiki under the name
--- that the page uses for one. doc/testing.md tells the rules.
local core = require("mwlogin.core")
local folders = require "spec.folders"
local shell = require("spec.shell")
local worlds = require("spec.doc.worlds")

local Stage = {}
Stage.__index = Stage

local SECONDS <const> = 120

local ROOT <const> = shell.output("pwd")

local function write(path, text, mode)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  assert(os.execute(("chmod %s '%s'"):format(mode or "600", path)))
end

-- The same in folders that may have to be made.
local function put(path, text, mode)
  assert(os.execute(("mkdir -p '%s'"):format(path:match("^(.*)/"))))
  write(path, text, mode)
end

-- What the page's `pass show …` and `secret-tool lookup …` would print on its reader's machine.
local STAND_IN <const> = '#!/bin/sh\necho "$WIKI_PASSWORD"\n'

local Module = {}

--- Makes a stage.
---@return table stage
function Module.new()
  local self = setmetatable({ folder = folders.new(), worlds = {} }, Stage)
  local bin = self.folder .. "/bin"
  assert(os.execute(("mkdir -p '%s' '%s/home'"):format(bin, self.folder)))
  write(bin .. "/mwlogin", ("#!/bin/sh\nexec '%s/scripts/mwlogin' \"$@\"\n"):format(ROOT), "700")
  write(bin .. "/pass", STAND_IN, "700")
  write(bin .. "/secret-tool", STAND_IN, "700")
  assert(os.execute(("ln -s '%s/scripts' '%s/spec' '%s/'"):format(ROOT, ROOT, self.folder)))
  return self
end

--- The wiki of this name, started when an example first wants it.
---@param name string
---@return table world
function Stage:world(name)
  if not self.worlds[name] then
    local world = worlds.start(name)
    self.worlds[name] = world
    for path, text in pairs(world.files or {}) do
      put(self.folder .. "/" .. path, text)
    end
  end
  return self.worlds[name]
end

-- What stands for itself in a pattern, and in what replaces a match.
local function plain(text)
  return (text:gsub("%p", "%%%0"))
end

local function replace(text, pattern, by)
  return (text:gsub(pattern, function()
    return by
  end))
end

--- Puts the running wiki where the page says wiki.example.org.
---@param text string
---@param world table
---@return string
function Module.substitute(text, world)
  if world.redis then
    text = text:gsub("port = 6379", "port = " .. world.redis)
  end
  -- a secret of the reader's own: it is in the environment already
  text = text:gsub("%f[%w_]([%u_]+)=…", '%1="$%1"')
  if world.scripted then
    return text
  end
  text = replace(text, "https://wiki%.example%.org/w/api%.php", world.api)
  text = replace(text, "https://wiki%.example%.org", world.base)
  text = replace(text, "wiki%.example%.org", world.host)
  return replace(text, "Alice@tool", world.bot)
end

-- And back, for what it printed.
local function restore(text, world)
  if not world.base then
    return text
  end
  text = replace(text, plain(world.api), "https://wiki.example.org/w/api.php")
  text = replace(text, plain(world.base), "https://wiki.example.org")
  return replace(text, plain(world.host), "wiki.example.org")
end

local LIBRARY <const> = 'local mwlogin = require "mwlogin"; '
local OPENED <const> = 'local wiki <close> = assert(mwlogin.open("https://wiki.example.org", '
  .. '{ user_agent = "examples/1.0 (spec)" })); '

-- A fragment finds what the page has shown before: the library, and a wiki that is opened. On the
-- first line, so that errors tell the page's own lines.
local function lua_text(text)
  if text:find('require "mwlogin"', 1, true) then
    return text
  end
  return LIBRARY .. (text:find("mwlogin.open(", 1, true) and "" or OPENED) .. text
end

local COMMANDS <const> = {
  lua = function(path, world)
    local words = { "lua5.4" }
    if world.scripted then
      table.move({ "-l", "spec.scripted" }, 1, 2, 2, words)
    end
    words[#words + 1] = path
    return words
  end,
  sh = function(path)
    return { "sh", "-eu", path }
  end,
  c = function(path, _, folder)
    local build = 'cc -o "$0" "$1" $(pkg-config --cflags --libs lua5.4) && exec "$0"'
    return { "sh", "-c", build, folder .. "/a.out", path }
  end,
}

---@param language string
---@return boolean
function Module.runs(language)
  return COMMANDS[language] ~= nil
end

function Stage:environment(world)
  local env = {
    HOME = self.folder .. "/home",
    XDG_STATE_HOME = self.folder .. "/home/.local/state",
    XDG_CONFIG_HOME = self.folder .. "/home/.config",
    PATH = self.folder .. "/bin:" .. os.getenv("PATH"),
    LUA_PATH = ("%s/lua/?.lua;%s/lua/?/init.lua;%s/?.lua;%s/?/init.lua;;"):format(
      ROOT,
      ROOT,
      ROOT,
      ROOT
    ),
    LUA_CPATH = ROOT .. "/build/?.so;;",
    MWLOGIN_SCRIPTED = world.scripted,
    WIKI = world.base or world.api,
  }
  for name, value in pairs(world.secrets) do
    env[name] = value
  end
  return env
end

local NO_SECRETS <const> = { MAIL_FILE = true, WIKI = true, WIKI_SETTINGS = true }

-- A secret that an example prints would be printed by its reader's copy, too.
local function leaks(output, world)
  for name, value in pairs(world.secrets) do
    if not NO_SECRETS[name] and #value > 6 and output:find(value, 1, true) then
      return name
    end
  end
end

--- Runs an example.
---@param block spec.doc.Block
---@param text string what of it, with what it continues
---@return integer exit
---@return string output what it printed and complained, under the page's name for the wiki
---@return string|nil leak the variable of a secret that it printed
function Stage:run(block, text)
  local world = self:world(block.marks.wiki or "plain")
  if world.refresh then
    world.refresh()
  end
  local language = block.language
  text = language == "lua" and lua_text(text) or text
  local path = ("%s/example.%s"):format(self.folder, language)
  write(path, Module.substitute(text, world))
  local words = { "sh", "-c", 'cd "$0" && exec "$@" 2>&1', self.folder }
  local command = COMMANDS[language](path, world, self.folder)
  local process = assert(core.process(table.move(command, 1, #command, 5, words), {
    stdout = "pipe",
    env = self:environment(world),
    timeout = SECONDS,
  }))
  local output = process:read(1) or ""
  local status = process:wait() or {}
  process:close()
  return status.exit or -1, restore(output, world), leaks(output, world)
end

--- Writes a file that the page shows.
---@param block spec.doc.Block
function Stage:keep(block)
  local world = self:world(block.marks.wiki or "plain")
  local name = block.file:gsub("^~/", "home/")
  local mode = block.text:find("^#!") and "700" or "600"
  put(self.folder .. "/" .. name, Module.substitute(block.text, world), mode)
end

--- Ends its wikis and removes its folder.
function Stage:stop()
  for _, world in pairs(self.worlds) do
    world.stop()
  end
  os.execute(("rm -rf '%s'"):format(self.folder))
end

return Module
