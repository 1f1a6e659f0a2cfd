---What a wiki asks, in one shape: the `requests` of a reply as a list of Requests with typed fields
---in the wiki's order.
local plaintext = require "mwlogin.plaintext"

local authrequest = {}

---@class mwlogin.Option
---@field value string what is sent
---@field label string what a person reads

---@class mwlogin.Field
---@field name string
---@field type string string, password, select, multiselect, checkbox, button, hidden, null, or
---what an extension made up
---@field label string|nil plain text
---@field help string|nil plain text
---@field value any a default, or what is to be sent back or read
---@field options mwlogin.Option[]|nil
---@field optional boolean may stay empty
---@field secret boolean must not be shown
---@field raw table as the wiki sent it

---@class mwlogin.Request
---@field id string opaque, compared whole
---@field kind string class name without namespace and suffix; match on it
---@field suffix string|nil what follows the first `:` of the id
---@field required "required"|"optional"|"primary-required"
---@field provider string|nil plain text
---@field account string|nil plain text
---@field metadata table
---@field fields table list in the wiki's order, and a map by name
---@field raw table as the wiki sent it, keys that nobody knows among them

---Display texts are strings, but objects where another message format was in use.
local function text(value)
  return plaintext.from_html(value)
end

local function kind_of(id)
  local class, suffix = id:match("^([^:]*):(.*)$")
  class = class or id
  return plaintext.line(class:match("^.*\\(.*)$") or class), plaintext.line(suffix)
end

---A map whose keys happen to be 0, 1, 2 is a list to PHP and comes as one.
local function read_options(raw)
  if type(raw) ~= "table" then
    return nil
  end
  local options = {}
  for position, option in ipairs(raw) do
    if type(option) ~= "table" then
      option = { value = position - 1, label = option }
    end
    options[position] =
      { value = tostring(option.value), label = plaintext.line(option.label) or "" }
  end
  if #options > 0 or next(raw) == nil then
    return options
  end
  for value, label in pairs(raw) do
    options[#options + 1] = { value = tostring(value), label = plaintext.line(label) or "" }
  end
  table.sort(options, function(one, other)
    return one.value < other.value
  end)
  return options
end

local function read_field(name, raw)
  local kind = type(raw.type) == "string" and raw.type or "string"
  return {
    name = name,
    type = kind,
    label = text(raw.label),
    help = text(raw.help),
    value = raw.value,
    options = read_options(raw.options),
    optional = raw.optional == true,
    secret = raw.sensitive == true or kind == "password",
    raw = raw,
  }
end

---Fields come as a list with names from the core, as a plain map from elsewhere.
local function read_fields(raw)
  local fields = {}
  local function add(name, field)
    if type(name) == "string" and type(field) == "table" and not fields[name] then
      local one = read_field(name, field)
      fields[#fields + 1] = one
      fields[name] = one
    end
  end
  if type(raw) ~= "table" then
    return fields
  end
  for _, field in ipairs(raw) do
    add(type(field) == "table" and field.name, field)
  end
  if #fields == 0 then
    for _, name in ipairs(require "mwlogin.sorted_names"(raw)) do
      add(name, raw[name])
    end
  end
  return fields
end

local function read_one(raw)
  local kind, suffix = kind_of(raw.id)
  return {
    id = raw.id,
    kind = kind,
    suffix = suffix,
    required = type(raw.required) == "string" and raw.required or "required",
    provider = text(raw.provider),
    account = text(raw.account),
    metadata = type(raw.metadata) == "table" and raw.metadata or {},
    fields = read_fields(raw.fields),
    raw = raw,
  }
end

---Reads the `requests` of authmanagerinfo or of a step.
---@param raw table|nil list of requests as decoded
---@return mwlogin.Request[] requests
function authrequest.read(raw)
  local requests = {}
  if type(raw) ~= "table" then
    return requests
  end
  for _, request in ipairs(raw) do
    if type(request) == "table" and type(request.id) == "string" then
      requests[#requests + 1] = read_one(request)
    end
  end
  return requests
end

---The names of the fields that someone could answer, as people name them in `answers`.
---@param requests mwlogin.Request[]
---@return string[] names each once, in the wiki's order
function authrequest.names(requests)
  local names, seen = {}, {}
  for _, request in ipairs(requests) do
    for _, field in ipairs(request.fields) do
      if field.type ~= "null" and not seen[field.name] then
        seen[field.name] = true
        names[#names + 1] = field.name
      end
    end
  end
  return names
end

return authrequest
