--- What may come out of a call, whatever a wiki replied: a value of the documented shape, or nil
--- and an error of doc/errors.md whose words can go on a screen.
local cjson = require("cjson")

local judge = {}

local codec = cjson.new()
codec.decode_max_depth(64) -- deeper replies are refused, so what they say does not count

local KINDS <const> = {
  network = true,
  tls = true,
  http = true,
  protocol = true,
  api = true,
  refused = true,
  throttled = true,
  interaction = true,
  answer = true,
  handler = true,
  cancelled = true,
  store = true,
}

--- Bytes and code points that steer a terminal or turn the reading direction.
local function steers(text)
  return not utf8.len(text)
    or text:find("[%z\1-\8\11-\31\127]") ~= nil
    or text:find("\u{202E}", 1, true) ~= nil
end

local function is_text(value)
  return type(value) == "string" and not steers(value)
end

local function is_optional_text(value)
  return value == nil or is_text(value)
end

local function is_list_of_strings(value)
  if value == nil then
    return true
  elseif type(value) ~= "table" then
    return false
  end
  local count = 0
  for _, item in pairs(value) do
    count = count + 1
    if type(item) ~= "string" then
      return false
    end
  end
  return count == #value
end

--- What is wrong with an error; nil: nothing.
---@param err any
---@param of_core boolean|nil an error of the core alone, which passes the wiki's words on
---@return string|nil
function judge.error(err, of_core)
  if type(err) ~= "table" then
    return "the error is a " .. type(err)
  elseif not KINDS[err.kind] then
    return "the error's kind is " .. tostring(err.kind)
  elseif type(err.code) ~= "string" then
    return "the error's code is a " .. type(err.code)
  elseif type(err.message) ~= "string" then
    return "the error's message is a " .. type(err.message)
  elseif err.status ~= nil and math.type(err.status) ~= "integer" then
    return "the error's status is " .. tostring(err.status)
  end
  local wait = err.retry_after
  if wait ~= nil and (not math.type(wait) or not (wait >= 0 and wait < math.huge)) then
    return "the error's retry_after is " .. tostring(wait)
  end
  if of_core then
    return nil
  elseif steers(tostring(err)) then
    return ("the error steers the screen: %q"):format(tostring(err))
  elseif steers(err.code) then
    return ("the error's code steers the screen: %q"):format(err.code)
  elseif err.advice ~= nil and type(err.advice) ~= "string" then
    return "the error's advice is a " .. type(err.advice)
  end
end

--- What is wrong with an Identity; nil: nothing.
function judge.identity(me)
  if type(me.name) ~= "string" or me.name == "" then
    return "the identity's name is " .. tostring(me.name)
  elseif math.type(me.id) ~= "integer" then
    return "the identity's id is " .. tostring(me.id)
  elseif type(me.anonymous) ~= "boolean" then
    return "anonymous is " .. tostring(me.anonymous)
  elseif not is_list_of_strings(me.groups) or not is_list_of_strings(me.rights) then
    return "groups or rights are no list of strings"
  end
end

local STATUSES <const> =
  { START = true, UI = true, REDIRECT = true, RESTART = true, PASS = true, FAIL = true }

local function field_trouble(field, fields)
  if type(field.name) ~= "string" or fields[field.name] ~= field then
    return "a field is not in the map by its name"
  elseif type(field.type) ~= "string" then
    return "a field's type is a " .. type(field.type)
  elseif not is_optional_text(field.label) or not is_optional_text(field.help) then
    return "a field's label or help is no text for a screen"
  elseif type(field.optional) ~= "boolean" or type(field.secret) ~= "boolean" then
    return "a field's flag is no boolean"
  end
  for _, option in ipairs(field.options or {}) do
    if type(option.value) ~= "string" or not is_text(option.label) then
      return "an option is not two texts"
    end
  end
end

local function request_trouble(request)
  if type(request.id) ~= "string" or type(request.kind) ~= "string" then
    return "a request has no id or no kind"
  elseif type(request.required) ~= "string" then
    return "a request's required is a " .. type(request.required)
  elseif not is_optional_text(request.provider) or not is_optional_text(request.account) then
    return "a request's provider or account is no text for a screen"
  elseif type(request.metadata) ~= "table" then
    return "a request's metadata is a " .. type(request.metadata)
  end
  for _, field in ipairs(request.fields) do
    local trouble = field_trouble(field, request.fields)
    if trouble then
      return trouble
    end
  end
end

--- What is wrong with a Step; nil: nothing.
function judge.step(step)
  -- a status nobody knows is handed on only with what it asks
  local asks = type(step.requests) == "table" and #step.requests > 0 and is_text(step.status)
  if not STATUSES[step.status] and not asks then
    return "the step's status is " .. tostring(step.status)
  elseif step.done ~= (step.status == "PASS" or step.status == "FAIL") then
    return "the step's done does not fit its status"
  elseif not is_optional_text(step.message) then
    return "the step's message is no text for a screen"
  elseif step.username ~= nil and type(step.username) ~= "string" then
    return "the step's username is a " .. type(step.username)
  elseif step.redirect_url ~= nil and type(step.redirect_url) ~= "string" then
    return "the step's redirect_url is a " .. type(step.redirect_url)
  end
  for _, request in ipairs(step.requests) do
    local trouble = request_trouble(request)
    if trouble then
      return trouble
    end
  end
end

local REPORT <const> = {
  api = "string",
  name = "string",
  version = "string",
  private = "boolean",
  read_only = "string",
  dialogue = "boolean",
  asks = "table",
  only = "table",
  captcha = "boolean",
  bot_passwords = "boolean",
  oauth = "boolean",
  clock_skew = "number",
  user = "table",
  troubles = "table",
}

--- What is wrong with the doctor's report; nil: nothing.
function judge.report(report)
  for name, value in pairs(report) do
    if REPORT[name] and type(value) ~= REPORT[name] then
      return ("the report's %s is a %s"):format(name, type(value))
    elseif type(value) == "string" and steers(value) then
      return ("the report's %s steers the screen"):format(name)
    end
  end
  for _, trouble in ipairs(report.troubles) do
    if not is_text(trouble.cause) or not is_text(trouble.cure) then
      return ("the trouble %s is no text for a screen"):format(tostring(trouble.code))
    end
  end
  return report.user and judge.identity(report.user)
end

local function has_endless_number(value)
  if type(value) ~= "table" then
    return value == math.huge or value == -math.huge
  end
  for _, item in pairs(value) do
    if has_endless_number(item) then
      return true
    end
  end
  return false
end

--- JSON as somebody else reads it; nil where it is not sound.
---@param body string
---@return any
function judge.decode(body)
  local ok, value = pcall(codec.decode, body)
  return ok and value or nil
end

--- The same for a reply of the API, in which no number may be beyond all numbers.
---@param body string
---@return any
function judge.read(body)
  local value = judge.decode(body)
  return not has_endless_number(value) and value or nil
end

--- What stands at a path of a decoded reply; nil where anything on the way is missing.
---@param value any
---@param ... string
---@return any
function judge.at(value, ...)
  for _, name in ipairs({ ... }) do
    if type(value) ~= "table" then
      return nil
    end
    value = value[name]
  end
  return value ~= cjson.null and value or nil
end

return judge
