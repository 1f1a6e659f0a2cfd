---Who an authorized Session is. OAuth and cookies do not mix in one Session (I22 of doc/traps.md).
local errors = require "mwlogin.error"
local user = require "mwlogin.session.user"

local proving = {}

---The Session begins to authorize its requests; what cookies it had are left behind.
---@param session mwlogin.Session
---@param authorize function (session, method, url, params) → Authorization of a request; nil, err
---@param renew function|nil (session, err, attempt, refused) → true: a second try may go through;
---  nil, err
function proving.begin(session, authorize, renew)
  session.core:cookies(false)
  session:drop_tokens()
  session.authorize, session.renew = authorize, renew
end

---It goes on without: what it has is not taken by the wiki.
---@param session mwlogin.Session
function proving.abandon(session)
  user.unauthorize(session)
end

---One header cannot say two things.
---@param session mwlogin.Session
---@return mwlogin.Error|nil kind answer, where http_auth was given
function proving.clash(session)
  if session.options.http_auth then
    return errors.new {
      kind = "answer",
      code = "http_auth",
      message = "http_auth and OAuth both need the Authorization header of each request",
      advice = "Leave http_auth out, or log in by a password.",
    }
  end
end

---The error of a Session, or of what a store keeps, whose access is gone for good.
---@param name string|nil whose access
---@param cause mwlogin.Error|nil
---@return mwlogin.Error kind interaction
function proving.ended(name, cause)
  return errors.new {
    kind = "interaction",
    code = "access-ended",
    message = ("The access that %s gave to this program has ended%s"):format(
      name or "the user",
      cause and ": " .. cause.message or ""
    ),
    advice = "Log in again.",
    cause = cause,
  }
end

---Asks the wiki, with assert=user: some servers drop the Authorization silently.
---@param session mwlogin.Session
---@param method string
---@param whole boolean|nil with groups and rights
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function proving.identity(session, method, whole)
  local params = { action = "query", meta = "userinfo", assert = "user" }
  params.uiprop = whole and { "groups", "rights" } or nil
  local reply, err = session:call("GET", params, {})
  if not reply then
    proving.abandon(session)
    if err.code == "assertuserfailed" then
      err.advice = "The wiki did not see the authorization: it may lack the extension OAuth, its "
        .. "web server may drop the header, or the token belongs to nobody."
    end
    return nil, err
  end
  local me = user.read(reply)
  if not me then
    proving.abandon(session)
    return nil, user.unnamed() -- somebody else's answer, perhaps: it says nothing of the access
  elseif me.anonymous then
    proving.abandon(session)
    return nil,
      errors.new {
        kind = "refused",
        code = "not-proved",
        message = "The wiki does not say whom this authorization belongs to",
        advice = "Check the consumer or client at Special:OAuthListConsumers.",
      }
  end
  me.method, me.fresh = method, true
  session.identity = user.without_rights(session, me)
  return me
end

---Whether the authorization is that of the user who was asked for; names have many spellings, so
---the wiki is asked where they differ. If not, the Session goes on without.
---@param session mwlogin.Session proved
---@param username string|nil
---@return true|nil
---@return mwlogin.Error|nil err kind refused, code other-user
function proving.named(session, username)
  local me = session.identity
  if username == nil or username == me.name then
    return true
  end
  local reply, err = session:call("GET", { action = "query", assertuser = username }, {})
  if reply then
    return true
  end
  proving.abandon(session)
  session.identity = nil
  if err.code ~= "assertnameduserfailed" then
    return nil, err
  end
  return nil,
    errors.new {
      kind = "refused",
      code = "other-user",
      message = ("The access is that of %s, not of %s"):format(me.name, username),
      advice = "Be logged in to the wiki as the right user in the browser, or leave username out.",
    }
end

return proving
