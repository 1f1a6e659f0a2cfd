---One call of the API as a module sees it: its parameters, which of them were looked at, warnings.
local api_error = require("mwlogin.testing.api_error")

local api_call = {}

-- Parameters of the main module, and the release they came with.
local MAIN = {
  action = 0,
  format = 0,
  formatversion = 25,
  ascii = 0,
  utf8 = 0,
  maxlag = 0,
  smaxage = 0,
  maxage = 0,
  assert = 23,
  assertuser = 28,
  requestid = 0,
  servedby = 0,
  curtimestamp = 0,
  responselanginfo = 29,
  origin = 0,
  uselang = 0,
  errorformat = 29,
  errorlang = 29,
  errorsuselocal = 29,
}

local Call = {}
Call.__index = Call

---Takes a parameter: nil when it was not sent. What no module takes ends in a warning.
---@param name string
---@return any
function Call:param(name)
  self.used[name] = true
  return self.request.params[name]
end

---Is a flag set? It is when it is there at all, `flag=0` included.
---@param name string
---@return boolean
function Call:flag(name)
  return self:param(name) ~= nil
end

---The members of a `|`-list (or of one that begins with U+001F).
---@param name string
---@return string[]
function Call:list(name)
  local value = self:param(name)
  local items = {}
  if type(value) ~= "string" or value == "" then
    return items
  end
  local separator = "|"
  if self.wiki.minor >= 28 and value:sub(1, 1) == "\x1f" then
    separator, value = "\x1f", value:sub(2)
  end
  for item in (value .. separator):gmatch("(.-)%" .. separator) do
    items[#items + 1] = item
  end
  return items
end

---Adds a warning.
---@param module string
---@param code string
---@param text string
---@param more table? { key, params }
function Call:warn(module, code, text, more)
  more = more or {}
  more.module, more.code, more.text = module, code, text
  self.warnings[#self.warnings + 1] = more
end

---@see api_error.raise
function Call.die(_, code, text, more)
  api_error.raise(code, text, more)
end

---Refuses a parameter that is not one of a closed list.
---@param name string
---@param value string
function Call:bad_value(name, value)
  local code = self.wiki.minor >= 35 and "badvalue" or "unknown_" .. name
  self:die(code, ('Unrecognized value for parameter "%s": %s.'):format(name, value))
end

---Refuses secrets in the address; they belong into the body.
---@param names string[]
function Call:must_post(names)
  local found = {}
  for _, name in ipairs(names) do
    if self.request.query_names[name] then
      found[#found + 1] = name
    end
  end
  if #found == 0 or self.wiki.minor < 28 then
    return
  end
  local text = (
    "The following parameter%s found in the query string, but must be in the POST"
    .. " body: %s."
  ):format(#found == 1 and " was" or "s were", table.concat(found, ", "))
  if self.wiki.minor == 28 then
    self:warn("main", "mustpostparams", text)
    return
  end
  self:die("mustpostparams", text)
end

---A parameter that has to be there.
---@param prefix string
---@param name string
---@return any
function Call:require_param(prefix, name)
  local value = self:param(prefix .. name)
  if value ~= nil and value ~= "" then
    return value
  end
  local minor = self.wiki.minor
  local code = minor >= 35 and "missingparam"
    or minor >= 32 and "no" .. prefix .. name
    or "no" .. name
  self:die(code, ('The "%s%s" parameter must be set.'):format(prefix, name))
end

---Opens a call.
---@param wiki table
---@param request table php_request
---@param reply table whose headers it may add to
---@return table call
function api_call.new(wiki, request, reply)
  local params = request.params
  local call = setmetatable({
    wiki = wiki,
    request = request,
    used = {},
    warnings = {},
    headers = reply.headers,
    errorformat = wiki.minor >= 29 and params.errorformat or "bc",
    formatversion = params.formatversion == "2" and 2 or 1,
  }, Call)
  for name, since in pairs(MAIN) do
    call.used[name] = wiki.minor >= since or nil
  end
  return call
end

return api_call
