---What of a request an OAuth 1 signature covers: its address under the name the wiki has for
---itself, its query, and a body that is a form.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local query = require "mwlogin.query"
local signature = require "mwlogin.oauth.signature"

local signing = {}

---@class mwlogin.oauth.Signer
---@field keys mwlogin.oauth.Keys
---@field origin string of the wiki as it knows itself: signed, whatever host is spoken to
---@field ahead integer seconds that this machine's clock is ahead of the wiki's; 0 unless found out

local function has_file(params)
  for _, value in pairs(params) do
    if type(value) == "userdata" and not core.is_secret(value) then
      return true
    end
  end
  return false
end

---Every pair as it is sent, names that come twice too; a multipart body is left out.
local function pairs_of(url, params)
  local list = query.pairs_of(url)
  if not params or has_file(params) then
    return list
  end
  local more, err = core.parameters(params)
  if not more then
    return nil, errors.from(err)
  end
  return table.move(more, 1, #more, #list + 1, list)
end

---The Authorization of a request; its nonce and timestamp are new each time.
---@param signer mwlogin.oauth.Signer
---@param session mwlogin.Session
---@param method string
---@param url string an address, or a path that resolves against api.php's
---@param params table|nil what goes into the query or into a form
---@param nonce string|nil where what comes back repeats it
---@return userdata|nil header a secret
---@return mwlogin.Error|nil err
function signing.authorization(signer, session, method, url, params, nonce)
  local absolute, wrong = core.resolve(session.api, url)
  if not absolute then
    return nil, errors.from(wrong)
  end
  local list, err = pairs_of(absolute, params)
  if not list then
    return nil, err
  end
  local header, mac = signature.header({
    method = method,
    url = signer.origin .. core.address(absolute).path,
    params = list,
  }, signer.keys, { nonce = nonce, timestamp = os.time() - signer.ahead })
  if not header then
    return nil, mac
  end
  session:protect(mac)
  return core.secret(header)
end

return signing
