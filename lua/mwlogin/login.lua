---One login: which method, in which order, one at a time, and what it leaves for later.
local core = require "mwlogin.core"
local discover = require "mwlogin.discover"
local errors = require "mwlogin.error"
local options = require "mwlogin.options"
local secret = require "mwlogin.secret"

local login = {}

local CREDENTIALS <const> = {
  username = "string",
  password = "string|secret|source|function",
  method = "string",
  access_token = "string|secret|source|function",
  client_id = "string",
  client_secret = "string|secret|source|function",
  redirect_uri = "string",
  scope = "string|table",
  grant = "string",
  consumer_key = "string|secret|source|function",
  consumer_secret = "string|secret|source|function",
  access_key = "string|secret|source|function",
  access_secret = "string|secret|source|function",
  answers = "table",
  handlers = "table",
  handlers_folder = "string",
  handler_seconds = "number",
  respond = "function",
  redirect = "string|function",
  extra = "table",
  return_url = "string",
  remember = "boolean",
  recover = "boolean",
}

local METHODS <const> = {
  botpassword = "mwlogin.methods.botpassword",
  clientlogin = "mwlogin.methods.clientlogin",
  session = "mwlogin.methods.session",
  oauth1 = "mwlogin.methods.oauth1",
  oauth2 = "mwlogin.methods.oauth2",
}

---Credentials that are secrets, whatever they were given as.
local SECRETS <const> = {
  "password",
  "access_token",
  "client_secret",
  "consumer_key",
  "consumer_secret",
  "access_key",
  "access_secret",
}

local function check(credentials)
  options.check(credentials, CREDENTIALS, "login", 4)
  local method = credentials.method
  if method and not METHODS[method] then
    local near = require("mwlogin.schema").nearest(method, METHODS)
    local hint = near and ("; did you mean '%s'?"):format(near) or ""
    error(("login has no method '%s'%s"):format(method, hint), 4)
  end
end

local function lacking(message, advice)
  return errors.new { kind = "answer", code = "credentials", message = message, advice = advice }
end

---What can be said to be wrong before anything is sent.
local function find_gap(credentials, method)
  if method == "botpassword" and not (credentials.username and credentials.password) then
    return lacking(
      "a bot password login needs username and password",
      "Give both; the name has the form User@app."
    )
  elseif credentials.password == "" then
    return lacking("the password is empty", "Give the password, or leave it out to be asked.")
  elseif credentials.username == "" then
    return lacking("the user name is empty", "Give the user name.")
  end
end

-- == the method ===================================================================================

local function has_value(value)
  return type(value) == "string" or core.is_secret(value)
end

local function asks_somebody(credentials)
  return credentials.respond or credentials.answers or credentials.handlers
end

---The method, and why. No method where the password's shape decides and must be read first.
local function choose(credentials)
  if credentials.method then
    return credentials.method, "as given"
  elseif credentials.access_token or credentials.client_id then
    return "oauth2", "an access token or client id was given"
  elseif credentials.consumer_key then
    return "oauth1", "a consumer key was given"
  elseif not credentials.password then
    if asks_somebody(credentials) then
      return "clientlogin", "no password was given, and somebody can be asked"
    end
    return "session", "nothing to log in with was given"
  elseif not credentials.username then
    return "clientlogin", "a password without a user name"
  elseif not has_value(credentials.password) then
    return nil, "the shape of the password decides"
  elseif core.looks_like_botpassword(credentials.username, credentials.password) then
    return "botpassword", "the password has the shape of a bot password"
  end
  return "clientlogin", "user name and password"
end

---Where only the password's shape can tell: the wiki's form first, which serves either method, then
---the source is read.
local function open_and_choose(session, credentials)
  local opened, err = require("mwlogin.methods.clientlogin").open(session, credentials)
  if not opened and err.code ~= "no-authmanager" then
    return nil, nil, err
  end
  local password, reason = secret.resolve(credentials.password)
  if password == nil then
    return nil, nil, errors.is(reason) and reason or lacking(tostring(reason), "Look at the source.")
  end
  credentials.password = type(password) == "string" and core.secret(password) or password
  session:protect(credentials.password)
  if core.looks_like_botpassword(credentials.username, credentials.password) or not opened then
    return "botpassword", { token = opened and opened.token }
  end
  return "clientlogin", { flow = opened }
end

-- == one login ====================================================================================

local function copy(credentials)
  local made = {}
  for name, value in pairs(credentials) do
    made[name] = value
  end
  return made
end

---Plain texts go into locked memory; what a source is asked for later stays a source.
local function lock_away(session, credentials)
  for _, name in ipairs(SECRETS) do
    local value = credentials[name]
    if type(value) == "string" then
      credentials[name] = core.secret(value)
    elseif secret.is_source(value) and value.label == "git" and not value.url then
      value.url = session.api
    end
    session:protect(credentials[name])
  end
end

---A `_BPsession` cookie of an earlier login would block every later one.
local function drop_earlier(session)
  if not session.identity then
    return
  end
  if session.identity.method == "botpassword" then
    local kept = {}
    for _, line in ipairs(session.core:cookies()) do
      if not line:find "_BPsession\t" then
        kept[#kept + 1] = line
      end
    end
    session.core:cookies(false)
    session.core:cookies(kept)
  end
  session.identity, session.recover, session.authorize = nil, nil, nil
  session:drop_tokens()
end

---Moves to https before the first secret, where an http wiki beyond loopback redirects there.
local function secure(session)
  local address = core.address(session.api)
  if session.secured or address.scheme == "https" or address.loopback then
    return true
  end
  local api, err = discover.secure(session.api, session.make)
  if not api then
    return nil, err
  end
  session.secured = true
  return api == session.api or session:move(api)
end

local function needs_person(credentials)
  for _, name in ipairs(SECRETS) do
    local value = credentials[name]
    if secret.is_source(value) and value.needs_person then
      return true
    end
  end
  return false
end

local attempt

---Leaves in the session what logs in again when the wiki has lost it: without any person.
local function leave_recovery(session, credentials, given)
  if credentials.recover == false or session.authorize or given == "session" then
    session.recover = nil
    return
  end
  local again = copy(credentials)
  again.respond, again.redirect, again.return_url = nil, nil, nil
  session.recover = function(self, lost)
    self.recover = nil
    local identity = self.identity
    if needs_person(again) then
      return nil,
        errors.new {
          kind = "interaction",
          code = "person-needed",
          message = "the session was lost, and logging in again needs a person",
          advice = "Call login again when somebody is there.",
          cause = lost,
        }
    end
    local me, err = attempt(self, copy(again))
    if not me then
      return nil, err
    elseif identity and me.name ~= identity.name then
      return nil,
        errors.new {
          kind = "refused",
          code = "other-user",
          message = ("the session was %s's, and now is %s's"):format(identity.name, me.name),
          advice = "Stop here: find out who else uses this session.",
        }
    end
    return true
  end
end

attempt = function(session, credentials)
  local method, why = choose(credentials)
  local gap = find_gap(credentials, method)
  if gap then
    return nil, gap
  end
  lock_away(session, credentials)
  drop_earlier(session)
  local again = copy(credentials)
  local state
  if not method then
    local err
    method, state, err = open_and_choose(session, credentials)
    if not method then
      return nil, err
    end
  end
  session:trace_event { event = "method", method = method, why = why }
  local function finished()
    leave_recovery(session, again, method)
    if session.on_login then
      session:on_login(again)
    end
  end
  local me, err = require(METHODS[method]).login(session, credentials, state or {}, finished)
  if not me then
    return nil, err
  end
  return me
end

---Logs a Session in.
---@param session mwlogin.Session
---@param credentials table|nil DESIGN §3: username, password, method, answers, handlers, respond, …
---@return mwlogin.Identity|nil identity
---@return mwlogin.Error|nil err of kind `interaction` it carries `flow` and `step`
function login.run(session, credentials)
  credentials = credentials or {}
  check(credentials)
  if session.closed then
    error("this Session is closed", 3)
  elseif session.logging_in then
    return nil,
      errors.new {
        kind = "cancelled",
        code = "busy",
        message = "another login of this Session is running",
        advice = "Wait for it, or use a Session for each.",
      }
  end
  session.logging_in = true
  local _ <close> = setmetatable({}, {
    __close = function()
      session.logging_in = false
    end,
  })
  local safe, err = secure(session)
  if not safe then
    return nil, err
  end
  return attempt(session, copy(credentials))
end

return login
