---What a store keeps of an OAuth login: tokens, restored and proved before any secret is read.
local core = require "mwlogin.core"
local method_of = require "mwlogin.login.method"

local kept_tokens = {}

local METHODS <const> = { oauth1 = "mwlogin.methods.oauth1", oauth2 = "mwlogin.methods.oauth2" }

---@param entry mwlogin.store.Entry
---@return boolean
function kept_tokens.has(entry)
  return METHODS[entry.method] ~= nil and type(entry.tokens) == "table"
end

---Whether what is kept may stand for what was given: another client's tokens may not, nor a
---session of cookies for an OAuth login.
---@param entry mwlogin.store.Entry
---@param credentials table
---@return boolean
function kept_tokens.fits(entry, credentials)
  local wanted = method_of.choose(credentials)
  if METHODS[wanted] == nil then
    return true
  elseif wanted ~= entry.method or credentials.access_key ~= nil then
    return false -- an access that was given needs nothing kept
  end
  local tokens = type(entry.tokens) == "table" and entry.tokens or {}
  for _, name in ipairs { "client_id", "consumer_key" } do
    local theirs, ours = tokens[name], credentials[name]
    if theirs and type(ours) == "string" and theirs ~= ours then
      return false
    end
  end
  return true
end

---What is to be kept of a Session's login; secrets as the plain texts they are kept as.
---@param session mwlogin.Session
---@return table|nil plain
function kept_tokens.of(session)
  local made = session.oauth_tokens
  if not made then
    return nil
  elseif made.export then
    return made:export()
  end
  local plain = {}
  for name, value in pairs(made) do
    plain[name] = core.is_secret(value) and value:reveal() or value
  end
  return plain
end

---Answers of a wiki that knows the authorization no more. One that names nobody though assert=user
---was sent is none of these: what is kept stays.
local LOST <const> = { ["access-ended"] = true, ["mwoauth-invalid-authorization"] = true }

---Restores an entry's tokens and asks the wiki whose they are, in one request.
---@param session mwlogin.Session
---@param entry mwlogin.store.Entry
---@param credentials table what a renewal may need
---@return mwlogin.Identity|false|nil identity false: of no use any more; nil: it could not be asked
---@return mwlogin.Error|nil err with false: why, as an error that says to log in again
function kept_tokens.prove(session, entry, credentials)
  local proving = require "mwlogin.oauth.proving"
  local clash = proving.clash(session)
  if clash then
    return nil, clash
  end
  local method = require(METHODS[entry.method])
  local identity, err = method.restore(session, credentials, entry.tokens)
  if identity and identity.name == entry.name then
    identity.fresh = false
    return identity
  elseif identity then
    proving.abandon(session)
    session.identity = nil
    return false, proving.ended(entry.name)
  elseif LOST[err.code] then
    return false, err.code == "access-ended" and err or proving.ended(entry.name, err)
  end
  return nil, err
end

return kept_tokens
