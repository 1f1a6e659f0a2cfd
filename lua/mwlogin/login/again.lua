---What a login leaves in the Session: logging in again where that needs nobody.
local credentials_of = require "mwlogin.login.credentials"
local errors = require "mwlogin.error"

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

---Sources are asked again; plain values were locked away by the login and stay until `close`.
---@param session mwlogin.Session
---@param credentials table as given, its texts locked away
---@param log_in fun(session: mwlogin.Session, credentials: table): mwlogin.Identity|nil, table|nil
function again.leave(session, credentials, log_in)
  session.recover = nil
  if credentials.recover == false or session.authorize then
    return
  end
  local kept = credentials_of.copy(credentials)
  kept.respond, kept.redirect = nil, nil
  session.recover = function(self, lost)
    if credentials_of.needs_person(kept) then
      return nil, again.person_needed(lost)
    end
    local before = self.identity
    local me, err = log_in(self, credentials_of.copy(kept), lost)
    if me and me.name == before.name then
      return true
    end
    -- later calls go on naming the user they were meant for: the wiki refuses them as somebody else
    self.identity = before
    return nil, err or other_user(before.name, me.name)
  end
end

return again
