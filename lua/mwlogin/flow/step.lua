---One step of a dialogue, read from the wiki's reply.
local authrequest = require "mwlogin.authrequest"
local guard = require "mwlogin.flow.guard"
local handlers = require "mwlogin.handlers"
local plaintext = require "mwlogin.plaintext"

local step = {}

---@class mwlogin.Step
---@field status "START"|"UI"|"REDIRECT"|"RESTART"|"PASS"|"FAIL"|string another one is a newer
---  wiki's, which asks something all the same
---@field done boolean PASS or FAIL
---@field message string|nil plain text
---@field code string|nil as the wiki gave it
---@field requests mwlogin.Request[]
---@field redirect_url string|nil
---@field redirect_data any
---@field rejected boolean the wiki asks again what was just answered
---@field can_preserve_state boolean
---@field preserved boolean|nil START only: a credential was kept, no way to log in need be answered
---@field username string|nil
---@field identity table|nil after PASS of a login
---@field raw table|nil as the wiki sent it, keys that nobody knows among them

local KNOWN <const> = { PASS = true, FAIL = true, UI = true, REDIRECT = true, RESTART = true }

---Whether a handler takes a request for its own, its `match` included.
---@param entry table
---@param request mwlogin.Request
---@param of mwlogin.Step
---@return boolean|nil matches
---@return table|nil err kind `handler`
function step.matches(entry, request, of)
  if not handlers.declares(entry, request) then
    return false
  elseif not entry.handler.match then
    return true
  end
  local booleans = { boolean = true, table = true, string = true, number = true }
  local matched, err = guard.new():call(entry, "match", booleans, request, of)
  if err then
    return nil, err
  end
  return matched ~= nil and matched ~= false
end

local function names_field(entry, name)
  for _, secret_name in ipairs(entry.handler.secret_fields or {}) do
    if secret_name == name then
      return true
    end
  end
  return false
end

---Wikis do not mark one-time codes as sensitive; handlers know them.
---@param of mwlogin.Step
---@param entries table handlers as loaded
function step.mark_secrets(of, entries)
  for _, request in ipairs(of.requests) do
    for _, entry in ipairs(entries) do
      for _, field in ipairs(request.fields) do
        if not field.secret and names_field(entry, field.name) then
          field.secret = step.matches(entry, request, of) ~= false
        end
      end
    end
  end
  return of
end

local function text(value)
  return type(value) == "string" and value or nil
end

---@param requests table raw
---@param fields table|nil what else the step holds
---@return mwlogin.Step
function step.start(requests, fields)
  local made = fields or {}
  made.status = made.status or "START"
  made.done = false
  made.requests = authrequest.read(requests)
  made.rejected = false
  made.can_preserve_state = false
  return made
end

---@param answer table what the module said: `reply.clientlogin` and its like
---@return mwlogin.Step|nil step nil when the status is none that is known, and nothing is asked
function step.read(answer)
  local requests = authrequest.read(answer.requests)
  if not KNOWN[answer.status] and #requests == 0 then
    return nil
  end
  return {
    status = plaintext.line(answer.status),
    done = answer.status == "PASS" or answer.status == "FAIL",
    message = plaintext.from_html(answer.message),
    code = text(answer.messagecode),
    requests = requests,
    redirect_url = text(answer.redirecttarget),
    redirect_data = answer.redirectdata,
    rejected = false,
    can_preserve_state = answer.canpreservestate == true,
    username = text(answer.username),
    raw = answer,
  }
end

return step
