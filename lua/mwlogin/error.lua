---Errors: one shape for all that can go wrong, with a sentence that says what to do.
local plaintext = require "mwlogin.plaintext"

local errors = {}

---@alias mwlogin.ErrorKind
---| "network" | "tls" | "http" | "protocol" | "api" | "refused" | "throttled"
---| "interaction" | "answer" | "handler" | "cancelled" | "store"

---@class mwlogin.Error
---@field kind mwlogin.ErrorKind
---@field code string as the wiki gave it, or ours
---@field message string what happened, in a sentence
---@field advice string|nil what to do, in a sentence
---@field status integer|nil HTTP status
---@field retry_after number|nil seconds, an upper bound
---@field flow table|nil the dialogue to go on with
---@field step mwlogin.Step|nil where it stands
---@field cause any
local Error = {}
Error.__name = "mwlogin.Error"

---@return string message and advice on one line, fit for a person
function Error:__tostring()
  -- cleaned here, too: both are often put together when there is an error already
  local message = plaintext.line(self.message or self.code or self.kind) or ""
  if not self.advice then
    return message
  end
  message = plaintext.without_end(message, "[%s.:]")
  local stop = message:find "[?!]$" and "" or "."
  return ("%s%s %s"):format(message, stop, plaintext.line(self.advice) or "")
end

function Error.__concat(left, right)
  return tostring(left) .. tostring(right)
end

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

---What went into an error may be a wiki's: on its way to a screen it must steer nothing.
local function shown(value, otherwise)
  return value ~= nil and plaintext.clean(value) or otherwise
end

---A process that is out of descriptors, say, may not be able to load it: its errors go without.
local function advice_of(fields)
  local there, advice = pcall(require, "mwlogin.advice")
  return there and advice.of(fields) or nil
end

---Makes an error. Where no advice is given, the code's own is added.
---@param fields table kind, code, message, and what else is known
---@return mwlogin.Error err the same table
function errors.new(fields)
  if type(fields) ~= "table" then
    error(("error.new takes a table, not a %s"):format(type(fields)), 2)
  end
  if not KINDS[fields.kind] then
    error(("an error's kind cannot be '%s'"):format(tostring(fields.kind)), 2)
  end
  fields.code = shown(fields.code, fields.kind)
  fields.message = shown(fields.message, fields.code)
  fields.advice = shown(fields.advice) or advice_of(fields)
  return setmetatable(fields, Error)
end

---An error of the C core, with advice added.
---@param err table
---@param extra table|nil further fields
---@return mwlogin.Error
function errors.from(err, extra)
  for name, value in pairs(extra or {}) do
    err[name] = value
  end
  return errors.new(err)
end

---Whether a value is an error of this library.
---@param value any
---@return boolean
function errors.is(value)
  return getmetatable(value) == Error
end

return errors
