---Commands of specs, run by the shell.
local shell = {}

---@param command string
---@return string text what it prints, without the blanks and line ends behind it
function shell.output(command)
  local pipe <close> = assert(io.popen(command))
  return (pipe:read("a"):gsub("%s+$", ""))
end

---@param command string
---@return string text what it prints, its errors too
---@return integer code
function shell.result(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local text = pipe:read("a")
  local good, _, code = pipe:close()
  return text, good and 0 or code
end

---Runs what must succeed.
---@param command string
---@return string line the first it prints
function shell.run(command)
  local text, code = shell.result(command)
  assert(code == 0, text)
  return text:match("[^\n]*")
end

---@return boolean
function shell.is_root()
  return shell.output("id -u") == "0"
end

return shell
