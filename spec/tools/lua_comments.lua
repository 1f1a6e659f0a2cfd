---The LuaCATS comments of a Lua file, taken apart: functions and classes.
local lua_comments = {}

---@class spec.tools.LuaFunction
---@field name string as it is written: `Session:get`, `secret.env`
---@field parameters string[] as the function declares them
---@field returns_values boolean whether a `return` with a value stands in it
---@field words string[]
---@field params table<string, { type: string, words: string }>
---@field order string[] names of `params`
---@field returns { type: string, words: string }[]

---@class spec.tools.LuaClass
---@field name string
---@field words string[]
---@field fields { name: string, type: string, words: string }[]

---A type ends at the first blank outside brackets that joins nothing.
local function split_type(text)
  local depth, at = 0, 1
  while at <= #text do
    local byte = text:sub(at, at)
    if byte:find("[%({<%[]") then
      depth = depth + 1
    elseif byte:find("[%)}>%]]") then
      depth = depth - 1
    elseif byte == " " and depth == 0 and not text:sub(1, at - 1):find("[:,|]$") then
      break
    end
    at = at + 1
  end
  return text:sub(1, at - 1), (text:sub(at + 1):gsub("^%s+", ""))
end

local function read_line(made, line)
  local name, rest = line:match("^@param%s+([%w_]+%??)%s+(.+)$")
  if name then
    local kind, words = split_type(rest)
    made.last = { type = kind, words = words }
    name = name:gsub("%?$", "")
    made.params[name] = made.last
    made.order[#made.order + 1] = name
    return
  end
  name, rest = line:match("^@field%s+([%w_]+%??)%s+(.+)$")
  if name then
    local kind, words = split_type(rest)
    made.last = { name = name:gsub("%?$", ""), type = kind, words = words }
    made.fields[#made.fields + 1] = made.last
    return
  end
  rest = line:match("^@return%s+(.+)$")
  if rest then
    local kind, words = split_type(rest)
    made.last = { type = kind, words = words }
    made.returns[#made.returns + 1] = made.last
    return
  end
  local class = line:match("^@class%s+([%w_.]+)")
  if class then
    made.class = class
  elseif not line:find("^@") then
    if made.last then
      made.last.words = made.last.words .. " " .. line:gsub("^%s+", "")
    else
      made.words[#made.words + 1] = line
    end
  end
end

local function read_comment(lines)
  local made = { words = {}, params = {}, order = {}, returns = {}, fields = {} }
  for _, line in ipairs(lines) do
    read_line(made, line)
  end
  return made
end

local function names_in(list)
  local names = {}
  for name in list:gmatch("[%w_.]+") do
    names[#names + 1] = name
  end
  return names
end

---@param path string
---@return { head: string[], functions: spec.tools.LuaFunction[], classes: spec.tools.LuaClass[] }
function lua_comments.read(path)
  local file <close> = assert(io.open(path))
  local found = { head = {}, functions = {}, classes = {} }
  local comment, current = {}, nil
  local at_head = true
  for line in (file:read("a") .. "\n"):gmatch("(.-)\n") do
    local words = line:match("^%-%-%- ?(.*)$") or at_head and line:match("^%-%- ?(.*)$")
    local name, list = line:match("^function ([%w_%.:]+)%((.-)%)")
    if not name then
      name, list = line:match("^local function ([%w_]+)%((.-)%)")
    end
    if at_head and words and not words:find("^@") then
      found.head[#found.head + 1] = words
    elseif words then
      comment[#comment + 1] = words
    elseif name then
      current = read_comment(comment)
      current.name, current.parameters = name, names_in(list)
      found.functions[#found.functions + 1] = current
    elseif current and line:find("^%s+return%s+[^%s]") and not line:find("^%s+return%s+end") then
      current.returns_values = true
    elseif line == "end" then
      current = nil
    end
    at_head = at_head and words ~= nil
    if not words then
      if comment[1] and not name then
        local made = read_comment(comment)
        if made.class then
          made.name = made.class
          found.classes[#found.classes + 1] = made
        end
      end
      comment = {}
    end
  end
  return found
end

return lua_comments
