---OAuth 2.0: a bearer that was given (owner-only clients), one for the client itself
---(`grant = "client_credentials"`), or one that a person allows in a browser.
local authorization_code = require "mwlogin.oauth.authorization_code"
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local fresh = require "mwlogin.secret.fresh"
local proving = require "mwlogin.oauth.proving"
local secret = require "mwlogin.secret"
local token_endpoint = require "mwlogin.oauth.token_endpoint"
local tokens = require "mwlogin.oauth.tokens"

local oauth2 = {}

local function lacking(message, advice)
  return nil,
    errors.new { kind = "answer", code = "credentials", message = message, advice = advice }
end

---Looked at where it is locked away: no Lua string is made of it.
local function has_gap(token)
  for _, sign in ipairs { " ", "\t", "\r", "\n" } do
    if #token:split(sign, 2) > 1 then
      return true
    end
  end
  return #token == 0
end

---What was given is taken as it is: whether and when it ends, only the wiki knows.
local function given_bearer(session, credentials)
  local token, err = secret.read(credentials.access_token, "access_token")
  if token == nil then
    return nil, err
  end
  local copy = core.secret(token)
  fresh.wipe(token)
  session:protect(copy)
  if has_gap(copy) then
    return lacking(
      "The access token is empty, or holds a blank or a line break",
      "Give the token alone, as the wiki showed it."
    )
  end
  return { access_token = copy }
end

local function for_the_client(session, client)
  if not client.client_id or client.client_secret == nil then
    return lacking("client_credentials needs client_id and client_secret", "Give both.")
  end
  return token_endpoint.ask(session, client, { grant_type = "client_credentials" }, "unexecuted")
end

local function for_a_person(session, client, credentials)
  if not client.client_id then
    return lacking(
      "OAuth 2 needs access_token or client_id",
      "Give client_id as the wiki shows it at Special:OAuthListConsumers, or an owner-only "
        .. "client's access_token."
    )
  end
  return authorization_code.run(session, setmetatable(client, { __index = credentials }))
end

---The client as it will be named again when tokens are renewed: who typed its secret is not asked
---again and again.
local function client_of(session, credentials)
  local client = { client_id = credentials.client_id, grant = credentials.grant }
  local given = credentials.client_secret
  if secret.is_source(given) and given.needs_person then
    local err
    given, err = secret.read(given, "client_secret")
    if given == nil then
      return nil, err
    end
    session:protect(given)
  end
  client.client_secret = given
  if not credentials.access_token then
    client.grant = client.grant or "authorization_code"
  end
  return client
end

local function obtain(session, client, credentials)
  if credentials.access_token then
    return given_bearer(session, credentials)
  elseif client.grant == "client_credentials" then
    return for_the_client(session, client)
  end
  return for_a_person(session, client, credentials)
end

---The Session's requests carry these tokens from now on.
local function begin(session, made)
  proving.begin(session, function(self)
    return made:header(self)
  end)
  session.oauth_tokens = made
end

---What a bearer may be refused for; the wiki's own text hardly tells them apart.
local function explain(err, made)
  err.advice = made.grant == nil
      and "The access token has ended, was revoked, or is another wiki's: give a new one."
    or "Log in again; if it stays so, check at Special:OAuthListConsumers that the client is "
      .. "approved, and for this wiki."
  return err
end

---One that is refused is renewed; one that is refused as soon as it came is so for another reason.
local function renew_when_refused(session, made)
  session.renew = function(self, err, attempt, refused)
    if attempt > 1 then
      self.renew = nil
      return nil, explain(err, made)
    end
    local able, why = made:can_renew()
    if not able then
      return nil, why or explain(err, made)
    end
    return made:renew(self, err.code, refused)
  end
end

---@param session mwlogin.Session
---@param credentials table access_token; or client_id, client_secret, grant, redirect_uri, scope,
---  redirect, respond
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function oauth2.login(session, credentials)
  local client, err = client_of(session, credentials)
  if not client then
    return nil, err
  end
  local answer
  answer, err = obtain(session, client, credentials)
  if not answer then
    return nil, err
  end
  local made = tokens.new(session, client, answer)
  begin(session, made)
  local identity
  identity, err = proving.identity(session, "oauth2")
  if not identity then
    return nil, err.code == "mwoauth-invalid-authorization" and explain(err, made) or err
  end
  local named, why = proving.named(session, credentials.username)
  if not named then
    return nil, why
  end
  renew_when_refused(session, made)
  return identity
end

---Goes on with tokens that a store kept; nobody is asked.
---@param session mwlogin.Session
---@param credentials table client_secret, where it was given again
---@param kept table an entry's tokens
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function oauth2.restore(session, credentials, kept)
  local made = not kept.over and tokens.restore(session, kept, credentials)
  if not made then
    return nil, proving.ended(session.entry and session.entry.made.name)
  end
  begin(session, made)
  renew_when_refused(session, made)
  return proving.identity(session, "oauth2", true)
end

return oauth2
