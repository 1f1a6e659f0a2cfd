---OAuth 1.0a signatures by RFC 5849, HMAC-SHA1 or RSA-SHA1: the Authorization of one request.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"

local signature = {}

---@class mwlogin.oauth.Keys
---@field consumer_key string
---@field consumer_secret string|userdata|nil nil only beside an RSA key
---@field rsa_key string|nil path of the private key, where the consumer signs by RSA
---@field access_key string|nil of the access token, or of the request token while one is exchanged
---@field access_secret string|userdata|nil

---Texts joined; with a secret among them the whole is one, and never a Lua string.
local function join(parts)
  for _, part in ipairs(parts) do
    if core.is_secret(part) then
      return core.secret(table.unpack(parts))
    end
  end
  return table.concat(parts)
end

local function plain(value)
  return core.is_secret(value) and value:reveal() or value
end

local function by_name_then_value(one, other)
  if one[1] ~= other[1] then
    return one[1] < other[1]
  end
  return plain(one[2]) < plain(other[2])
end

local function encode_sorted(pairs_list)
  local encoded = {}
  for position, pair in ipairs(pairs_list) do
    encoded[position] = { core.encode(pair[1]), core.encode(pair[2]) }
  end
  table.sort(encoded, by_name_then_value)
  return encoded
end

---The address as it is signed: scheme and host in lower case, the scheme's own port left out.
---@param url string without query
---@return string
function signature.base_url(url)
  local address = assert(core.address(url))
  return address.origin .. address.path
end

---The text that is signed (RFC 5849, 3.4.1).
---@param method string
---@param url string without query
---@param params {[1]: string, [2]: string|userdata}[] all of them, the oauth_ ones too
---@return string|userdata text a secret when a value is one
function signature.base_string(method, url, params)
  local parts = {}
  for _, pair in ipairs(encode_sorted(params)) do
    table.move({ pair[1], "=", pair[2], "&" }, 1, 4, #parts + 1, parts)
  end
  parts[#parts] = nil
  local normal = core.encode(join(parts))
  return join { method:upper(), "&", core.encode(signature.base_url(url)), "&", normal }
end

---The key of the MAC lives in locked memory, and no longer than this call.
---@param text string|userdata
---@param consumer_secret string|userdata
---@param token_secret string|userdata empty where there is no token yet
---@return string signature base64
function signature.hmac_sha1(text, consumer_secret, token_secret)
  local key = core.secret(core.encode(consumer_secret), "&", core.encode(token_secret))
  local mac = core.crypto.hmac("sha1", key, text)
  key:wipe()
  return core.crypto.base64(mac)
end

---By the consumer's own means: with an RSA key no secret is needed.
---@param text string|userdata
---@param keys mwlogin.oauth.Keys
---@return string|nil signature base64
---@return mwlogin.Error|nil err kind answer: the key cannot be used
local function sign(text, keys)
  if not keys.rsa_key then
    return signature.hmac_sha1(text, keys.consumer_secret, keys.access_secret or "")
  end
  local signed, err = core.crypto.rsa_sha1(keys.rsa_key, text)
  if not signed then
    return nil, errors.from(err)
  end
  return core.crypto.base64(signed)
end

---A nonce that has never been used: a request that is sent again gets another.
---@return string
function signature.nonce()
  return core.crypto.base64url(core.crypto.random(16))
end

---The Authorization header of a request.
---@param request { method: string, url: string, params: {[1]: string, [2]: string|userdata}[] }
---@param keys mwlogin.oauth.Keys
---@param at { nonce: string|nil, timestamp: integer|string|nil }|nil default: a new nonce, now
---@return string|nil header
---@return string|mwlogin.Error signature alone; or the error: the RSA key cannot be used
function signature.header(request, keys, at)
  local oauth = {
    { "oauth_consumer_key", keys.consumer_key },
    { "oauth_nonce", at and at.nonce or signature.nonce() },
    { "oauth_signature_method", keys.rsa_key and "RSA-SHA1" or "HMAC-SHA1" },
    { "oauth_timestamp", tostring(at and at.timestamp or os.time()) },
    { "oauth_version", "1.0" },
  }
  if keys.access_key then
    oauth[#oauth + 1] = { "oauth_token", keys.access_key }
  end
  local signed = table.move(request.params, 1, #request.params, #oauth + 1, { table.unpack(oauth) })
  local text = signature.base_string(request.method, request.url, signed)
  local mac, err = sign(text, keys)
  if not mac then
    return nil, err
  end
  oauth[#oauth + 1] = { "oauth_signature", mac }
  local shown = {}
  for position, pair in ipairs(encode_sorted(oauth)) do
    shown[position] = ('%s="%s"'):format(pair[1], pair[2])
  end
  return "OAuth " .. table.concat(shown, ", "), mac
end

return signature
