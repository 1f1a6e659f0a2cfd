---OAuth 2.0 with a bearer: one that was given (owner-only clients), or one that the wiki gives for
---`grant = "client_credentials"`, which is asked for again before it ends.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local json = require "mwlogin.json"
local proving = require "mwlogin.oauth.proving"
local secret = require "mwlogin.secret"

local oauth2 = {}

---Seconds before its end at which a bearer is renewed.
local MARGIN <const> = 60

local function lacking(message, advice)
  return nil,
    errors.new { kind = "answer", code = "credentials", message = message, advice = advice }
end

local function bearer_of(session, token)
  session:protect(token)
  local text = type(token) == "string" and token or token:reveal()
  if text:find "[%c%s]" then
    return lacking(
      "The access token holds a blank or a line break",
      "Give the token alone, as the wiki showed it."
    )
  end
  return core.secret("Bearer " .. text)
end

---rest.php beside api.php, unless the farm has it elsewhere.
local function token_address(session)
  local rest = session.options.rest_url or session.api:gsub("api%.php$", "rest.php")
  return rest .. "/oauth2/access_token"
end

local function refused(response, answer)
  answer = type(answer) == "table" and answer or {}
  local code = type(answer.error) == "string" and answer.error or tostring(response.status)
  local words = answer.message or answer.error_description or answer.hint
  return errors.new {
    kind = response.status >= 500 and "http" or "refused",
    code = code,
    status = response.status,
    message = ("The wiki gives no access token: %s"):format(
      type(words) == "string" and words or code
    ),
    advice = "Check client_id and client_secret, and that the client is approved for this grant.",
  }
end

---@return table|nil token { header, expires }
---@return mwlogin.Error|nil err
local function ask_for_token(session, credentials)
  local client_secret, err = secret.read(credentials.client_secret, "client_secret")
  if client_secret == nil then
    return nil, err
  end
  session:protect(client_secret)
  local response
  response, err = session:exchange(function()
    return session.core:fetch(token_address(session), {
      method = "POST",
      params = {
        grant_type = "client_credentials",
        client_id = credentials.client_id,
        client_secret = client_secret,
      },
      secret = true,
      cookies = false,
      foreign = session.options.rest_url ~= nil,
    })
  end, { event = "fetch", method = "POST", why = "an access token" })
  if not response then
    return nil, err
  end
  local answer = json.decode(response.body)
  if response.status ~= 200 or type(answer) ~= "table" or type(answer.access_token) ~= "string" then
    return nil, refused(response, answer)
  end
  local header
  header, err = bearer_of(session, answer.access_token)
  if not header then
    return nil, err
  end
  local seconds = math.type(answer.expires_in) and answer.expires_in or 3600
  return { header = header, expires = core.now() + seconds }
end

local function fixed(session, credentials)
  local token, err = secret.read(credentials.access_token, "access_token")
  if token == nil then
    return nil, err
  end
  local header
  header, err = bearer_of(session, token)
  if not header then
    return nil, err
  end
  return function()
    return header
  end
end

local function renewed(session, credentials)
  local token, err = ask_for_token(session, credentials)
  if not token then
    return nil, err
  end
  return function(self)
    if core.now() > token.expires - MARGIN then
      local fresh, why = ask_for_token(self, credentials)
      if not fresh then
        return nil, why
      end
      token = fresh
    end
    return token.header
  end
end

local function way(session, credentials)
  if credentials.access_token then
    return fixed(session, credentials)
  elseif credentials.grant == "client_credentials" then
    if not credentials.client_id or credentials.client_secret == nil then
      return lacking("client_credentials needs client_id and client_secret", "Give both.")
    end
    return renewed(session, credentials)
  end
  return lacking(
    "This mwlogin cannot send a person through OAuth 2 in a browser yet",
    'Give access_token (owner-only client), or grant = "client_credentials" with client_secret.'
  )
end

---@param session mwlogin.Session
---@param credentials table access_token; or client_id, client_secret, grant
---@param _ table
---@param finished fun()
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function oauth2.login(session, credentials, _, finished)
  local authorize, err = way(session, credentials)
  if not authorize then
    return nil, err
  end
  proving.begin(session, authorize)
  local identity
  identity, err = proving.identity(session, "oauth2")
  if identity then
    finished()
  end
  return identity, err
end

return oauth2
