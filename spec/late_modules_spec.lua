---A part of mwlogin that is first needed when the process has no descriptor left.
local folders = require "spec.folders"

local PROGRAM <const> = [[
  local mwlogin = require "mwlogin"
  local _ = mwlogin.error
  local held = {}
  while ... ~= "mwlogin.nothing" and #held < 4096 do
    local one = io.open "/dev/null"
    if not one then
      break
    end
    held[#held + 1] = one
  end
  local ok, err = pcall(require, ...)
  print(ok, type(err) == "table" and err.kind .. " " .. err.code or "")
  print(err)
]]

---What comes of a module when the program has opened all it can; of "mwlogin.nothing": before.
local function needs(name)
  local pipe = "ulimit -n 64; LUA_PATH='%s' LUA_CPATH='%s' lua5.4 - %s <%s 2>&1"
  local folder = folders.new()
  local file <close> = assert(io.open(folder .. "/program.lua", "w"))
  file:write(PROGRAM)
  file:flush()
  local path = folder .. "/program.lua"
  local run <close> = assert(io.popen(pipe:format(package.path, package.cpath, name, path)))
  local said = run:read "a"
  folders.remove(folder)
  return said
end

describe("a module that is needed late", function()
  it("is an error with cause and cure where no descriptor is left", function()
    local said = needs "mwlogin.testing"
    assert.truthy(said:find("^false\tnetwork descriptors\n"), said)
    assert.truthy(said:find("no file descriptor left (ulimit -n) to load mwlogin.testing", 1, true))
    assert.truthy(said:find("Raise the limit", 1, true), said)
    assert.is_nil(said:find("no field package", 1, true), said)
  end)

  it("is told as Lua tells it where it is somebody else's, or is not there", function()
    for _, name in ipairs { "someone.else", "mwloginother", "mwlogin.nothing" } do
      local said = needs(name)
      assert.truthy(said:find(("module '%s' not found"):format(name), 1, true), said)
    end
  end)
end)
