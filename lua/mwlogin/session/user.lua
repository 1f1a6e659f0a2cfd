---Whose session this is: asked, proved, ended.
local errors = require "mwlogin.error"

local user = {}

local NOTHING <const>, BARE <const> = {}, { bare = true }

---Answers of a wiki to whom the session is not known.
local UNKNOWN <const> = {
  assertuserfailed = true,
  assertnameduserfailed = true,
  readapidenied = true,
  notloggedin = true,
}

---The strings of a list; nil where the wiki gave none.
local function strings_of(list)
  if type(list) ~= "table" then
    return nil
  end
  local strings = {}
  for _, item in ipairs(list) do
    if type(item) == "string" then
      strings[#strings + 1] = item
    end
  end
  return strings
end

---What the wiki says of the user, as an Identity without method; nil where it says nothing sound.
---@param reply table decoded
---@return mwlogin.Identity|nil
function user.read(reply)
  local info = type(reply.query) == "table" and reply.query.userinfo
  if type(info) ~= "table" or type(info.name) ~= "string" or info.name == "" then
    return nil
  elseif math.type(info.id) ~= "integer" then
    return nil
  end
  return {
    name = info.name,
    id = info.id,
    anonymous = info.id == 0 or (info.anon ~= nil and info.anon ~= false),
    groups = strings_of(info.groups),
    rights = strings_of(info.rights),
  }
end

---An Identity says who it is, however the login went: groups and rights are `whoami`'s. Where a
---proof told them, they are kept for who asks at once.
---@param session mwlogin.Session
---@param me mwlogin.Identity changed
---@return mwlogin.Identity me
function user.without_rights(session, me)
  session.told = me.groups and { groups = me.groups, rights = me.rights } or nil
  me.groups, me.rights = nil, nil
  return me
end

---A private wiki tells strangers nothing; whether we are one, assert=user tells there too.
local function anonymous_or(session, err)
  local _, refusal = session:call("GET", { action = "query", assert = "user" }, {
    bare = not session.authorize,
  })
  if refusal and refusal.code == "assertuserfailed" then
    return { name = "anonymous", id = 0, anonymous = true, groups = {}, rights = {} }
  end
  return nil, err
end

---The error of a reply that `user.read` makes nothing of.
---@return mwlogin.Error err
function user.unnamed()
  return errors.new {
    kind = "protocol",
    code = "no_module",
    message = "The reply says nothing about the user",
  }
end

---@param session mwlogin.Session
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function user.whoami(session)
  local params = { action = "query", meta = "userinfo", uiprop = { "groups", "rights" } }
  local reply, err = session:call("GET", params, { bare = not session.authorize })
  if not reply then
    if err.code == "readapidenied" or err.code == "assertuserfailed" then
      return anonymous_or(session, err)
    end
    return nil, err
  end
  local me = user.read(reply)
  if not me then
    return nil, user.unnamed()
  end
  local known = session.identity
  me.method = known and known.name == me.name and known.method or nil
  return me
end

local function not_proved(session, username, err)
  return nil,
    session:clean(errors.new {
      kind = "refused",
      code = "not-proved",
      message = ("The wiki accepted the login%s, yet does not know the session"):format(
        username and " of " .. username or ""
      ),
      advice = "Its cookies do not come back: check the address (https, host name) and proxies.",
      cause = err,
    })
end

---@param session mwlogin.Session
---@param username string as the wiki spelled it
---@param method string
---@param whole boolean|nil with groups and rights
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function user.prove(session, username, method, whole)
  session:drop_tokens()
  local params = {
    action = "query",
    meta = "userinfo",
    assertuser = username,
    uiprop = whole and { "groups", "rights" } or nil,
  }
  local reply, err = session:call("GET", params, session.authorize and NOTHING or BARE)
  return user.judge(session, username, method, reply, err)
end

---What the question whether this session is a user's came to.
---@param session mwlogin.Session
---@param username string as the wiki spelled it
---@param method string
---@param reply table|nil
---@param err mwlogin.Error|nil
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function user.judge(session, username, method, reply, err)
  if not reply then
    if UNKNOWN[err.code] then
      return not_proved(session, username, err)
    end
    return nil, err
  end
  local me = user.read(reply)
  if not me or me.anonymous or me.name ~= username then
    return not_proved(session, username)
  end
  return user.accept(session, me, method)
end

---@param session mwlogin.Session
---@param me mwlogin.Identity proved, fresh
---@param method string
---@return mwlogin.Identity me whose session it is from now on
function user.accept(session, me, method)
  me.method, me.fresh = method, true
  session.identity = user.without_rights(session, me)
  return me
end

---The Session goes without the authorization of an OAuth login; its tokens are wiped.
---@param session mwlogin.Session
function user.unauthorize(session)
  local own = session.oauth_tokens
  if own and own.wipe then
    own:wipe()
  end
  session.authorize, session.renew, session.oauth_tokens = nil, nil, nil
end

---Forgets who we were, and every secret kept for logging in again.
---@param session mwlogin.Session
function user.forget(session)
  session.identity, session.recover, session.left, session.before_login = nil, nil, nil, nil
  user.unauthorize(session)
  session:keep(NOTHING)
  session:drop_tokens()
end

local function end_on_wiki(session)
  local tokens = require "mwlogin.session.tokens"
  local err
  for _ = 1, 2 do
    local params = { action = "logout" }
    local reply
    reply, err = session:call("GET", { action = "query", meta = "tokens" }, {})
    if not reply then
      return nil, err
    end
    params.token = tokens.of(reply).csrftoken
    reply, err = session:call("POST", params, {})
    if reply or err.code ~= "badtoken" then
      return reply, err
    end
  end
  return nil, err
end

---Whether the wiki has answered: then nothing is left there that a second try could end.
local function has_answered(err)
  return err.kind == "api"
end

---OAuth has no logout: what can be ended is what we know.
local function forget_authorization(session)
  local trouble
  if session.on_logout then
    trouble = select(2, session:on_logout())
  end
  user.forget(session)
  return nil,
    trouble or errors.new {
      kind = "refused",
      code = "cannotlogout",
      message = "The tokens are forgotten here; at the wiki they stay valid, since OAuth has no "
        .. "logout",
    }
end

---@param session mwlogin.Session
---@return true|nil
---@return mwlogin.Error|nil err code `cannotlogout` after an OAuth login: its tokens are forgotten
function user.logout(session)
  if session.authorize then
    return forget_authorization(session)
  end
  local done, err = end_on_wiki(session)
  local gone = not done and UNKNOWN[err.code]
  if not done and not gone and not has_answered(err) then
    return nil, err
  end
  local trouble
  if session.on_logout then
    trouble = select(2, session:on_logout())
  end
  user.forget(session)
  session.core:cookies(false)
  if trouble then
    return nil, trouble
  end
  if done or gone then
    return true
  end
  return nil, err
end

return user
