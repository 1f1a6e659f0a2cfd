---JSON as the rest of mwlogin wants it, over lua-cjson: null is nil, whole numbers are integers.
---The API's replies are read by the core.
local cjson = require "cjson"

local json = {}

local MAX_DEPTH <const> = 64

---A private instance: another user of lua-cjson in the program may set its own otherwise.
local codec = cjson.new()
codec.decode_max_depth(MAX_DEPTH)
codec.encode_max_depth(MAX_DEPTH)
codec.decode_invalid_numbers(false)
codec.encode_invalid_numbers(false)

local null = cjson.null
local to_integer, math_type = math.tointeger, math.type

local function normalise(value)
  for key, item in next, value do
    if item == null then
      value[key] = nil
    elseif type(item) == "table" then
      normalise(item)
    elseif math_type(item) == "float" then
      value[key] = to_integer(item) or item
    end
  end
  return value
end

---Decodes a text.
---@param text string
---@return any value nil when the text is no JSON, or null
function json.decode(text)
  local ok, value = pcall(codec.decode, text)
  if not ok or value == null then
    return nil
  end
  if type(value) ~= "table" then
    return math_type(value) == "float" and to_integer(value) or value
  end
  return normalise(value)
end

---Encodes a value; integers stay integers, an empty table is an object.
---@param value any
---@return string
function json.encode(value)
  return (codec.encode(value):gsub("\\/", "/"))
end

return json
