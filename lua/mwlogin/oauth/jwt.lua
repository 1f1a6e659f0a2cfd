---JSON Web Tokens signed by HS256 (RFC 7515, 7518), as Special:OAuth/identify answers.
local core = require "mwlogin.core"
local json = require "mwlogin.json"

local jwt = {}

local function object(part)
  local text = core.crypto.unbase64url(part)
  local value = text and json.decode(text)
  return type(value) == "table" and value or nil
end

---What a token says, if it was signed with this secret.
---@param text string
---@param secret string|userdata
---@return table|nil claims
---@return string|nil reason
function jwt.read(text, secret)
  local head, payload, mac = text:match "^%s*([%w_-]+)%.([%w_-]+)%.([%w_-]*)%s*$"
  if not head then
    return nil, "it is no JSON Web Token"
  end
  local header = object(head)
  if not header then
    return nil, "its header is damaged"
  elseif header.alg ~= "HS256" or header.crit ~= nil then
    -- "none" and the like, with which anybody could sign
    return nil, "it is not signed by HS256"
  end
  local expected = core.crypto.hmac("sha256", secret, head .. "." .. payload)
  local given = core.crypto.unbase64url(mac)
  if not given or not core.crypto.equal(expected, given) then
    return nil, "its signature is wrong"
  end
  local claims = object(payload)
  if not claims then
    return nil, "its claims are damaged"
  end
  return claims
end

---What a token says of itself, whoever signed it: to be shown, never to be believed.
---@param text string
---@return table|nil claims
function jwt.peek(text)
  local payload = text:match "^[%w_-]+%.([%w_-]+)%.[%w_-]*$"
  return payload and object(payload)
end

return jwt
