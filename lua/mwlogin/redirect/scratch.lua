---A private folder for one browser: its profile and temporary files, gone with it.
local core = require("mwlogin.core")
local errors = require("mwlogin.error")

local scratch = {}

---Makes the folder.
---@return string|nil path
---@return table|nil err store
function scratch.make()
  local parent = (os.getenv("TMPDIR") or "/tmp"):gsub("/+$", "")
  local name = core.crypto.base64url(core.crypto.random(12))
  local path = ("%s/mwlogin-browser.%s"):format(parent, name)
  local made, err = core.private_file.folder(path)
  if not made then
    return nil, errors.from(err)
  end
  return path
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

---Removes it with all that is in it; helpers of a browser that has just ended may still be writing.
---@param path string from `scratch.make`
---@return boolean gone
function scratch.remove(path)
  for _ = 1, 20 do
    local process = core.process({ "rm", "-rf", "--", path })
    if process then
      process:wait(30)
      process:close()
    end
    if not exists(path) then
      return true
    end
  end
  return false
end

return scratch
