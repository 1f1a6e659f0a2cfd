---lua/mwlogin/meta/core.lua, the annotations of the C module for editors, out of the comments in C:
---lua5.4 spec/tools/meta.lua [write]; without `write` it tells whether the file is as it should be.
package.path = "./?.lua;" .. package.path
local c_comments = require("spec.tools.c_comments")

local PATH <const> = "lua/mwlogin/meta/core.lua"
local WIDTH <const> = 100

local TYPES <const> = {
  secret = "mwlogin.core.Secret",
  pool = "mwlogin.core.Pool",
  session = "mwlogin.core.Session",
  process = "mwlogin.core.Process",
  terminal = "mwlogin.core.Terminal",
  lock = "mwlogin.core.Lock",
  unnamed_file = "mwlogin.core.UnnamedFile",
  file = "mwlogin.core.File",
  exchange = "userdata",
}

local CLASSES <const> = {
  { "pool", "what all sessions of a program share: connections and name look-ups" },
  { "session", "one conversation with one wiki" },
  { "secret", "a text in locked memory that prints as `secret: ***`" },
  { "process", "a program that was started" },
  { "terminal", "the terminal of this process" },
  { "lock", "a lock that is held" },
  { "unnamed_file", "a file in memory" },
  { "file", "a file to be uploaded" },
}

local function type_of(text)
  local item = text:match("^{(.*),%.%.%.}$")
  if item then
    local inner = type_of(item)
    return (inner:find("|", 1, true) and "(" .. inner .. ")" or inner) .. "[]"
  elseif text:find("^{") then
    return type_of(text:match("^{(.-),")) .. "[]"
  end
  local parts = {}
  for part in text:gmatch("[^|]+") do
    parts[#parts + 1] = TYPES[part] or part
  end
  return table.concat(parts, "|")
end

---A comment's line, broken where it gets too long.
local function put(lines, text)
  local line = "---"
  for word in text:gmatch("%S+") do
    if #line > 3 and #line + 1 + #word > WIDTH then
      lines[#lines + 1] = line
      line = "---" .. word
    else
      line = line .. (#line > 3 and " " or "") .. word
    end
  end
  lines[#lines + 1] = line
end

local function add_function(lines, one)
  put(lines, table.concat(one.words, " "))
  local names = {}
  for _, param in ipairs(one.params) do
    names[#names + 1] = param.name
    put(
      lines,
      ("@param %s%s %s %s"):format(
        param.name,
        param.optional and "?" or "",
        type_of(param.type),
        param.words
      )
    )
  end
  local kinds = {}
  for _, result in ipairs(one.returns) do
    kinds[#kinds + 1] = type_of(result.type)
  end
  if one.returns[1] then
    local words = one.returns[1].words
    put(lines, ("@return %s %s"):format(kinds[1] .. (one.fails and "|nil" or ""), words))
  end
  if one.fails then
    put(lines, "@return mwlogin.Error|nil err " .. one.fails)
  end
  local owner, method = one.name:match("^([%w_]+):([%w_]+)$")
  local name = owner and TYPES[owner]:match("%w+$") .. ":" .. method or "core." .. one.name
  lines[#lines + 1] = ("function %s(%s) end"):format(name, table.concat(names, ", "))
  lines[#lines + 1] = ""
end

local function text()
  local lines = {
    "---@meta mwlogin.core",
    "-- Written by spec/tools/meta.lua out of the comments in csrc/.",
    "",
    "---The C module: one exchange with a wiki at a time, no policy, no retry.",
    "---@class mwlogin.core",
    "local core = { crypto = {}, private_file = {} }",
    "",
  }
  for _, class in ipairs(CLASSES) do
    local name = TYPES[class[1]]
    put(lines, class[2]:gsub("^%l", string.upper))
    lines[#lines + 1] = ("---@class %s: userdata"):format(name)
    lines[#lines + 1] = ("local %s = {}"):format(name:match("%w+$"))
    lines[#lines + 1] = ""
  end
  local list = c_comments.read()
  table.sort(list, function(one, other)
    return one.name < other.name
  end)
  for _, one in ipairs(list) do
    add_function(lines, one)
  end
  lines[#lines + 1] = "return core"
  return table.concat(lines, "\n") .. "\n"
end

local made = text()
if arg and arg[1] == "write" then
  local file <close> = assert(io.open(PATH, "w"))
  file:write(made)
elseif arg and arg[0]:find("meta%.lua$") then
  local file <close> = assert(io.open(PATH))
  if file:read("a") ~= made then
    io.stderr:write(PATH, " is not what the comments in csrc/ say: make format\n")
    os.exit(1)
  end
end

return made
