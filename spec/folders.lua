---Private folders for what specs write.
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

return folders
