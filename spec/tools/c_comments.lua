---The `/*** … */` comments above the C module's bound functions, taken apart.
local c_comments = {}

---@class spec.tools.CFunction
---@field name string `crypto.sha1`, `pool:step`, …
---@field words string[] lines of what it does
---@field params { name: string, type: string, optional: boolean, words: string }[]
---@field returns { type: string, words: string }[] of success
---@field fails string|nil words about `nil, err`

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

---A tag's text goes on over the lines below it.
local function entries(comment)
  local list = {}
  for line in comment:gmatch("[^\n]+") do
    local tag, rest = line:match("^@(%S+)%s*(.*)$")
    if tag then
      list[#list + 1] = { tag = tag, text = rest }
    elseif #list > 0 and list[#list].tag then
      list[#list].text = list[#list].text .. " " .. line:gsub("^%s+", "")
    else
      list[#list + 1] = { text = line }
    end
  end
  return list
end

local READERS <const> = {
  ["function"] = function(made, text)
    made.name = text
  end,
  tparam = function(made, text, modifier)
    local kind, name, words = text:match("^(%S+) (%S+)%s*(.*)$")
    made.params[#made.params + 1] = {
      name = name,
      type = kind,
      optional = modifier:find("opt", 1, true) ~= nil,
      words = words,
    }
  end,
  param = function(made, text)
    local name, words = text:match("^(%S+)%s*(.*)$")
    made.params[#made.params + 1] = { name = name, type = "any", optional = false, words = words }
  end,
  treturn = function(made, text, modifier)
    local kind, words = text:match("^(%S+)%s*(.*)$")
    if modifier:find("2", 1, true) then
      made.fails = kind == "nil" and (made.fails or "")
        or words:gsub("^error,?:?%s*", ""):gsub("^as", "as")
    else
      made.returns[#made.returns + 1] = { type = kind, words = words }
    end
  end,
  ["return"] = function(made, text)
    local fails = text:match("^nil, err%s*(.*)$")
    if fails then
      made.fails = fails:gsub("^[:;]%s*", "")
    else
      made.returns[#made.returns + 1] = { type = "any", words = text }
    end
  end,
}

local function read_comment(comment, path)
  local made = { words = {}, params = {}, returns = {} }
  for _, entry in ipairs(entries(comment)) do
    if entry.tag then
      local name, modifier = entry.tag:match("^(%a+)(.*)$")
      local reader = READERS[name]
      assert(reader, ("%s: unknown tag @%s"):format(path, entry.tag))
      reader(made, entry.text, modifier)
    else
      made.words[#made.words + 1] = entry.text
    end
  end
  return made.name and made or nil
end

---@return spec.tools.CFunction[] in the order of the files' names
function c_comments.read()
  local list = {}
  local pipe <close> = assert(io.popen("ls csrc/*.c"))
  for path in pipe:lines() do
    for comment in read(path):gmatch("/%*%*%*\n(.-)%*/") do
      list[#list + 1] = read_comment(comment, path)
    end
  end
  return list
end

return c_comments
