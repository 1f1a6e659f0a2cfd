--- Runs the command as somebody without rights, where the specs run as root: a copy of it that this
--- user may read, in a folder of theirs.

local folders = require("spec.folders")
local shell = require("spec.shell")

local stranger = {}

local Stranger = {}
Stranger.__index = Stranger

local function quoted(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

--- A user other than root, with the command and a home of their own.
---@return table someone `folder`, `mwlogin` (the command's path); `run`, `line`, `gone`
function stranger.new()
  local folder = folders.new()
  local self = setmetatable({ folder = folder, mwlogin = folder .. "/scripts/mwlogin" }, Stranger)
  assert(os.execute(("mkdir -p %s/build %s/home"):format(folder, folder)))
  assert(
    os.execute(("cp -R scripts lua %s/ && cp -R build/mwlogin %s/build/"):format(folder, folder))
  )
  self.is_root = shell.is_root()
  if self.is_root then
    assert(os.execute(("chown -R nobody %s && chmod 700 %s/home"):format(folder, folder)))
  end
  return self
end

--- A shell line that runs as this user, from their home.
---@param line string
---@return string
function Stranger:line(line)
  local user = self.is_root and "setpriv --reuid nobody --regid nogroup --clear-groups " or ""
  local words = "cd HERE/home && %senv -u LUA_PATH -u LUA_CPATH HOME=HERE/home "
    .. "XDG_STATE_HOME=HERE/home/state sh -c "
  return words:format(user):gsub("HERE", self.folder) .. quoted(line)
end

--- What runs a Lua program with the library on its path, and nothing more.
---@return string words
function Stranger:lua()
  return ('LUA_PATH="%s/lua/?.lua;%s/lua/?/init.lua;;" LUA_CPATH="%s/build/?.so;;" lua5.4'):format(
    self.folder,
    self.folder,
    self.folder
  )
end

---@param line string
---@return string output of both streams
---@return integer code
function Stranger:run(line)
  return shell.result(self:line(line))
end

function Stranger:gone()
  folders.remove(self.folder)
end

return stranger
