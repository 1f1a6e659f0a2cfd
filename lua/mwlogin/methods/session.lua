---No login at all: the session is proved as it stands (imported cookies, a client certificate,
---Kerberos in front of the wiki).
local errors = require "mwlogin.error"

local session_method = {}

local function refused(message, advice)
  return nil,
    errors.new { kind = "refused", code = "anonymous", message = message, advice = advice }
end

local GIVE <const> = "Give username and password, import a session's cookies, or give a client "
  .. "certificate where the wiki takes one."

---A name alone is most often a password whose variable is not set.
local function nobody(name)
  if not name then
    return refused("The session is anonymous, and nothing to log in with was given", GIVE)
  end
  return refused(
    ("No password was given for %s, and the session is anonymous"):format(name),
    "Give password too; os.getenv gives nil for a variable that is not set, "
      .. "mwlogin.secret.env says so."
  )
end

---Names have many spellings ("alice", "Al_ice"): whether one is ours, only the wiki can tell.
local function is_named(session, name)
  local params = { action = "query", assertuser = name }
  return session:request("GET", params, { bare = not session.authorize }) ~= nil
end

---@param session mwlogin.Session
---@param credentials table { username }: who it must be
---@return mwlogin.Identity|nil identity `fresh` is false
---@return mwlogin.Error|nil err kind refused when anonymous or somebody else
function session_method.login(session, credentials)
  local me, err = session:whoami()
  if not me then
    return nil, err
  elseif me.anonymous then
    return nobody(credentials.username)
  end
  local name = credentials.username
  if name and name ~= me.name and not is_named(session, name) then
    return refused(("The session belongs to %s, not to %s"):format(me.name, name), GIVE)
  end
  local earlier = session.identity
  local identity
  identity, err = session:prove(me.name, earlier and me.method or "session")
  if identity then
    identity.fresh = false
  end
  return identity, err
end

return session_method
