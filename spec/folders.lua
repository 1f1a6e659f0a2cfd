---Private folders for what specs write.
local busted = require("busted")

local folders = {}

---@return string path of a new one, which nobody else may enter
function folders.new()
  local pipe <close> = assert(io.popen("mktemp -d -t mwlogin-spec.XXXXXX"))
  return assert(pipe:read("l"))
end

---@param path string a folder that `new` made, with all that is in it
function folders.remove(path)
  assert(path:find("/mwlogin%-spec%.%w+$"), path)
  os.execute(("rm -rf '%s'"):format(path))
end

local function between(before, after, take)
  local path
  before(function()
    path = folders.new()
    take(path)
  end)
  after(function()
    folders.remove(path)
  end)
end

---A new one for each spec of a block, removed after it.
---@param take fun(path: string) is told which
function folders.for_each(take)
  between(busted.before_each, busted.after_each, take)
end

---One for all specs of a block.
---@param take fun(path: string) is told which
function folders.for_block(take)
  between(busted.lazy_setup, busted.lazy_teardown, take)
end

return folders
