---Shell commands as somebody runs them who has no checkout: from /, with an empty environment.
local shell = {}

function shell.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

---@param command string
---@param env? table<string, string>
---@return integer code
---@return string output both streams
function shell.run(command, env)
  local words = { "cd / && env -i PATH=/usr/bin:/bin HOME=/nonexistent LC_ALL=C.UTF-8" }
  for name, value in pairs(env or {}) do
    words[#words + 1] = name .. "=" .. shell.quote(value)
  end
  words[#words + 1] = "sh -c " .. shell.quote(command) .. " </dev/null 2>&1; echo :$?"
  local pipe <close> = assert(io.popen(table.concat(words, " ")))
  local output, code = pipe:read("a"):match "^(.*):(%d+)\n$"
  return tonumber(code), output
end

---The same, of a command that must succeed.
---@param command string
---@param env? table<string, string>
---@return string output
function shell.done(command, env)
  local code, output = shell.run(command, env)
  assert(code == 0, output)
  return output
end

---The tracked files as they are now, and nothing that a build left.
---@param folder string made by it
function shell.checkout(folder)
  assert(os.execute(table.concat({
    "mkdir",
    shell.quote(folder),
    "&& git ls-files -z | tar --null -T - -c --ignore-failed-read 2>/dev/null | tar -x -C",
    shell.quote(folder),
  }, " ")))
end

return shell
