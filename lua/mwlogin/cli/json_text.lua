---JSON as the command prints it: keys in a fixed order, nothing that steers a screen, and the
---wiki's own objects as it wrote them.
local plaintext = require "mwlogin.plaintext"

local json_text = {}

---Keys that come first in a JSON object, for people who read along; the others follow by name.
local FIRST <const> = {
  "wiki",
  "name",
  "id",
  "method",
  "anonymous",
  "fresh",
  "account",
  "type",
  "kind",
  "code",
  "message",
  "advice",
}

local RANK = {}
for rank, key in ipairs(FIRST) do
  RANK[key] = rank
end

local SHORT <const> = {
  [0x22] = '\\"',
  [0x5C] = "\\\\",
  [0x0A] = "\\n",
  [0x0D] = "\\r",
  [0x09] = "\\t",
}

local function escape(code)
  if code <= 0xFFFF then
    return ("\\u%04x"):format(code)
  end
  local rest = code - 0x10000
  return ("\\u%04x\\u%04x"):format(0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF))
end

---A JSON string; what a terminal must not get is written as \uXXXX, bytes that are no UTF-8 as
---U+FFFD.
local function encode_string(text)
  text = text:gsub('[%c"\\]', function(one)
    return SHORT[one:byte()] or escape(one:byte())
  end)
  if not text:find("[\x80-\xFF]") then
    return '"' .. text .. '"'
  end
  text = text:gsub("[\x80-\xFF]+", function(run)
    local clean = plaintext.clean(run)
    if clean == run then
      return run
    end
    local parts, position = {}, 1
    while position <= #run do
      local one = run:match("^[\xC2-\xFD][\x80-\xBF]+", position) or run:sub(position, position)
      local valid = utf8.len(one) == 1
      local shown = valid and plaintext.clean(one) == one
      parts[#parts + 1] = shown and one or escape(valid and utf8.codepoint(one) or 0xFFFD)
      position = position + #one
    end
    return table.concat(parts)
  end)
  return '"' .. text .. '"'
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    local left, right = RANK[a] or math.huge, RANK[b] or math.huge
    if left ~= right then
      return left < right
    end
    return tostring(a) < tostring(b)
  end)
  return keys
end

local encode

---Joins encoded items, each on a line of its own when `indent` is given.
local function enclose(open, items, close, indent)
  if #items == 0 then
    return open .. close
  end
  if not indent then
    return open .. table.concat(items, ",") .. close
  end
  local inner = "\n" .. indent .. "  "
  return open .. inner .. table.concat(items, "," .. inner) .. "\n" .. indent .. close
end

local function encode_list(list, indent)
  local items = {}
  for position, item in ipairs(list) do
    items[position] = encode(item, indent and indent .. "  ")
  end
  return enclose("[", items, "]", indent)
end

---@param members table[] { key, value }, in this order
local function encode_members(members, indent)
  local items = {}
  for position, member in ipairs(members) do
    local key = encode_string(tostring(member.key)) .. (indent and ": " or ":")
    items[position] = key .. encode(member.value, indent and indent .. "  ")
  end
  return enclose("{", items, "}", indent)
end

local function encode_map(map, indent)
  local members = {}
  for position, key in ipairs(sorted_keys(map)) do
    members[position] = { key = key, value = map[key] }
  end
  return encode_members(members, indent)
end

-- == what the core made of objects ================================================================

---What is empty is a list, unless the wiki wrote an object: no result of ours is an empty one.
local function is_empty_object(value)
  return (getmetatable(value) or value).__name == "mwlogin.object"
end

---The fields of a form: in Lua they are a list as well as a map.
local function is_fields(value)
  local first = value[1]
  return type(first) == "table" and first.name ~= nil and rawequal(value[first.name], first)
end

local function is_options(key, value)
  return key == "options" and type(value) == "table" and type(value[1]) == "table"
end

local Members = {}

local function options_as_members(options)
  local members = setmetatable({}, Members)
  for position, option in ipairs(options) do
    members[position] = { key = option.value, value = option.label }
  end
  return members
end

---As the wiki wrote them: its objects, in its order.
local function encode_fields(fields, indent)
  local members = {}
  for position, field in ipairs(fields) do
    local sent = {}
    for key, value in pairs(field) do
      sent[key] = is_options(key, value) and options_as_members(value) or value
    end
    sent.name = nil
    members[position] = { key = field.name, value = sent }
  end
  return encode_members(members, indent)
end

local function encode_table(value, indent)
  if next(value) == nil then
    return is_empty_object(value) and "{}" or "[]"
  elseif getmetatable(value) == Members then
    return encode_members(value, indent)
  elseif is_fields(value) then
    return encode_fields(value, indent)
  elseif #value > 0 then
    return encode_list(value, indent)
  end
  return encode_map(value, indent)
end

function encode(value, indent)
  local kind = math.type(value) or type(value)
  if kind == "table" then
    return encode_table(value, indent)
  elseif kind == "integer" or kind == "boolean" then
    return tostring(value)
  elseif kind == "float" then
    local whole = math.tointeger(value)
    local finite = value == value and value ~= math.huge and value ~= -math.huge
    return whole and tostring(whole) or finite and ("%.14g"):format(value) or "null"
  elseif kind == "nil" then
    return "null"
  end
  return encode_string(tostring(value))
end

---JSON with keys in a fixed order and every control character escaped.
---@param value any
---@param pretty? boolean several lines, indented
---@return string
function json_text.encode(value, pretty)
  return encode(value, pretty and "" or nil)
end

return json_text
