---One login: which method, in which order, one at a time, and what it leaves for later.
local again = require "mwlogin.login.again"
local credentials_of = require "mwlogin.login.credentials"
local earlier = require "mwlogin.login.earlier"
local errors = require "mwlogin.error"
local flight = require "mwlogin.session.flight"
local method_of = require "mwlogin.login.method"

local login = {}

local METHODS <const> = {
  botpassword = "mwlogin.methods.botpassword",
  clientlogin = "mwlogin.methods.clientlogin",
  session = "mwlogin.methods.session",
  oauth1 = "mwlogin.methods.oauth1",
  oauth2 = "mwlogin.methods.oauth2",
}

---Loaded where one is first needed.
local unsure
local methods = setmetatable({}, {
  __index = function(self, name)
    self[name] = require(METHODS[name])
    return self[name]
  end,
})

local NOTHING <const> = {}

local log_in

---What a login leaves, however it came to its end: the way to log in again.
---@param used_up table<string, true>|nil names of answers that were good for one time
local function finish(session, given, used_up)
  local later = credentials_of.without(given, used_up)
  again.leave(session, later, log_in)
  if session.on_login then
    session:on_login(later)
  end
end

---A dialogue may come to its end later, by `err.flow`.
local function by_dialogue(session, credentials, state, given)
  return methods.clientlogin.login(session, credentials, state, function(used_up)
    finish(session, given, used_up)
  end)
end

local function tell_method(session, method, why)
  if session:is_traced() then
    session:trace_event { event = "method", method = method, why = why }
  end
end

---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
local function attempt(session, credentials)
  unsure = unsure or require "mwlogin.login.unsure" -- now: it is for when things have gone wrong
  local method, why = method_of.choose(credentials)
  local gap = credentials_of.gap(credentials, method)
  if gap then
    return nil, gap
  end
  if method == "oauth1" or method == "oauth2" then
    local clash = require("mwlogin.oauth.proving").clash(session)
    if clash then
      return nil, clash
    end
  elseif method == "session" then
    tell_method(session, method, why)
    return methods.session.login(session, credentials)
  end
  earlier.drop(session)
  local given, state = credentials, NOTHING
  if not method then
    credentials = credentials_of.copy(credentials)
    method, state = method_of.by_shape(session, credentials)
    if not method then
      return nil, state
    end
  end
  tell_method(session, method, why)
  local me, err
  if method == "clientlogin" then
    me, err = by_dialogue(session, credentials, state, given)
    if me then
      return me
    end
  else
    me, err = methods[method].login(session, credentials, state)
  end
  if not me then
    me, err = unsure.settle(session, credentials, method, err)
    if not me then
      return nil, err
    end
  end
  finish(session, given)
  return me
end

log_in = function(session, credentials)
  return flight.hold(session, attempt, credentials)
end

local function log_in_with_store(session, credentials)
  return require("mwlogin.login.kept").run(session, credentials, attempt)
end

---Raises where credentials hold what no login takes.
---@param credentials table|nil
---@param what string who takes them
function login.check(credentials, what)
  credentials_of.check(credentials or {}, METHODS, 4, what)
end

local function account_of(credentials)
  return credentials.username or credentials.client_id
end

local function changed_since()
  return errors.new {
    kind = "cancelled",
    code = "other-user",
    message = "This login was done, and another task has logged out, or in as somebody else, since",
    advice = "Use a Session for each user.",
  }
end

---The login that another task has under way, if it is of the same account.
local function join(session, credentials)
  local running = flight.elsewhere(session)
  if not running or running.name == nil or running.name ~= account_of(credentials) then
    return nil, flight.busy()
  end
  local done, err = flight.join(session, running)
  if not done then
    return nil, err
  end
  local identity = session.identity
  if not identity or (type(done) == "table" and done.name ~= identity.name) then
    return nil, changed_since()
  end
  local me = credentials_of.copy(identity)
  me.fresh = false
  return me
end

---Begins once nobody else has anything under way: a logout that was would wipe these secrets, too.
local function begin(session, own, secrets)
  if method_of.choose(own) ~= "session" then
    session.recover = nil -- what it would log in with is wiped
    session:keep(secrets)
  else -- what an earlier login would log in again with stays
    for _, value in ipairs(secrets) do
      session:protect(value)
    end
  end
  return flight.hold(session, session.options.store and log_in_with_store or attempt, own)
end

---Logs a Session in.
---@param session mwlogin.Session
---@param credentials table|nil username, password, method, answers, handlers, respond, …
---@return mwlogin.Identity|nil identity
---@return mwlogin.Error|nil err of kind `interaction` it carries `flow` and `step`
function login.run(session, credentials)
  credentials = credentials or NOTHING
  credentials_of.check(credentials, METHODS, 3)
  local running = flight.elsewhere(session)
  if running and running.name == flight.LOGOUT then
    local free, err = flight.await(session)
    if not free then
      return nil, err
    end
  elseif session.flight then
    return join(session, credentials)
  end
  local own, secrets = credentials_of.lock_away(session, credentials)
  return flight.run(session, account_of(own), begin, session, own, secrets)
end

return login
