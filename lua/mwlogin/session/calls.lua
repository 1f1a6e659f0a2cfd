---API calls as they stand: traced, with what each call of a Session carries, neither waited for nor
---repeated.
local errors = require "mwlogin.error"
local flight = require "mwlogin.session.flight"
local wire = require "mwlogin.session.wire"

local calls = {}

local BARE <const> = { bare = true }

---No token of a wiki's is as long. To look for many that are takes a wiki's text minutes.
local LONGEST_TOKEN <const> = 1024

local function protect(self, value)
  if type(value) == "string" and #value <= LONGEST_TOKEN then
    self:protect(value)
  end
end

local function protect_tokens(self, reply)
  local query, login = reply.query, reply.login
  if type(query) == "table" and type(query.tokens) == "table" then
    for _, value in pairs(query.tokens) do
      protect(self, value)
    end
  end
  if type(login) == "table" then
    protect(self, login.token)
  end
end

---What an event tells beyond what its caller knew.
local function tell(self, event, result, err)
  wire.describe(self.core:last(), event, err)
  event.params = event.params and require("mwlogin.trace").shape(event.params)
  if not err then
    event.warnings = type(result.warnings) == "table" and #result.warnings or nil
  end
  self:trace_event(event)
end

---What an exchange came to: its tokens and errors are made safe to show.
local function settle(self, result, err)
  if result == nil then
    return nil, self.tracer:clean(errors.from(err))
  end
  self.reached = true
  protect_tokens(self, result)
  return result
end

---One exchange, traced: `call` is made, what it returns is handed on.
---@param self mwlogin.Session
---@param call fun(): any, table|nil
---@param event table what the trace tells of it; `params` as they are sent
---@return any result
---@return mwlogin.Error|nil err
function calls.exchange(self, call, event)
  local result, err = settle(self, call())
  if self.tracer:is_on() then
    tell(self, event, result, err)
  end
  return result, err
end

---The same for one call of an API module, whose event is made only where somebody listens.
local function done(self, name, method, action, params, reply, err)
  reply, err = settle(self, reply, err)
  if self.tracer:is_on() then
    tell(self, { event = name, method = method, action = action, params = params }, reply, err)
  end
  return reply, err
end

local function copy(params)
  local all = {}
  for name, value in pairs(params) do
    all[name] = value
  end
  return all
end

---Parameters with what each call of this Session carries; the caller's own table stays as it is.
local function with_common(self, params, opts)
  local language = self.options.language
  if opts.bare then
    if language and params.uselang == nil then
      params = copy(params)
      params.uselang = language
    end
    return params
  end
  local all = copy(params)
  if all.uselang == nil then
    all.uselang = language
  end
  if all.maxlag == nil then
    all.maxlag = self.options.maxlag
  end
  if self.identity and all.assert == nil and all.assertuser == nil then
    if self.authorize then
      all.assert = "user"
    else
      all.assertuser = self.identity.name
    end
  end
  return all
end

---What the core adds to each call by itself, said here because a signature covers it.
local function complete(params)
  params.format = params.format or "json"
  params.formatversion = params.formatversion or 2
  params.errorformat = params.errorformat or "plaintext"
end

local function send(self, method, params, opts)
  return done(self, "call", method, nil, params, self.core:call(method, params, opts))
end

local function send_authorized(self, method, params)
  return require("mwlogin.session.repeating").question(method, function()
    if not self.authorize then
      return nil, flight.logged_out()
    end
    local header, err = self:authorize(method, self.api, params)
    if not header then
      return nil, err
    end
    local reply, why = send(self, method, params, { cookies = false, authorization = header })
    return reply, why, header
  end)
end

---What a wiki answers to an authorization it does not take; it has executed nothing then.
local REFUSED <const> = "mwoauth-invalid-authorization"

---Sent once more, if the login left a way to mend what was refused.
local function call_authorized(self, method, params)
  local reply, err, sent = send_authorized(self, method, params)
  for attempt = 1, 2 do
    if reply or err.code ~= REFUSED or not self.renew then
      return reply, err
    end
    local renewed, why = self:renew(err, attempt, sent)
    if not renewed or attempt == 2 then
      return nil, why or err
    end
    reply, err, sent = send_authorized(self, method, params)
  end
end

---Moves to https first where that is what the wiki wants: then anything may be said.
---@param self mwlogin.Session
---@return true|nil
---@return mwlogin.Error|nil err
function calls.settle(self)
  if self.upgraded and not self.in_the_open then
    return true
  elseif self.core:is_private() then
    self.upgraded = true
    return true
  end
  return require("mwlogin.session.upgrade").run(self)
end

---One API call as it stands: neither waited for nor repeated.
---@param self mwlogin.Session
---@param method "GET"|"POST"
---@param params table
---@param opts table { bare: neither assertuser nor maxlag nor authorization goes along }
---@return table|nil reply
---@return mwlogin.Error|nil err
function calls.call(self, method, params, opts)
  local safe, err = calls.settle(self)
  if not safe then
    return nil, err
  end
  local all = with_common(self, params, opts)
  if opts.bare or not self.authorize then
    return send(self, method, all)
  end
  complete(all)
  return call_authorized(self, method, all)
end

---One call of clientlogin, createaccount or linkaccount.
---@param self mwlogin.Session
---@param action string
---@param params table
---@return table|nil reply
---@return mwlogin.Error|nil err
function calls.step(self, action, params)
  local safe, err = calls.settle(self)
  if not safe then
    return nil, err
  end
  local all = with_common(self, params, BARE)
  return done(self, "step", "POST", action, all, self.core:auth_step(action, all))
end

---One call of action=login.
---@param self mwlogin.Session
---@param params table
---@return table|nil reply
---@return mwlogin.Error|nil err
function calls.login(self, params)
  local safe, err = calls.settle(self)
  if not safe then
    return nil, err
  end
  return done(self, "login", "POST", "login", params, self.core:login(params))
end

---The three calls of a bot password's login in one go of the core, as long as nothing hinders them.
---A trace is not told of each.
---@param self mwlogin.Session
---@param username string
---@param password userdata secret
---@return mwlogin.Identity|nil me without method
---@return mwlogin.Error|nil err
---@return "token"|"login"|"proof"|nil stage where it stopped; nil: nothing was answered
---@return table|nil reply without `err`: one that is not the plain one
---@return string|nil name at stage "proof": who was logged in
function calls.bot_login(self, username, password)
  local safe, reason = calls.settle(self)
  if not safe then
    return nil, reason
  end
  local me, err, stage, reply, token, name =
    self.core:bot_login(username, password, self.options.language)
  if me then
    self.reached = true
    return me
  end
  self.reached = self.reached or reply ~= nil or token ~= nil
  if token then
    self:protect(token)
  end
  if not reply then
    return nil, self.tracer:clean(errors.from(err)), stage, nil, name
  end
  protect_tokens(self, reply)
  return nil, nil, stage, reply, name
end

return calls
