---What a login leaves in the Session: logging in again where that needs nobody.
local core = require "mwlogin.core"
local credentials_of = require "mwlogin.login.credentials"
local errors = require "mwlogin.error"
local method_of = require "mwlogin.login.method"

local again = {}

---@param lost mwlogin.Error what told that the session is gone
---@return mwlogin.Error kind interaction
function again.person_needed(lost)
  return errors.new {
    kind = "interaction",
    code = "person-needed",
    message = "The session was lost, and logging in again needs a person",
    advice = "Call login again when somebody is there.",
    cause = lost,
  }
end

local function other_user(expected, found)
  return errors.new {
    kind = "refused",
    code = "other-user",
    message = ("The session was %s's, and now it is %s's"):format(expected, found),
    advice = "Stop here: find out who else uses this session.",
  }
end

---What another try would end with again, or make worse: a wrong password is never sent twice, and a
---login that a person must finish counts against the account each time it is begun.
local FINAL <const> = { refused = true, interaction = true, handler = true }
local THROTTLE <const> = 300

---@return number moment before which nothing is tried again, as `core.now()` counts
local function not_before(err)
  if FINAL[err.kind] then
    return math.huge
  end
  return core.now() + (err.kind == "throttled" and (err.retry_after or THROTTLE) or 0)
end

---Logs in again by what the login left.
---@param session mwlogin.Session
---@param lost mwlogin.Error
---@return true|nil
---@return mwlogin.Error|nil err
local function recover(session, lost)
  local left = session.left
  if core.now() < left.not_before then
    return nil, left.refusal
  elseif credentials_of.needs_person(left.credentials) then
    return nil, again.person_needed(lost)
  end
  local before = session.identity
  local me, err = left.log_in(session, credentials_of.copy(left.credentials), lost)
  if me and me.name == before.name then
    return true
  end
  -- later calls go on naming the user they were meant for: the wiki refuses them as somebody else
  session.identity = before
  left.refusal = err or other_user(before.name, me.name)
  left.not_before = not_before(left.refusal)
  return nil, left.refusal
end

---Sources are asked again; plain values were locked away by the login and stay until `close`.
---@param session mwlogin.Session
---@param credentials table as given, its texts locked away
---@param log_in fun(session: mwlogin.Session, credentials: table): mwlogin.Identity|nil, table|nil
function again.leave(session, credentials, log_in)
  session.recover = nil
  if credentials.recover == false or session.authorize then
    return
  end
  local kept = credentials
  if kept.respond or kept.redirect then
    kept = credentials_of.copy(credentials)
    kept.method = method_of.choose(credentials)
    kept.respond, kept.redirect = nil, nil
  end
  session.left = { credentials = kept, log_in = log_in, not_before = 0, refusal = nil }
  session.recover = recover
end

return again
