---JSON with the order of keys kept: a wiki's answers list `fields` and `options` in the order of
---the form, and a client that shows them must find them so.
local ordered_json = {}

local Object = {}
Object.__index = Object

---Adds a key (nil values are left out, an old key keeps its place).
---@param key string
---@param value any
---@return table self
function Object:set(key, value)
  if value == nil then
    return self
  end
  if self.values[key] == nil then
    self.keys[#self.keys + 1] = key
  end
  self.values[key] = value
  return self
end

---@param key string
---@return any
function Object:get(key)
  return self.values[key]
end

---Makes an ordered object of alternating keys and values.
---@param ... any
---@return table object with `set` and `get`
function ordered_json.object(...)
  local object = setmetatable({ keys = {}, values = {} }, Object)
  local arguments = table.pack(...)
  for index = 1, arguments.n, 2 do
    object:set(arguments[index], arguments[index + 1])
  end
  return object
end

---@param value any
---@return boolean
function ordered_json.is_object(value)
  return getmetatable(value) == Object
end

---A plain Lua map as an object, keys sorted, so that `{}` is an object and not a list.
---@param map table
---@return table object
function ordered_json.from_map(map)
  if ordered_json.is_object(map) then
    return map
  end
  local keys = {}
  for key in pairs(map) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return tostring(a) < tostring(b)
  end)
  local object = ordered_json.object()
  for _, key in ipairs(keys) do
    object:set(tostring(key), map[key])
  end
  return object
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quote(text)
  return '"'
    .. text:gsub('[%c"\\]', function(char)
      return ESCAPES[char] or ("\\u%04x"):format(char:byte())
    end)
    .. '"'
end

local encode

local function encode_object(object, old)
  local parts = {}
  for _, key in ipairs(object.keys) do
    local value = object.values[key]
    -- formatversion=1 knows no booleans: a true key is an empty string, a false one is absent.
    if not (old and value == false) then
      parts[#parts + 1] = quote(key) .. ":" .. encode(value, old)
    end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function encode_list(list, old)
  local parts = {}
  for index, value in ipairs(list) do
    parts[index] = encode(value, old)
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

encode = function(value, old)
  local kind = type(value)
  if kind == "string" then
    return quote(value)
  elseif kind == "boolean" then
    return old and (value and '""' or "false") or tostring(value)
  elseif kind == "number" then
    return math.type(value) == "integer" and tostring(value) or ("%.14g"):format(value)
  elseif kind ~= "table" then
    error("no JSON for a " .. kind, 0)
  elseif ordered_json.is_object(value) then
    return encode_object(value, old)
  elseif #value > 0 or next(value) == nil then
    return encode_list(value, old)
  end
  return encode_object(ordered_json.from_map(value), old)
end

---Encodes a value: ordered objects, lists, plain maps (sorted), strings, numbers, booleans.
---@param value any
---@param old boolean? the rules of formatversion=1
---@return string
function ordered_json.encode(value, old)
  return encode(value, old)
end

return ordered_json
