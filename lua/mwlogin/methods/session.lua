---No login at all: the session is proved as it stands (imported cookies, a client certificate, Kerberos
---in front of the wiki).
local errors = require "mwlogin.error"

local session_method = {}

local function refused(message)
  return nil,
    errors.new {
      kind = "refused",
      code = "anonymous",
      message = message,
      advice = "Give username and password, import a session's cookies, or give a client "
        .. "certificate where the wiki takes one.",
    }
end

---@param session mwlogin.Session
---@param credentials table { username }: who it must be
---@param _ table
---@param finished fun()
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function session_method.login(session, credentials, _, finished)
  local me, err = session:whoami()
  if not me then
    return nil, err
  elseif me.anonymous then
    return refused "the session is anonymous, and nothing to log in with was given"
  elseif credentials.username and credentials.username ~= me.name then
    return refused(("the session belongs to %s, not to %s"):format(me.name, credentials.username))
  end
  local identity
  identity, err = session:prove(me.name, "session")
  if identity then
    identity.fresh = false
    finished()
  end
  return identity, err
end

return session_method
