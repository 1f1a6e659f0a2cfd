---Lost sessions: how one is recognised, and logging in again once by what the login left behind.
local flight = require "mwlogin.session.flight"

local recovery = {}

---The wiki says outright that we are not, or not any more, who we were.
local LOST <const> = { assertuserfailed = true, assertnameduserfailed = true }

---What a lost session and a right that is lacking have in common.
local PERHAPS <const> = { readapidenied = true, notloggedin = true, assertbotfailed = true }

local SUSPECT <const> = {}
for _, codes in ipairs { LOST, PERHAPS } do
  for code in pairs(codes) do
    SUSPECT[code] = true
  end
end

local function still_logged_in(session)
  local params = { action = "query", assertuser = session.identity.name }
  local reply, err = session:call("GET", params, { bare = true })
  return reply ~= nil or not LOST[err.code]
end

---Whether an answer means that the session we logged in is gone.
---@param session mwlogin.Session
---@param err mwlogin.Error
---@param params table what the caller sent
---@return boolean
function recovery.is_lost(session, err, params)
  if not session.identity or session.authorize then
    return false
  elseif LOST[err.code] then
    return params.assertuser == nil or params.assertuser == session.identity.name
  elseif not PERHAPS[err.code] then
    return false
  end
  -- our own assertuser has just been confirmed: what the wiki refuses then is a right
  local confirmed = params.assert == nil and params.assertuser == nil
  return not confirmed and not still_logged_in(session)
end

local function log_in_again(session, err)
  local recover = session.recover
  session:drop_tokens()
  if not recover then
    return nil, err
  end
  session:trace_event { event = "recover", code = err.code }
  session.recover = nil
  local recovered, why = recover(session, err)
  if not recovered then
    session.recover = recover
  end
  return recovered, why
end

---Logs in again, if the login left a way that needs no person; where another task does so already,
---what that comes to.
---@param session mwlogin.Session
---@param err mwlogin.Error what told that the session is lost
---@return any recovered nil when it is not
---@return mwlogin.Error|nil err
function recovery.log_in_again(session, err)
  local running = flight.elsewhere(session)
  if running then
    return flight.join(session, running)
  end
  local identity = session.identity
  if not identity then
    return nil, err -- another task has logged out while the wiki was asked
  end
  return flight.run(session, identity.name, function()
    return log_in_again(session, err)
  end)
end

---What became of the session under which a call was sent that was then refused.
---@param session mwlogin.Session
---@param asked_as mwlogin.Identity|nil who it was sent as
---@param err mwlogin.Error what it was answered
---@param params table what the caller sent
---@return "lost"|"renewed"|nil renewed: another task has logged in again since; nil: it is not that
---@return mwlogin.Error|nil err
function recovery.state(session, asked_as, err, params)
  if not asked_as or not SUSPECT[err.code] then
    return nil, err
  end
  local free, why = flight.await(session)
  if not free then
    return nil, why
  end
  local identity = session.identity
  if not identity or identity.name ~= asked_as.name then
    return nil, err
  elseif identity ~= asked_as and LOST[err.code] then
    return "renewed"
  end
  return recovery.is_lost(session, err, params) and "lost" or nil, err
end

return recovery
