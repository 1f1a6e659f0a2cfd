---OAuth 1.0a with the four values of an owner-only consumer: every request is signed.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local proving = require "mwlogin.oauth.proving"
local secret = require "mwlogin.secret"
local signature = require "mwlogin.oauth.signature"

local oauth1 = {}

local VALUES <const> = { "consumer_key", "consumer_secret", "access_key", "access_secret" }

local function lacking(name)
  return errors.new {
    kind = "answer",
    code = "credentials",
    message = ("OAuth 1 needs %s too"):format(name),
    advice = "Give the four values that Special:OAuthConsumerRegistration shows for an owner-only "
      .. "consumer: consumer_key, consumer_secret, access_key, access_secret.",
  }
end

---@return table<string, string>|nil keys
---@return mwlogin.Error|nil err
local function read_keys(session, credentials)
  local keys = {}
  for _, name in ipairs(VALUES) do
    if credentials[name] == nil then
      return nil, lacking(name)
    end
    local value, err = secret.read(credentials[name], name)
    if value == nil then
      return nil, err
    end
    session:protect(value)
    keys[name] = type(value) == "string" and value or value:reveal()
  end
  return keys
end

---The address under which the wiki knows itself: that is signed, whatever host was spoken to (T33).
local function canonical_origin(session)
  local here = assert(core.address(session.api))
  local reply = session:call("GET", { action = "query", meta = "siteinfo" }, { bare = true })
  local general = reply and type(reply.query) == "table" and reply.query.general
  local server = type(general) == "table" and general.server
  if type(server) ~= "string" then
    return here.origin
  end
  if server:sub(1, 2) == "//" then
    server = here.scheme .. ":" .. server
  end
  local address = core.address(server)
  return address and address.origin or here.origin
end

---What the core adds to each call, said here so that it is signed.
local function complete(params)
  params.format = params.format or "json"
  params.formatversion = params.formatversion or 2
  params.errorformat = params.errorformat or "plaintext"
  return params
end

local function has_file(params)
  for _, value in pairs(params) do
    if type(value) == "userdata" and not core.is_secret(value) then
      return true
    end
  end
  return false
end

---The pairs that are signed; a multipart body is left out.
local function signed_pairs(url, params)
  local pairs_list = {}
  local query = url:match "%?([^#]*)"
  if query then
    for name, value in pairs(require("mwlogin.query").read(query)) do
      pairs_list[#pairs_list + 1] = { name, value }
    end
  end
  if params and not has_file(params) then
    local list, err = core.parameters(params)
    if not list then
      return nil, errors.from(err)
    end
    table.move(list, 1, #list, #pairs_list + 1, pairs_list)
  end
  return pairs_list
end

---@param session mwlogin.Session
---@param credentials table consumer_key, consumer_secret, access_key, access_secret
---@param _ table
---@param finished fun()
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function oauth1.login(session, credentials, _, finished)
  local keys, err = read_keys(session, credentials)
  if not keys then
    return nil, err
  end
  local origin = canonical_origin(session)
  proving.begin(session, function(self, method, url, params)
    local absolute, wrong = core.resolve(self.api, url)
    if not absolute then
      return nil, errors.from(wrong)
    end
    if absolute == self.api and params then
      complete(params)
    end
    local list, why = signed_pairs(absolute, params)
    if not list then
      return nil, why
    end
    local address = assert(core.address(absolute))
    local header = signature.header({
      method = method,
      url = origin .. address.path,
      params = list,
    }, keys)
    self:protect(header:match 'oauth_signature="([^"]*)"')
    return core.secret(header)
  end)
  local identity
  identity, err = proving.identity(session, "oauth1")
  if identity then
    finished()
  end
  return identity, err
end

return oauth1
