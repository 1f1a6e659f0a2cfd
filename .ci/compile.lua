-- compile.lua FOLDER FILE…: files of lua/ as Lua compiles them, FOLDER/FILEc. What errors say of them,
-- names and lines, stays.
local folder = arg[1]

local made = setmetatable({}, {
  __index = function(self, path)
    self[path] = assert(os.execute(("mkdir -p '%s'"):format(path)))
    return true
  end,
})

for position = 2, #arg do
  local name = arg[position]
  local source <close> = assert(io.open("lua/" .. name, "rb"))
  local chunk = assert(load(source:read "a", "@" .. name, "t"))
  local path = ("%s/%sc"):format(folder, name)
  assert(made[path:match "^(.*)/"])
  local compiled <close> = assert(io.open(path, "wb"))
  assert(compiled:write(string.dump(chunk)))
end
