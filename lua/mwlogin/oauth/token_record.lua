---OAuth 2 tokens as a store keeps them: written out, and read again.
local core = require "mwlogin.core"
local jwt = require "mwlogin.oauth.jwt"
local token_endpoint = require "mwlogin.oauth.token_endpoint"

local token_record = {}

---What MediaWiki writes into the token alone: which scopes it has, and when it ends.
local function told_by(text)
  local claims = jwt.peek(text) or {}
  local words = {}
  for position, word in ipairs(type(claims.scopes) == "table" and claims.scopes or {}) do
    words[position] = tostring(word)
  end
  return {
    scope = #words > 0 and table.concat(words, " ") or nil,
    expires = math.type(claims.exp) and claims.exp or nil,
  }
end

local function whole(seconds)
  return seconds and math.tointeger(seconds // 1)
end

---@param tokens mwlogin.oauth.Tokens
---@return table plain
function token_record.of(tokens)
  if tokens.over then
    return { over = true, client_id = tokens.client.client_id, grant = tokens.grant }
  end
  local access_token = tokens.access_token:reveal()
  local told = told_by(access_token)
  return {
    access_token = access_token,
    refresh_token = tokens.refresh_token and tokens.refresh_token:reveal(),
    expires = whole(tokens.expires or told.expires),
    expires_in = tokens.lasts,
    scope = tokens.scope or told.scope,
    grant = tokens.grant,
    client_id = tokens.client.client_id,
    confidential = tokens.confidential,
  }
end

---@param session mwlogin.Session protects what is read
---@param kept any an entry's tokens
---@return mwlogin.oauth.Answer|nil answer with `expires`, seconds since 1970; nil: there are none
function token_record.read(session, kept)
  if type(kept) ~= "table" or not token_endpoint.is_token(kept.access_token) then
    return nil
  end
  local refresh = kept.refresh_token
  local access_token = core.secret(kept.access_token)
  local refresh_token = type(refresh) == "string" and core.secret(refresh) or nil
  session:protect(access_token)
  session:protect(refresh_token)
  return {
    access_token = access_token,
    refresh_token = refresh_token,
    expires_in = math.type(kept.expires_in) and kept.expires_in or nil,
    expires = math.type(kept.expires) and kept.expires or nil,
    scope = type(kept.scope) == "string" and kept.scope or nil,
  }
end

return token_record
