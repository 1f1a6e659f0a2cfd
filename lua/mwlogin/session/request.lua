---One API call with all that a Session promises: bounded waiting, logging in again once when the
---session was lost, and never as somebody else than it was begun as.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local flight = require "mwlogin.session.flight"
local recovery = require "mwlogin.session.recovery"
local repeating = require "mwlogin.session.repeating"

local request = {}

local DEFAULT_MAX_WAIT <const> = 60

---Whether another task has logged out, or in as somebody else, since a call was begun.
---@param begun_as mwlogin.Identity|nil
---@param now mwlogin.Identity|nil
---@return mwlogin.Error|nil err kind cancelled
function request.changed(begun_as, now)
  if not begun_as or (now and now.name == begun_as.name) then
    return nil
  end
  return errors.new {
    kind = "cancelled",
    code = "other-user",
    message = ("This call was begun as %s, and now the session is %s"):format(
      begun_as.name,
      now and now.name .. "'s" or "nobody's"
    ),
    advice = "Use a Session for each user.",
  }
end

---@param session mwlogin.Session
---@param method "GET"|"POST"
---@param params table
---@param opts table
---@return table|nil reply
---@return mwlogin.Error|nil err
function request.run(session, method, params, opts)
  local deadline = core.now() + (session.options.max_wait or DEFAULT_MAX_WAIT)
  local begun_as = session.identity
  local free, why = flight.await(session)
  why = why or request.changed(begun_as, session.identity)
  if not free or why then
    return nil, why
  end
  begun_as = session.identity
  local reply, err = session:call(method, params, opts)
  if reply then
    return reply
  end
  local asked_as = begun_as
  local function once()
    free, why = flight.await(session)
    if not free then
      return nil, why
    end
    asked_as = session.identity
    local changed = request.changed(begun_as, asked_as)
    if changed then
      return nil, changed
    end
    return session:call(method, params, opts)
  end
  reply, err = repeating.go_on(session, deadline, once, err)
  if reply then
    return reply
  end
  local state
  state, err = recovery.state(session, asked_as, err, params)
  if state == "lost" then
    local recovered
    recovered, err = recovery.log_in_again(session, err)
    state = recovered and "renewed"
  end
  if state ~= "renewed" then
    return nil, err
  end
  return repeating.run(session, deadline, once)
end

return request
