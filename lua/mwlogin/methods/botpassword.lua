---action=login: bot passwords, and the only door of wikis older than MediaWiki 1.27.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local secret = require "mwlogin.secret"
local tokens = require "mwlogin.session.tokens"
local user = require "mwlogin.session.user"

local botpassword = {}

local METHOD <const> = "botpassword"

---With errorformat=raw the wiki gives codes and no sentences: these are ours.
local WORDS <const> = {
  wrongpassword = "The wiki refuses this user name or password",
  wrongpasswordempty = "The password is empty",
  ["authmanager-authn-no-primary"] = "The wiki found no complete way to log in: user name or "
    .. "password is empty",
  ["login-throttled"] = "Too many tries to log in to this account from this address",
  sessionlost = "The wiki does not find the session of this login",
  ["botpasswords-needs-reset"] = "This bot password was cut off by the wiki",
  ["botpasswords-locked"] = "The account is locked",
  ["api-login-fail-aborted"] = "The wiki wants a second step that a bot login cannot give",
  ["api-login-fail-aborted-nobotpw"] = "The wiki wants a second step that a bot login cannot give",
  ["api-login-fail-badsessionprovider"] = "A session of another kind is in the way",
  ["api-login-fail-sameorigin"] = "The wiki treats this call as coming from a foreign page",
  NeedToken = "The wiki asks for a token again and again",
  WrongToken = "The wiki refuses its own token",
  Throttled = "Too many tries to log in to this account from this address",
  NotExists = "There is no such user",
  WrongPass = "The wiki refuses this password",
  WrongPluginPass = "The wiki's authentication plugin refuses this password",
  EmptyPass = "The password is empty",
  NoName = "The user name is empty",
  Illegal = "The user name is not allowed",
  Blocked = "The account is blocked",
  CreateBlocked = "This address may not create the account",
}

---What results of releases before 1.27 are called since.
local SINCE <const> = {
  NotExists = "wrongpassword",
  WrongPass = "wrongpassword",
  WrongPluginPass = "wrongpassword",
  EmptyPass = "wrongpasswordempty",
  Throttled = "login-throttled",
  Blocked = "login-userblocked",
}

---A year: no throttle is meant to last longer.
local LONGEST_WAIT <const> = 366 * 24 * 3600

local THROTTLED <const> = { ["login-throttled"] = true, Throttled = true }

---Whole seconds, where a wiki's number can be any.
local function seconds_in(value)
  return math.type(value) and value >= 0 and value < LONGEST_WAIT and math.ceil(value) or nil
end

local function duration_of(answer, reason)
  local wait = seconds_in(answer.wait)
  if wait then
    return wait
  end
  local params = type(reason) == "table" and reason.params
  -- a list that PHP has taken something out of comes as an object with numbers for keys
  for _, param in pairs(type(params) == "table" and params or {}) do
    local seconds = type(param) == "table" and seconds_in(param.duration)
    if seconds then
      return seconds
    end
  end
end

local function minutes(seconds)
  if seconds >= 7200 then
    return ("%d hours"):format(math.ceil(seconds / 3600))
  end
  return seconds > 90 and ("%d minutes"):format(math.ceil(seconds / 60))
    or ("%d seconds"):format(seconds)
end

local function code_of(answer, reason)
  if type(reason) == "table" and type(reason.code) == "string" then
    return reason.code
  elseif answer.result == "Aborted" then
    return "api-login-fail-aborted"
  end
  return answer.result ~= "Failed" and answer.result or "refused"
end

local function text_of(code, reason)
  local spoken = type(reason) == "table" and (reason.text or reason.html) or reason
  return WORDS[code] or (type(spoken) == "string" and spoken) or "The wiki refuses the login"
end

---What a result other than Success means.
---@param answer table `reply.login`
---@return mwlogin.Error
local function refusal(answer)
  local reason = answer.reason
  local code = code_of(answer, reason)
  local seconds = duration_of(answer, reason)
  local message = text_of(code, reason)
  if seconds then
    message = ("%s: wait up to %s"):format(message, minutes(seconds))
  end
  return errors.new {
    kind = THROTTLED[code] and "throttled" or "refused",
    code = SINCE[code] or code,
    message = message,
    retry_after = seconds,
  }
end

local BARE <const> = { bare = true }

---The login token of a reply; false: the wiki is older than these tokens, as its warning tells.
local function token_in(reply)
  local token = tokens.of(reply).logintoken
  if token or reply.warnings then
    return token or false
  end
  return nil,
    errors.new {
      kind = "protocol",
      code = "no_token",
      message = "The wiki gave no login token",
    }
end

---As `token_in`, of a reply that is asked for.
local function fetch_token(session)
  local params = { action = "query", meta = "tokens", type = "login" }
  local reply, err = session:request("GET", params, BARE)
  if not reply then
    return nil, err
  end
  return token_in(reply)
end

local function is_lost(answer)
  local reason = answer.reason
  return answer.result == "WrongToken" or (type(reason) == "table" and reason.code == "sessionlost")
end

---The next token to try with, when the answer says that only the token was wrong.
local function next_token(session, answer)
  if answer.result == "NeedToken" and type(answer.token) == "string" then
    return answer.token
  elseif is_lost(answer) then
    return fetch_token(session)
  end
end

local function send(session, credentials, password, token)
  return session:login_call {
    lgname = credentials.username,
    lgpassword = password,
    lgtoken = token or nil,
  }
end

local function named(answer)
  if type(answer.lgusername) == "string" then
    return answer
  end
  return nil,
    errors.new {
      kind = "protocol",
      code = "no_module",
      message = "The wiki says Success, but not for whom",
    }
end

---@param reply table|nil what the first try was answered already
local function exchange(session, credentials, password, token, reply)
  local renewed, err = false, nil
  while true do
    if not reply then
      reply, err = send(session, credentials, password, token)
    end
    if not reply then
      return nil, err
    end
    local answer = reply.login
    if answer.result == "Success" then
      return named(answer)
    end
    -- a wiki without login tokens gives the first one by NeedToken: that is no renewal
    local first = not token and answer.result == "NeedToken"
    local again = not renewed and next_token(session, answer)
    if not again then
      return nil, refusal(answer)
    end
    renewed = renewed or not first
    token, reply = again, nil
  end
end

---The login and its proof, from a token on.
---@param token string|false
---@param reply table|nil as for `exchange`
local function log_in(session, credentials, token, reply)
  local password, reason = secret.read(credentials.password, "password")
  if password == nil then
    return nil, reason
  end
  session:protect_once(password)
  local answer, refused = exchange(session, credentials, password, token, reply)
  if not answer then
    return nil, refused
  end
  return session:prove(answer.lgusername, METHOD)
end

local function by_steps(session, credentials, token)
  local err
  if token == nil then
    token, err = fetch_token(session)
    if token == nil then
      return nil, err
    end
  end
  return log_in(session, credentials, token)
end

---In one go of the core; where that stops, the login goes on from the reply that stopped it.
local function in_one_go(session, credentials)
  local me, err, stage, reply, name = session:bot_login(credentials.username, credentials.password)
  if me then
    return user.accept(session, me, METHOD)
  elseif stage == "proof" then
    return user.judge(session, name, METHOD, reply, err)
  elseif err then
    return nil, err
  elseif stage == "login" then
    return log_in(session, credentials, true, reply)
  end
  local token, reason = token_in(reply)
  if token == nil then
    return nil, reason
  end
  return log_in(session, credentials, token)
end

---@param session mwlogin.Session
---@param credentials table { username, password }
---@param state table { token } where the form was fetched before
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function botpassword.login(session, credentials, state)
  -- a source is read once there is a token to send the password with
  local plain = state.token == nil and core.is_secret(credentials.password)
  if plain and not session:is_traced() then
    return in_one_go(session, credentials)
  end
  return by_steps(session, credentials, state.token)
end

return botpassword
