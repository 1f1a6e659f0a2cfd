---One AuthenticationRequest: what it looks like on the wire, and when it counts as answered.
local in_array = require("mwlogin.testing.in_array")
local message = require("mwlogin.testing.message")
local ordered_json = require("mwlogin.testing.ordered_json")

local auth_request = {}

local object = ordered_json.object

local REQUEST_KEYS = {
  id = true,
  fields = true,
  metadata = true,
  required = true,
  provider = true,
  account = true,
}

local FIELD_KEYS = {
  name = true,
  type = true,
  label = true,
  help = true,
  value = true,
  options = true,
  optional = true,
  sensitive = true,
}

local function check_keys(map, known, what)
  for key in pairs(map) do
    if not known[key] then
      error(("%s does not know '%s'"):format(what, tostring(key)), 0)
    end
  end
end

-- Options are a list of { value, text }, or a plain map whose keys are then sorted.
local function ordered_options(options)
  if not options then
    return nil
  elseif #options == 0 then
    return ordered_json.from_map(options)
  end
  local result = object()
  for _, option in ipairs(options) do
    result:set(tostring(option[1]), option[2] or tostring(option[1]))
  end
  return result
end

local function new_field(field)
  check_keys(field, FIELD_KEYS, "a field")
  if type(field.name) ~= "string" then
    error("a field needs a name", 0)
  end
  return {
    name = field.name,
    type = field.type or "string",
    label = message.of(field.label or field.name),
    help = message.of(field.help or ""),
    value = field.value,
    options = ordered_options(field.options),
    optional = field.optional or false,
    sensitive = field.sensitive or field.type == "password",
  }
end

---Makes a request of a script's table.
---@param script table { id, fields = { { name, type, label, help, value, options, optional,
---   sensitive } … }, required?, metadata?, provider?, account? }
---@return table request
function auth_request.new(script)
  check_keys(script, REQUEST_KEYS, "an authentication request")
  if type(script.id) ~= "string" then
    error("an authentication request needs an id", 0)
  end
  local fields = {}
  for index, field in ipairs(script.fields or {}) do
    fields[index] = new_field(field)
  end
  return {
    id = script.id,
    fields = fields,
    metadata = ordered_json.from_map(script.metadata or {}),
    required = script.required or "required",
    provider = script.provider and message.of(script.provider),
    account = script.account,
  }
end

-- true and the value when the field may stand so, false when it drops the whole request.
local function load_field(field, sent)
  if field.type == "checkbox" or field.type == "button" then
    local pressed = sent ~= nil
    return pressed or field.optional, pressed
  end
  if sent == nil and field.type == "multiselect" then
    sent = {}
  end
  if sent == nil then
    return false
  elseif sent == "" or (type(sent) == "table" and #sent == 0) then
    return field.optional, sent
  end
  if field.type == "select" then
    return type(sent) == "string" and field.options:get(sent) ~= nil, sent
  elseif field.type == "multiselect" then
    local chosen = type(sent) == "table" and sent or { sent }
    for _, choice in ipairs(chosen) do
      if not in_array(field.options.keys, choice) then
        return false
      end
    end
    return true, chosen
  end
  return type(sent) == "string", sent
end

---Reads a submission as AuthenticationRequest::loadFromSubmission does: nil, without a word, when
---a text field is missing (an optional one too), a required one is empty, a choice is unknown.
---@param request table
---@param data table name → string or list
---@return table|nil values
function auth_request.load(request, data)
  local values, asked = {}, false
  for _, field in ipairs(request.fields) do
    if field.type ~= "null" then
      asked = true
      local stands, value = load_field(field, data[field.name])
      if not stands then
        return nil
      end
      values[field.name] = value
    end
  end
  return asked and values or nil
end

local function describe_field(field, format)
  return object(
    "type",
    field.type,
    "value",
    field.value,
    "options",
    field.options,
    "label",
    message.format(field.label, format),
    "help",
    message.format(field.help, format),
    "optional",
    field.optional,
    "sensitive",
    field.sensitive and true or false
  )
end

-- A provider or account that is only a name is free text: `$1` with the name as parameter, later
-- `rawmessage`.
local function describe_name(what, format, minor)
  if type(what) == "table" and what.key then
    return message.format(what, format)
  end
  local text = type(what) == "table" and what.free or what
  if format == "none" then
    return nil
  elseif format == "raw" then
    return object("key", minor >= 43 and "rawmessage" or "$1", "params", { text })
  end
  return format == "html" and message.html(message.raw(text)) or text
end

local function describe_fields(requests, format, merged)
  local result, primaries = object(), 0
  for _, request in ipairs(requests) do
    primaries = primaries + (request.required == "primary-required" and 1 or 0)
  end
  for _, request in ipairs(requests) do
    for _, field in ipairs(request.fields) do
      local described = describe_field(field, format)
      -- Only one of several primary requests has to be filled, so none of their fields has.
      local free = request.required == "optional"
        or (request.required == "primary-required" and primaries > 1)
      if merged and free then
        described:set("optional", true)
      end
      result:set(field.name, described)
    end
  end
  return result
end

---What the API shows of a list of requests.
---@param requests table[]
---@param format string message format
---@param merged boolean mergerequestfields
---@param minor integer the wiki's minor version
---@return table requests, table|nil fields
function auth_request.describe(requests, format, merged, minor)
  local list = {}
  for index, request in ipairs(requests) do
    local described = object("id", request.id, "metadata", request.metadata)
    described:set("required", request.required)
    described:set("provider", describe_name(request.provider or request.id, format, minor))
    described:set("account", describe_name(request.account or request.id, format, minor))
    if not merged then
      described:set("fields", describe_fields({ request }, format, false))
    end
    list[index] = described
  end
  return list, merged and describe_fields(requests, format, true) or nil
end

return auth_request
