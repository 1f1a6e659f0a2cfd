---Lua scripts of a spec, each in a process of its own.
local core = require("mwlogin.core")

local lua_process = {}

local ENVIRONMENT <const> = {
  LUA_PATH = "./lua/?.lua;./lua/?/init.lua;./?.lua;" .. package.path,
  LUA_CPATH = "./build/?.so;" .. package.cpath,
  LUA_INIT = false,
}

---Starts a Lua script as a process; `...` of the script are the arguments.
---@param script string Lua
---@param options table|string { env, stdin }, or the first argument
---@param ... string
---@return userdata process its standard output is a pipe
function lua_process.start(script, options, ...)
  if type(options) ~= "table" then
    return lua_process.start(script, {}, options, ...)
  end
  local env = {}
  for _, variables in ipairs({ ENVIRONMENT, options.env or {} }) do
    for name, value in pairs(variables) do
      env[name] = value
    end
  end
  local main = "(function(...)\n" .. script .. "\nend)(table.unpack(arg))"
  return assert(core.process({ "lua5.4", "-e", main, "/dev/null", ... }, {
    stdin = options.stdin,
    stdout = "pipe",
    stderr = "inherit",
    env = env,
    timeout = 120,
  }))
end

---What a process prints until it ends.
---@param process userdata
---@return string
function lua_process.output(process)
  local text = process:read(1, { timeout = 120 }) or ""
  process:close()
  return text
end

return lua_process
