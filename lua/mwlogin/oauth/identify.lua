---Special:OAuth/identify: whom the wiki says the access belongs to, signed with the consumer
---secret.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local http_date = require "mwlogin.http_date"
local jwt = require "mwlogin.oauth.jwt"
local signature = require "mwlogin.oauth.signature"
local special = require "mwlogin.oauth.special"

local identify = {}

---Seconds that the clocks of a wiki's machines may differ by.
local LEEWAY <const> = 30

local function host_and_port(text)
  local address = type(text) == "string" and core.address(text)
  local own = address and (address.scheme == "https" and 443 or 80)
  return address and address.host .. (address.port == own and "" or ":" .. address.port)
end

---A wiki that is served by both schemes may call itself by the other one.
local function is_issuer(iss, signer)
  return iss ~= nil and host_and_port(iss) == host_and_port(signer.origin)
end

local function is_audience(aud, key)
  if type(aud) == "table" then
    for _, one in ipairs(aud) do
      if one == key then
        return true
      end
    end
  end
  return aud == key
end

---Why these claims are no answer to our question; nil when they are.
local function doubt(claims, signer, nonce, now)
  if not is_issuer(claims.iss, signer) then
    return "it was issued by another wiki"
  elseif not is_audience(claims.aud, signer.keys.consumer_key) then
    return "it is meant for another consumer"
  elseif type(claims.nonce) ~= "string" or not core.crypto.equal(claims.nonce, nonce) then
    return "it answers another request"
  elseif not math.type(claims.exp) or claims.exp + LEEWAY < now then
    return "it has expired"
  elseif not math.type(claims.iat) or claims.iat - LEEWAY > now then
    return "it comes from the future"
  elseif type(claims.username) ~= "string" or claims.username == "" then
    return "it names no user"
  end
end

local function untrusted(reason)
  return nil,
    errors.new {
      kind = "protocol",
      code = "identify",
      message = "What Special:OAuth/identify answers cannot be trusted: " .. reason,
      advice = "Check consumer_key and consumer_secret; if they are right, look at proxies in "
        .. "between.",
    }
end

---@param session mwlogin.Session
---@param signer mwlogin.oauth.Signer with an access token
---@return table|nil claims `username` and what else the grants let the wiki tell
---@return mwlogin.Error|nil err
function identify.ask(session, signer)
  local nonce
  local response, err = special.ask(session, signer, "identify", {}, function()
    nonce = signature.nonce()
    return nonce
  end)
  if not response then
    return nil, err
  end
  local claims, reason = jwt.read(response.body, signer.keys.consumer_secret)
  local now = http_date.read(response.headers.date) or os.time() - signer.ahead
  reason = reason or doubt(claims, signer, nonce, now)
  if reason then
    return untrusted(reason)
  end
  return claims
end

return identify
