---Errors and warnings of the API: raised by a module, shaped by `errorformat`.
local ordered_json = require("mwlogin.testing.ordered_json")

local api_error = {}

local object = ordered_json.object

local ApiError = {}
ApiError.__index = ApiError
ApiError.__name = "ApiError"

---Ends the module with an error of the API.
---@param code string
---@param text string
---@param more table? { data = ordered object, key, module, status, headers, plain }
function api_error.raise(code, text, more)
  local fault = setmetatable({ code = code, text = text }, ApiError)
  for key, value in pairs(more or {}) do
    fault[key] = value
  end
  error(fault, 0)
end

---@param value any
---@return boolean
function api_error.is(value)
  return getmetatable(value) == ApiError
end

local function in_format(entry, format)
  local result = object("code", entry.code)
  if format == "html" then
    result:set("html", entry.text)
  elseif format == "raw" then
    result:set("key", entry.key or ("apierror-" .. entry.code))
    result:set("params", entry.params or {})
  elseif format ~= "none" then
    result:set("text", entry.text)
  end
  result:set("data", entry.data)
  return result:set("module", entry.module or "main")
end

local function documentation(address)
  return (
    "See %s for API usage. Subscribe to the mediawiki-api-announce mailing list at"
    .. " &lt;https://lists.wikimedia.org/postorius/lists/"
    .. "mediawiki-api-announce.lists.wikimedia.org/&gt; for notice of API deprecations and"
    .. " breaking changes."
  ):format(address)
end

---The whole reply that tells of an error.
---@param fault table
---@param call table
---@return table object
function api_error.reply(fault, call)
  local docref = not fault.plain and documentation(call.wiki.api) or nil
  if call.errorformat ~= "bc" then
    return object("errors", { in_format(fault, call.errorformat) }, "docref", docref)
  end
  local inner = object("code", fault.code, "info", fault.text)
  for _, key in ipairs(fault.data and fault.data.keys or {}) do
    inner:set(key, fault.data:get(key))
  end
  inner:set(call.formatversion == 1 and "*" or "docref", docref)
  return object("error", inner)
end

---The warnings of a call as its reply shows them; nil when there are none.
---@param call table
---@return table|nil
function api_error.warnings(call)
  if #call.warnings == 0 then
    return nil
  elseif call.errorformat ~= "bc" then
    local list = {}
    for index, warning in ipairs(call.warnings) do
      list[index] = in_format(warning, call.errorformat)
    end
    return list
  end
  local by_module = object()
  local key = call.formatversion == 1 and "*" or "warnings"
  for _, warning in ipairs(call.warnings) do
    local entry = by_module:get(warning.module)
    if entry then
      entry:set(key, entry:get(key) .. "\n" .. warning.text)
    else
      by_module:set(warning.module, object(key, warning.text))
    end
  end
  return by_module
end

return api_error
