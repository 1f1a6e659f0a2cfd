---OAuth 1.0a signatures by RFC 5849, HMAC-SHA1: the Authorization of one request.
local core = require "mwlogin.core"

local signature = {}

local function by_name_then_value(one, other)
  if one[1] ~= other[1] then
    return one[1] < other[1]
  end
  return one[2] < other[2]
end

local function joined(pairs_list, separator, form)
  local parts = {}
  for position, pair in ipairs(pairs_list) do
    parts[position] = form:format(pair[1], pair[2])
  end
  return table.concat(parts, separator)
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
---@param params {[1]: string, [2]: string}[] all of them, the oauth_ ones too
---@return string
function signature.base_string(method, url, params)
  local encoded = {}
  for position, pair in ipairs(params) do
    encoded[position] = { core.encode(pair[1]), core.encode(pair[2]) }
  end
  table.sort(encoded, by_name_then_value)
  return table.concat({
    method:upper(),
    core.encode(signature.base_url(url)),
    core.encode(joined(encoded, "&", "%s=%s")),
  }, "&")
end

---@param text string
---@param consumer_secret string
---@param token_secret string
---@return string signature base64
function signature.hmac_sha1(text, consumer_secret, token_secret)
  local key = core.encode(consumer_secret) .. "&" .. core.encode(token_secret)
  return core.crypto.base64(core.crypto.hmac("sha1", key, text))
end

---A nonce that has never been used: a request that is sent again gets another (T34).
---@return string
function signature.nonce()
  return core.crypto.base64url(core.crypto.random(16))
end

---The Authorization header of a request.
---@param request { method: string, url: string, params: {[1]: string, [2]: string}[] }
---@param keys table<string, string> consumer_key, consumer_secret, access_key, access_secret
---@param extra table<string, string>|nil further oauth_ parameters
---@param at { nonce: string, timestamp: string }|nil for tests: when and with which nonce
---@return string header
function signature.header(request, keys, extra, at)
  local oauth = {
    { "oauth_consumer_key", keys.consumer_key },
    { "oauth_nonce", at and at.nonce or signature.nonce() },
    { "oauth_signature_method", "HMAC-SHA1" },
    { "oauth_timestamp", at and at.timestamp or ("%d"):format(os.time()) },
    { "oauth_version", "1.0" },
  }
  if keys.access_key then
    oauth[#oauth + 1] = { "oauth_token", keys.access_key }
  end
  for name, value in pairs(extra or {}) do
    oauth[#oauth + 1] = { name, value }
  end
  local signed = { table.unpack(oauth) }
  table.move(request.params, 1, #request.params, #signed + 1, signed)
  local text = signature.base_string(request.method, request.url, signed)
  oauth[#oauth + 1] = {
    "oauth_signature",
    signature.hmac_sha1(text, keys.consumer_secret, keys.access_secret or ""),
  }
  table.sort(oauth, by_name_then_value)
  local encoded = {}
  for position, pair in ipairs(oauth) do
    encoded[position] = { core.encode(pair[1]), core.encode(pair[2]) }
  end
  return "OAuth " .. joined(encoded, ", ", '%s="%s"')
end

return signature
