---OAuth 1.0a: every request is signed. With the four values of an owner-only consumer at once, with
---two of them after a person has allowed it on the wiki's page.
local clock = require "mwlogin.oauth.clock"
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local handshake = require "mwlogin.oauth.handshake"
local http_date = require "mwlogin.http_date"
local identify = require "mwlogin.oauth.identify"
local own_name = require "mwlogin.oauth.own_name"
local proving = require "mwlogin.oauth.proving"
local refusal = require "mwlogin.oauth.refusal"
local secret = require "mwlogin.secret"
local signing = require "mwlogin.oauth.signing"

local oauth1 = {}

local PARTNERS <const> = { { "access_key", "access_secret" }, { "access_secret", "access_key" } }

local function lacking(name)
  return errors.new {
    kind = "answer",
    code = "credentials",
    message = ("OAuth 1 needs %s too"):format(name),
    advice = "Give consumer_key and consumer_secret for a login in a browser; for an owner-only "
      .. "consumer also access_key and access_secret, as Special:OAuthConsumerRegistration showed "
      .. "them.",
  }
end

---With an RSA key an owner-only consumer needs no secrets; what the wiki says of a person's
---identity is signed with the consumer's all the same.
local function gap(credentials)
  local by_rsa = credentials.rsa_key ~= nil and credentials.access_key ~= nil
  for _, name in ipairs { "consumer_key", "consumer_secret" } do
    if credentials[name] == nil and not (by_rsa and name == "consumer_secret") then
      return lacking(name)
    end
  end
  for _, pair in ipairs(PARTNERS) do
    local spared = by_rsa and pair[2] == "access_secret"
    if credentials[pair[1]] ~= nil and credentials[pair[2]] == nil and not spared then
      return lacking(pair[2])
    end
  end
end

local function lacking_secret()
  return errors.new {
    kind = "answer",
    code = "consumer-secret",
    message = "Requests are signed with the consumer's secret too, which is never kept",
    advice = "Give consumer_key and consumer_secret again; nobody has to allow anything.",
  }
end

local function plain(value)
  return type(value) == "string" and value or value:reveal()
end

---The secrets stay in locked memory; the keys are names, and travel with each request.
---@return mwlogin.oauth.Keys|nil
---@return mwlogin.Error|nil err
local function read_keys(session, credentials)
  local wrong = gap(credentials)
  if wrong then
    return nil, wrong
  end
  local keys = {}
  for _, name in ipairs { "consumer_key", "consumer_secret", "access_key", "access_secret" } do
    local value, err
    if credentials[name] ~= nil then
      value, err = secret.read(credentials[name], name)
      if value == nil then
        return nil, err
      end
    end
    if value ~= nil and name ~= "consumer_key" then
      session:protect(value)
    end
    keys[name] = value
  end
  keys.rsa_key = credentials.rsa_key
  keys.consumer_key = plain(keys.consumer_key)
  keys.access_key = keys.access_key and plain(keys.access_key)
  return keys
end

---@return mwlogin.oauth.Signer|nil
---@return mwlogin.Error|nil err
local function signer_of(session, credentials)
  local keys, err = read_keys(session, credentials)
  if not keys then
    return nil, err
  end
  local origin
  origin, err = own_name.of(session)
  if not origin then
    return nil, err
  end
  return { keys = keys, origin = origin, ahead = 0, tokens_from = "given" }
end

---Every request of the Session is signed from now on. A refused one is signed again by the wiki's
---clock if ours was to blame.
local function begin(session, signer)
  proving.begin(session, function(self, method, url, params)
    return signing.authorization(signer, self, method, url, params)
  end, function(self, err, attempt)
    if attempt == 1 and clock.mend(self, signer, http_date.ahead_of(self)) then
      return true
    end
    refusal.explain(err, "api", signer)
    if signer.tokens_from ~= "given" and refusal.is_of_access(err) then
      return nil, proving.ended(self.identity and self.identity.name, err)
    end
    return nil, err
  end)
end

local function other_user(session, named, found)
  proving.abandon(session)
  session.identity = nil
  return nil,
    errors.new {
      kind = "refused",
      code = "other-user",
      message = ("The wiki names %s as the owner of this access, and its API %s"):format(
        named,
        found
      ),
      advice = "Stop here: something in between answers for somebody else.",
    }
end

---Through a person's browser.
local function three_legged(session, credentials, signer)
  local access, err = handshake.run(session, credentials, signer)
  if not access then
    return nil, err
  end
  signer.keys.access_key, signer.keys.access_secret = access.key, access.secret
  signer.tokens_from = "wiki"
  local claims
  claims, err = identify.ask(session, signer)
  if not claims then
    return nil, err
  end
  begin(session, signer)
  local identity
  identity, err = proving.identity(session, "oauth1")
  if not identity and err.code == "readapidenied" then
    local words =
      "Register a consumer with grants for the API: this one may only tell that it is %s."
    err.advice = words:format(claims.username)
  elseif identity and identity.name ~= claims.username then
    return other_user(session, claims.username, identity.name)
  elseif identity then
    session.oauth_tokens = {
      consumer_key = signer.keys.consumer_key,
      access_key = access.key,
      access_secret = access.secret,
    }
  end
  return identity, err
end

---@param session mwlogin.Session
---@param credentials table consumer_key, consumer_secret; access_key, access_secret, else a person
---  is sent to the wiki's page: return_url, redirect, respond
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function oauth1.login(session, credentials)
  session.oauth_tokens = nil
  local signer, err = signer_of(session, credentials)
  if not signer then
    return nil, err
  end
  local identity
  if signer.keys.access_key then
    begin(session, signer)
    identity, err = proving.identity(session, "oauth1")
  else
    identity, err = three_legged(session, credentials, signer)
  end
  if not identity then
    return nil, err
  end
  local named, why = proving.named(session, credentials.username)
  if not named then
    return nil, why
  end
  return identity
end

---Goes on with an access that was kept; nobody is asked.
---@param session mwlogin.Session
---@param credentials table consumer_key, consumer_secret
---@param tokens table as an earlier login left them in `session.oauth_tokens`
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function oauth1.restore(session, credentials, tokens)
  if credentials.consumer_secret == nil and credentials.rsa_key == nil then
    return nil, lacking_secret()
  elseif type(tokens.access_key) ~= "string" or type(tokens.access_secret) ~= "string" then
    return nil, proving.ended(session.entry and session.entry.made.name)
  end
  local given = {
    consumer_key = credentials.consumer_key or tokens.consumer_key,
    consumer_secret = credentials.consumer_secret,
    rsa_key = credentials.rsa_key,
    access_key = tokens.access_key,
    access_secret = core.secret(tokens.access_secret),
  }
  local signer, err = signer_of(session, given)
  if not signer then
    return nil, err
  end
  signer.tokens_from = "store"
  begin(session, signer)
  session.oauth_tokens = {
    consumer_key = signer.keys.consumer_key,
    access_key = given.access_key,
    access_secret = given.access_secret,
  }
  return proving.identity(session, "oauth1", true)
end

return oauth1
