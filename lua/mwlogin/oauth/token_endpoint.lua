---The wiki's OAuth 2 endpoints: where a person is sent, and where tokens are given (RFC 6749, 5).
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local fresh = require "mwlogin.secret.fresh"
local json = require "mwlogin.json"
local repeating = require "mwlogin.session.repeating"
local secret = require "mwlogin.secret"
local upgrade = require "mwlogin.session.upgrade"

local token_endpoint = {}

local DEFAULT_MAX_WAIT <const> = 60
local LONGEST_LIFE <const> = 1e10 -- seconds; beyond it clocks overflow

---@class mwlogin.oauth.Answer
---@field access_token userdata secret
---@field refresh_token userdata|nil secret
---@field expires_in number|nil seconds
---@field scope string|nil

---An address under rest.php, which is beside api.php unless `rest_url` names the farm's own.
---@param session mwlogin.Session
---@param path string
---@return string
function token_endpoint.address(session, path)
  local rest = session.options.rest_url or session.api:gsub("api%.php$", "rest.php")
  return rest:gsub("/+$", "") .. path
end

---Why the wiki gives no token, by the code it says (RFC 6749, 5.2).
local CURES <const> = {
  invalid_client = "Check client_id and client_secret, and that the client is approved.",
  unauthorized_client = "The client is not registered for this grant: look at "
    .. "Special:OAuthConsumerRegistration.",
  unsupported_grant_type = "The client is not registered for this grant: look at "
    .. "Special:OAuthConsumerRegistration.",
  invalid_scope = "Ask for scopes (grants) that the client was registered with.",
  invalid_grant = "Log in again; redirect_uri must be the very address that was registered.",
  invalid_request = "Log in again; redirect_uri must be the very address that was registered.",
  access_denied = "Log in again, and allow it there.",
}

local function said_by(answer)
  for _, name in ipairs { "error_description", "message" } do
    if type(answer[name]) == "string" and answer[name] ~= "" then
      local hint = type(answer.hint) == "string" and answer.hint ~= "" and answer.hint
      return answer[name] .. (hint and (" (%s)"):format(hint) or "")
    end
  end
end

local function failure(session, fields)
  return nil, session.tracer:clean(errors.new(fields))
end

local function not_understood(session, response, what)
  return failure(session, {
    kind = "protocol",
    code = "token-answer",
    status = response.status,
    message = "The wiki's token endpoint answers " .. what,
    advice = "Check that the wiki has OAuth 2 (Special:Version), and rest_url where rest.php is "
      .. "not beside api.php.",
  })
end

local function refused(session, response, answer)
  local status = response.status
  if status >= 300 and status < 400 then
    return not_understood(session, response, "by sending elsewhere, where no secret goes")
  elseif status == 429 or status >= 500 then
    return failure(session, {
      kind = status == 429 and "throttled" or "http",
      code = tostring(status),
      status = status,
      retry_after = response.retry_after,
      message = ("The wiki's token endpoint answers with status %d"):format(status),
    })
  elseif type(answer) ~= "table" or type(answer.error) ~= "string" then
    return not_understood(session, response, ("with status %d and no reason"):format(status))
  end
  return failure(session, {
    kind = "refused",
    code = answer.error:match "^[%w_.-]+$" or tostring(status),
    status = status,
    message = ("The wiki gives no access token: %s"):format(said_by(answer) or answer.error),
    advice = CURES[answer.error] or CURES.invalid_client,
  })
end

---What can stand in a header as it is (RFC 6750, 2.1), and a little more.
---@param text any
---@return boolean
function token_endpoint.is_token(text)
  return type(text) == "string" and text ~= "" and not text:find "[^\33-\126]"
end

local function locked(token)
  if core.is_secret(token) then
    return token
  end
  return type(token) == "string" and token ~= "" and core.secret(token) or nil
end

---The members of a successful answer (RFC 6749, 5.1).
local function read_answer(session, response)
  -- the tokens are never a Lua string; one that has escapes in it is none (is_token)
  local taken = core.json_secrets(response.body, { "access_token", "refresh_token" })
  response.body:wipe()
  local answer = json.decode(taken.rest)
  for name, token in pairs(taken) do
    -- of a member that is there twice the last one counts
    if name ~= "rest" and type(answer) == "table" and answer[name] == "" then
      answer[name] = token
    end
  end
  if response.status ~= 200 then
    return refused(session, response, answer)
  elseif type(answer) ~= "table" then
    return not_understood(session, response, "with something that is no JSON")
  elseif
    not (core.is_secret(answer.access_token) or token_endpoint.is_token(answer.access_token))
  then
    return not_understood(session, response, "without an access token that could be sent")
  elseif type(answer.token_type) ~= "string" or answer.token_type:lower() ~= "bearer" then
    return not_understood(session, response, "with a token of another kind than Bearer")
  end
  local lasts = math.type(answer.expires_in) and answer.expires_in or nil
  local access_token = locked(answer.access_token)
  local refresh_token = locked(answer.refresh_token)
  session:protect(access_token)
  session:protect(refresh_token)
  return {
    access_token = access_token,
    refresh_token = refresh_token,
    expires_in = lasts and lasts > 0 and lasts < LONGEST_LIFE and lasts or nil,
    scope = type(answer.scope) == "string" and answer.scope or nil,
  }
end

local function exchange(session, params)
  local response, err = session:exchange(function()
    return session.core:fetch(token_endpoint.address(session, "/oauth2/access_token"), {
      method = "POST",
      params = params,
      secret = true,
      secret_body = true,
      cookies = false,
      foreign = session.options.rest_url ~= nil,
    })
  end, { event = "fetch", method = "POST", why = "an access token (" .. params.grant_type .. ")" })
  if not response then
    return nil, err
  end
  return read_answer(session, response)
end

---What is sent, its secrets our own: it may be sent again a while later, and a logout of another
---task wipes what the login kept.
local OWN_SECRETS <const> = {
  __close = function(sent)
    for _, value in pairs(sent) do
      if core.is_secret(value) then
        value:wipe()
      end
    end
  end,
}

local function own_secret(session, text)
  local own = core.secret(text)
  session:protect(own)
  return own
end

---A failure that says nothing about the tokens: the way there, or the server, is in trouble.
---@param err mwlogin.Error
---@return boolean
function token_endpoint.is_passing(err)
  return err.kind == "network" or err.kind == "throttled" or (err.status or 0) >= 500
end

---Asks for tokens: one POST, its redirects not followed, its secrets in the body alone.
---@param session mwlogin.Session
---@param client table client_id, client_secret (as given; nil for public clients)
---@param params table grant_type and what that grant takes
---@param again "passing"|"unexecuted"|"never" when it may be sent again, within max_wait: after any
---  passing trouble; only where the wiki surely did not execute it; or not at all
---@return mwlogin.oauth.Answer|nil
---@return mwlogin.Error|nil err
function token_endpoint.ask(session, client, params, again)
  local safe, err = upgrade.run(session)
  if not safe then
    return nil, err
  end
  local sent <close> = setmetatable({ client_id = client.client_id }, OWN_SECRETS)
  for name, value in pairs(params) do
    sent[name] = core.is_secret(value) and own_secret(session, value) or value
  end
  if client.client_secret ~= nil then
    local read
    read, err = secret.read(client.client_secret, "client_secret")
    if read == nil then
      return nil, err
    end
    sent.client_secret = own_secret(session, read)
    fresh.wipe(read)
  end
  if again == "never" then
    return exchange(session, sent)
  end
  local deadline = core.now() + (session.options.max_wait or DEFAULT_MAX_WAIT)
  return repeating.run(session, deadline, function()
    return exchange(session, sent)
  end, again == "passing" and token_endpoint.is_passing or nil)
end

return token_endpoint
