---Which method a login takes, and why.
local core = require "mwlogin.core"

local method = {}

local function has_value(value)
  return type(value) == "string" or core.is_secret(value)
end

local function asks_somebody(credentials)
  local may_browse = credentials.redirect and credentials.redirect ~= "none"
  return may_browse or credentials.respond or credentials.answers or credentials.handlers
end

---@param credentials table
---@return string|nil name nil where the password's shape decides and must be read first
---@return string why
function method.choose(credentials)
  if credentials.method then
    return credentials.method, "as given"
  elseif credentials.access_token or credentials.client_id then
    return "oauth2", "an access token or client id was given"
  elseif credentials.consumer_key then
    return "oauth1", "a consumer key was given"
  elseif not credentials.password then
    if asks_somebody(credentials) then
      return "clientlogin", "no password was given, and something else answers"
    end
    return "session", "nothing to log in with was given"
  elseif not credentials.username then
    return "clientlogin", "a password without a user name"
  elseif not has_value(credentials.password) then
    return nil, "the password's shape decides"
  elseif core.looks_like_botpassword(credentials.username, credentials.password) then
    return "botpassword", "name and password have the shape of a bot password"
  end
  return "clientlogin", "user name and password"
end

---Where only the password's shape can tell: the wiki's form first, which serves either method and
---says whether this session can log in at all; only then is the source read.
---@param session mwlogin.Session
---@param credentials table its password becomes a secret
---@return string|nil name
---@return table|mwlogin.Error state what was fetched, for the method; or the error
function method.by_shape(session, credentials)
  local flow, err = require("mwlogin.methods.clientlogin").open(session, credentials)
  if not flow and err.code ~= "no-authmanager" then
    return nil, err
  end
  local password
  password, err = require("mwlogin.secret").read(credentials.password, "password")
  if password == nil then
    return nil, err
  end
  credentials.password = type(password) == "string" and core.secret(password) or password
  session:protect_once(credentials.password)
  if not flow or core.looks_like_botpassword(credentials.username, credentials.password) then
    return "botpassword", { token = flow and flow.token }
  end
  return "clientlogin", { flow = flow }
end

return method
