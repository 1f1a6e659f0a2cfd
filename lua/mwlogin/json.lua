---JSON as the rest of mwlogin wants it, over lua-cjson: null is nil, whole numbers are integers,
---and the fields and options of a login form keep the order in which the wiki sent them.
local cjson = require "cjson"

local json = {}

local MAX_DEPTH <const> = 64

---A private instance: another user of lua-cjson in the program may set his own otherwise.
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

---Makes the options map of a field an ordered list of { value, label }.
local function order_options(field, order)
  local options = {}
  for position = 2, #order do
    local value = order[position]
    options[#options + 1] = { value = value, label = field.options[value] }
  end
  field.options = options
end

---Makes the fields map of a request a list as well, each field with its name.
local function order_fields(fields, order)
  local list = {}
  for _, field_order in ipairs(order) do
    local name = field_order[1]
    local field = fields[name]
    if type(field) == "table" then
      field.name = name
      if type(field.options) == "table" then
        order_options(field, field_order)
      end
      list[#list + 1] = field
    end
  end
  local ordered = {}
  for position, field in ipairs(list) do
    ordered[position] = field
    ordered[field.name] = field
  end
  return ordered
end

local HOLDERS <const> = { "clientlogin", "createaccount", "linkaccount" }

---The list of requests of a reply: in a login module's object, or in query.authmanagerinfo.
local function requests_of(reply)
  local query = reply.query
  local info = type(query) == "table" and query.authmanagerinfo
  if type(info) == "table" and type(info.requests) == "table" then
    return info.requests
  end
  for _, name in ipairs(HOLDERS) do
    local holder = reply[name]
    if type(holder) == "table" and type(holder.requests) == "table" then
      return holder.requests
    end
  end
end

local function order_requests(reply, order)
  local requests = requests_of(reply)
  if not requests then
    return
  end
  for position, request in ipairs(requests) do
    if type(request) == "table" and type(request.fields) == "table" then
      request.fields = order_fields(request.fields, order[position] or {})
    end
  end
end

---Decodes a text that is known to be one sound JSON value.
---@param text string
---@param order? table for each request a list of { field name, option, … }, as the C core reads it
---@return any value nil when the text is beyond lua-cjson (a lone surrogate, say) or is null
function json.decode(text, order)
  local ok, value = pcall(codec.decode, text)
  if not ok or value == null then
    return nil
  end
  if type(value) ~= "table" then
    return math_type(value) == "float" and to_integer(value) or value
  end
  normalise(value)
  if order then
    order_requests(value, order)
  end
  return value
end

---Encodes a value; integers stay integers, an empty table is an object.
---@param value any
---@return string
function json.encode(value)
  return (codec.encode(value):gsub("\\/", "/"))
end

return json
