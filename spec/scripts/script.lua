-- Runs a script of scripts/ as people do: in a program of its own.
local core = require("mwlogin.core")

local script = {}

---@param words string[] file and arguments
---@param environment table name → value
---@return table result { exit, output, words }
function script.run(words, environment)
  local env = { LUA_PATH = package.path, LUA_CPATH = package.cpath }
  for name, value in pairs(environment) do
    env[name] = value
  end
  local argv = table.move(words, 1, #words, 2, { "lua5.4" })
  local options = { stdout = "pipe", stderr = "pipe", env = env, timeout = 120 }
  local process = assert(core.process(argv, options))
  local result = { output = process:read(1) or "", words = process:read(2) or "" }
  result.exit = process:wait().exit
  process:close()
  return result
end

return script
