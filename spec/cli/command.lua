---Runs the real command as a child and tells what it printed: for the specs beside this file.
local folders = require("spec.folders")

local command = {}

local function quote(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

local function take(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  os.remove(path)
  return text
end

---@param arguments string[]
---@param options? { env?: table<string, string>, stdin?: string }
---@return { code: integer, stdout: string, stderr: string }
function command.run(arguments, options)
  options = options or {}
  local out, err, input = os.tmpname(), os.tmpname(), os.tmpname()
  local file = assert(io.open(input, "wb"))
  file:write(options.stdin or "")
  file:close()
  local words = { "env", "-u", "LUA_PATH", "-u", "LUA_CPATH" }
  local folder = folders.new()
  words[#words + 1] = quote("XDG_STATE_HOME=" .. folder)
  for name, value in pairs(options.env or {}) do
    words[#words + 1] = quote(name .. "=" .. value)
  end
  words[#words + 1] = "scripts/mwlogin"
  for _, word in ipairs(arguments) do
    words[#words + 1] = quote(word)
  end
  local line = ("%s <%s >%s 2>%s"):format(table.concat(words, " "), input, out, err)
  local _, how, code = os.execute(line)
  os.remove(input)
  folders.remove(folder)
  local result = { stdout = take(out), stderr = take(err) }
  result.code = how == "exit" and code or 128 + code
  return result
end

return command
