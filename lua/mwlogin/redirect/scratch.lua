---A private folder for one browser: its profile and temporary files, gone with it.
---
---Who holds its lock is alive. A program that was killed cannot tidy up: the next one does.
local core = require("mwlogin.core")
local errors = require("mwlogin.error")

local scratch = {}

---Between making a folder and locking it, it must not be taken for a dead program's.
local MINUTES_AT_LEAST <const> = "+1"

local function parent()
  return ((os.getenv("TMPDIR") or "/tmp"):gsub("/+$", ""))
end

---Runs a program to its end and gives what it printed.
local function output(argv)
  local process <close> = core.process(argv, { stdout = "pipe", timeout = 30 })
  local text = process and process:read(1, { timeout = 30 })
  if process then
    process:wait(30)
  end
  return text or ""
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

---Helpers of a browser that has just ended may still be writing.
local function remove_tree(path)
  for _ = 1, 20 do
    output({ "rm", "-rf", "--", path })
    if not exists(path) then
      return true
    end
  end
  return false
end

---Removes what programs that were killed left behind: profiles with a login's cookies.
local function remove_abandoned()
  local listed = output({
    "find",
    parent(),
    "-maxdepth",
    "1",
    "-type",
    "d",
    "-name",
    "mwlogin-browser.*",
    "-mmin",
    MINUTES_AT_LEAST,
  })
  for path in listed:gmatch("[^\n]+") do
    local lock = core.private_file.lock(path .. "/owner", 0)
    if lock then
      remove_tree(path)
      lock:release()
    end
  end
end

---@class mwlogin.redirect.Scratch
---@field path string
local Scratch = {}
Scratch.__index = Scratch

---Makes a folder.
---@return mwlogin.redirect.Scratch|nil folder
---@return table|nil err store
function scratch.make()
  remove_abandoned()
  local name = core.crypto.base64url(core.crypto.random(12))
  local path = ("%s/mwlogin-browser.%s"):format(parent(), name)
  local made, err = core.private_file.folder(path)
  if not made then
    return nil, errors.from(err)
  end
  local lock, busy = core.private_file.lock(path .. "/owner", 0)
  if not lock then
    return nil, errors.from(busy)
  end
  return setmetatable({ path = path, lock = lock }, Scratch)
end

---Removes it with all that is in it; twice is fine.
---@return boolean gone
function Scratch:remove()
  local gone = remove_tree(self.path)
  self.lock:release()
  return gone
end

Scratch.__close = Scratch.remove

return scratch
