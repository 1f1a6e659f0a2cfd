-- `make docs`: what stands above public functions, of the C module (LDoc) and of the library
-- (LuaCATS), put into one shape that LDoc reads: lua5.4 spec/tools/reference.lua FOLDER
local folder = assert(arg[1], "where to?")

-- What people call; the rest is the house's own.
local PUBLIC <const> = {
  "init",
  "session",
  "flow",
  "error",
  "secret",
  "json",
  "gather",
  "profile",
  "totp",
  "handlers.init",
  "respond.init",
  "store.file",
  "store.redis",
  "listener",
  "testing",
  "crypto",
}

local function read(path)
  local file = io.open(path)
  if not file then
    return nil
  end
  local text = file:read("a")
  file:close()
  return text
end

local function write(name, lines)
  local file = assert(io.open(("%s/%s.lua"):format(folder, name), "w"))
  file:write(table.concat(lines, "\n"), "\n")
  file:close()
end

local function escape(text)
  return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

-- A type ends at the first blank outside brackets that joins nothing.
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

local function tag_of(line)
  local name, rest = line:match("^@param%s+([%w_]+%??)%s+(.+)$")
  if name then
    local kind, words = split_type(rest)
    local optional = name:sub(-1) == "?" and "[opt]" or ""
    return ("-- @param%s %s <code>%s</code> %s"):format(
      optional,
      name:gsub("%?$", ""),
      escape(kind),
      escape(words)
    )
  end
  rest = line:match("^@return%s+(.+)$")
  if rest then
    local kind, words = split_type(rest)
    return ("-- @return <code>%s</code> %s"):format(escape(kind), escape(words))
  end
  return nil
end

-- One function's comment in LDoc's shape; nil for what is no function or not documented.
local function block(comment, name)
  local lines = {}
  for _, line in ipairs(comment) do
    if line:find("^@") then
      lines[#lines + 1] = tag_of(line)
    else
      lines[#lines + 1] = (#lines == 0 and "--- " or "-- ") .. escape(line)
    end
  end
  if not lines[1] then
    return nil
  end
  lines[1] = lines[1]:gsub("^%-%-%-? ?", "--- ", 1)
  lines[#lines + 1] = "-- @function " .. name
  return table.concat(lines, "\n")
end

local function library(name)
  local path = "lua/mwlogin/" .. name:gsub("%.", "/") .. ".lua"
  local text = read(path)
  if not text then
    return
  end
  local module = ("mwlogin." .. name):gsub("%.init$", "")
  local out, comment = {}, {}
  local head = text:match("^(%-%-%-.-)\n[^-]") or "---"
  out[1] = escape(head):gsub("\n%-%-%-", "\n-- ") .. "\n-- @module " .. module .. "\n"
  for line in text:sub(#head + 1):gmatch("[^\n]*") do
    local words = line:match("^%-%-%- ?(.*)$")
    local called = line:match("^function ([%w_%.:]+)%(")
    if words then
      comment[#comment + 1] = words
    else
      if called and comment[1] then
        out[#out + 1] = block(comment, called)
        out[#out + 1] = ""
      end
      comment = {}
    end
  end
  write(module, out)
end

local function core()
  local out = {
    "--- The C module: one exchange with a wiki at a time, no policy, no retry.",
    "-- @module mwlogin.core",
    "",
  }
  local pipe = assert(io.popen("ls csrc/*.c"))
  for path in pipe:lines() do
    for text in read(path):gmatch("/%*%*%*\n(.-)%*/") do
      if text:find("@function", 1, true) then
        local lines = {}
        for line in text:gmatch("[^\n]+") do
          lines[#lines + 1] = (#lines == 0 and "--- " or "-- ") .. escape(line)
        end
        out[#out + 1] = table.concat(lines, "\n") .. "\n"
      end
    end
  end
  pipe:close()
  write("mwlogin.core", out)
end

core()
for _, name in ipairs(PUBLIC) do
  library(name)
end
