---Parameters as they are annotated and as they are: `lua5.4 spec/tools/annotations.lua` names every
---function that a file of lua/ hands out and whose @param lines are not those of its parameters.

---@param text string what stands between the parentheses
---@return string[]
local function names_of(text)
  local names = {}
  for name in text:gmatch("[%w_.]+") do
    names[#names + 1] = name
  end
  return names
end

---Of what is annotated at all; a parameter that is not used (`_`) may be left out.
local function fits(annotated, parameters)
  local at = 1
  for _, name in ipairs(parameters) do
    if annotated[at] == name then
      at = at + 1
    elseif name:sub(1, 1) ~= "_" then
      return false
    end
  end
  return at > #annotated
end

---@param path string
---@param complain fun(line: integer, name: string)
local function check(path, complain)
  local annotated, number = {}, 0
  for line in io.lines(path) do
    number = number + 1
    local name = line:match("^%s*%-%-%-@param%s+([%w_.]+)")
    if name then
      annotated[#annotated + 1] = name
    elseif not line:find("^%s*%-%-%-") then
      local called, parameters = line:match("^function ([%w_]+[.:][%w_]+)%(([^)]*)%)")
      if called and #annotated > 0 and not fits(annotated, names_of(parameters)) then
        complain(number, called)
      end
      annotated = {}
    end
  end
end

local failed = false
local files <close> = assert(io.popen("git ls-files 'lua/*.lua'"))
for path in files:lines() do
  check(path, function(line, name)
    failed = true
    io.stderr:write(("%s:%d: the parameters of %s are not as annotated\n"):format(path, line, name))
  end)
end
os.exit(not failed)
