---A store in files: one for each wiki and account, private, replaced as a whole, locked meanwhile.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"

local file = {}

local File = {}
File.__index = File
File.__name = "mwlogin.store.file"

local SUFFIX <const> = ".json"

local function as_store(err)
  return errors.from(err)
end

local function default_folder()
  local state = os.getenv "XDG_STATE_HOME"
  if state and state:sub(1, 1) == "/" then
    return state .. "/mwlogin"
  end
  local home = os.getenv "HOME"
  if home and home:sub(1, 1) == "/" then
    return home .. "/.local/state/mwlogin"
  end
end

---@param opts table|nil { folder }
---@return table store
function file.new(opts)
  require("mwlogin.options").check(opts, { folder = "string" }, "store.file", 4)
  return setmetatable({ folder = opts and opts.folder or default_folder() }, File)
end

---Makes the folder where it is not there yet.
local function prepare(self)
  if not self.folder then
    return nil,
      errors.new {
        kind = "store",
        code = "no-folder",
        message = "There is no place to keep sessions: neither XDG_STATE_HOME nor HOME is set",
        advice = "Set one of them, or give store.file { folder = … }.",
      }
  end
  local made, err = core.private_file.folder(self.folder)
  return made, err and as_store(err)
end

local function path_of(self, id)
  return self.folder .. "/" .. id .. SUFFIX
end

---Where an entry is, for people who look for it.
---@param id string
---@return string
function File:place(id)
  return path_of(self, id)
end

---@param id string
---@return string|nil text nil alone when there is none
---@return mwlogin.Error|nil err
function File:read(id)
  if not self.folder then
    return prepare(self)
  end
  local text, err = core.private_file.read(path_of(self, id))
  if not text and err.code == "missing" then
    return nil
  end
  return text, err and as_store(err)
end

---@param id string
---@param text string
---@return true|nil
---@return mwlogin.Error|nil err
function File:write(id, text)
  local ready, err = prepare(self)
  if not ready then
    return nil, err
  end
  local written
  written, err = core.private_file.write(path_of(self, id), text)
  return written, err and as_store(err)
end

---@param id string
---@return true|nil
---@return mwlogin.Error|nil err
function File:remove(id)
  local removed, err = core.private_file.remove(path_of(self, id))
  return removed, err and as_store(err)
end

---Tries to take the lock; who holds it and dies loses it.
---@param id string
---@return table|nil lock
---@return mwlogin.Error|nil err code `timeout` when somebody else holds it
function File:lock(id)
  local ready, err = prepare(self)
  if not ready then
    return nil, err
  end
  local lock
  lock, err = core.private_file.lock(path_of(self, id), 0)
  return lock, err and as_store(err)
end

---@return string[]|nil ids
---@return mwlogin.Error|nil err
function File:ids()
  if not self.folder then
    return prepare(self)
  end
  local names, err = core.private_file.list(self.folder)
  if not names then
    if err.code == "missing" then
      return {}
    end
    return nil, as_store(err)
  end
  local ids = {}
  for _, name in ipairs(names) do
    if name:sub(-#SUFFIX) == SUFFIX then
      ids[#ids + 1] = name:sub(1, -#SUFFIX - 1)
    end
  end
  table.sort(ids)
  return ids
end

return file
