---Files as the shell makes and sees them, for specs of what the core does with files.
local on_disk = {}

---@param command string
---@param ... string arguments, quoted here
function on_disk.run(command, ...)
  local quoted = {}
  for i, argument in ipairs({ ... }) do
    quoted[i] = "'" .. argument .. "'"
  end
  assert(os.execute(command .. " " .. table.concat(quoted, " ")))
end

---@param command string
---@return string
function on_disk.output_of(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return text
end

---@param path string
---@param text string
function on_disk.put(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

---@param path string
---@return string mode as octal digits
function on_disk.mode_of(path)
  return (on_disk.output_of(("stat -c %%a '%s'"):format(path)):gsub("\n", ""))
end

return on_disk
