---A Session: one conversation with one wiki, from opening to close. What stands above it (login,
---flow, doctor) is given to it by `mwlogin`.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local options = require "mwlogin.options"
local repeating = require "mwlogin.session.repeating"
local trace = require "mwlogin.trace"

local session = {}

---@class mwlogin.Identity
---@field name string
---@field id integer
---@field method string|nil
---@field anonymous boolean
---@field fresh boolean|nil false when a kept session was reused
---@field groups string[]|nil
---@field rights string[]|nil

---@class mwlogin.Session
---@field api string address of api.php
---@field options table as given to `open`
---@field pool userdata
---@field core userdata the core session
---@field identity mwlogin.Identity|nil who we logged in as
---@field recover (fun(err: table): true|nil, table|nil)|nil left by a login: logs in again once
---@field authorize function|nil left by an OAuth login: the Authorization of a request
local Session = {}
Session.__index = Session
Session.__name = "mwlogin.Session"

session.class = Session

local DEFAULT_MAX_WAIT <const> = 60
local LONGEST_URL <const> = 6000

local CORE_OPTIONS <const> = {
  "user_agent",
  "timeout",
  "connect_timeout",
  "max_response",
  "proxy",
  "ca_file",
  "client_cert",
  "client_key",
  "http_auth",
  "insecure_http",
  "transport",
}

local function core_options(opts)
  local chosen = {}
  for _, name in ipairs(CORE_OPTIONS) do
    chosen[name] = opts[name]
  end
  return chosen
end

---@param api string address of api.php
---@param opts table checked options of `open`
---@param tracer table
---@return mwlogin.Session|nil
---@return table|nil err
function session.new(api, opts, tracer)
  local own_pool = not opts.pool
  local pool = opts.pool or core.pool()
  local made, err = pool:session(api, core_options(opts))
  if not made then
    return nil, errors.from(err)
  end
  return setmetatable({
    api = api,
    options = opts,
    pool = pool,
    own_pool = own_pool,
    core = made,
    tracer = tracer,
    tokens = {},
    closed = false,
  }, Session)
end

local function check_open(self)
  if getmetatable(self) ~= Session then
    error("call this with a colon: session:method(…)", 3)
  elseif self.closed then
    error("this Session is closed", 3)
  end
end

---Goes on at another address of the same wiki (http → https), with the cookies of before.
---@param api string
---@return true|nil
---@return table|nil err
function Session:move(api)
  local made, err = self.pool:session(api, core_options(self.options))
  if not made then
    return nil, errors.from(err)
  end
  made:cookies(self.core:cookies())
  self.core:close()
  self.core, self.api = made, api
  self:trace_event { event = "moved", api = api }
  return true
end

-- == exchanges ====================================================================================

---Remembers a secret, so that no trace and no error shows it.
---@param value any
function Session:protect(value)
  self.tracer:protect(value)
end

---@param event table plain; `event` names it
function Session:trace_event(event)
  self.tracer:event(event)
end

local function clean(self, err)
  local made = errors.from(err)
  made.message = self.tracer:redact(made.message)
  made.data = self.tracer:redact(made.data)
  return made
end

local function protect_tokens(self, reply)
  local query = type(reply.query) == "table" and reply.query
  for _, value in pairs(query and query.tokens or {}) do
    if type(value) == "string" and #value > 8 then
      self:protect(value)
    end
  end
  local login = reply.login
  if type(login) == "table" and type(login.token) == "string" then
    self:protect(login.token)
  end
end

---One exchange, traced: `call` is made, what it returns is handed on.
---@param call fun(): any, table|nil
---@param event table what the trace tells of it
---@return any result
---@return mwlogin.Error|nil err
function Session:exchange(call, event)
  local result, err = call()
  local last = self.core:last() or {}
  event.url, event.status = last.url, last.status
  event.sent, event.received, event.seconds = last.sent, last.received, last.seconds
  if result == nil then
    err = clean(self, err)
    event.error, event.kind = err.code, err.kind
  elseif type(result.warnings) == "table" then
    event.warnings = #result.warnings
  end
  if result ~= nil then
    protect_tokens(self, result)
  end
  self:trace_event(event)
  return result, err
end

---Parameters with what each call of this Session carries.
local function with_common(self, params, opts)
  local all = {}
  for name, value in pairs(params) do
    all[name] = value
  end
  if all.uselang == nil then
    all.uselang = self.options.language
  end
  if opts.bare then
    return all
  end
  if all.maxlag == nil then
    all.maxlag = self.options.maxlag
  end
  if all.assert == nil and all.assertuser == nil and self.identity then
    if self.authorize then
      all.assert = "user"
    else
      all.assertuser = self.identity.name
    end
  end
  return all
end

---One API call as it stands: traced, authorized, neither waited for nor repeated.
local function once(self, method, params, opts)
  local all = with_common(self, params, opts)
  local sent = {}
  if self.authorize and not opts.bare then
    local header, err = self:authorize(method, self.api, all)
    if not header then
      return nil, err
    end
    sent.authorization = header
  end
  return self:exchange(function()
    return self.core:call(method, all, sent)
  end, { event = "call", method = method, params = trace.shape(all) })
end

---An error that means: we are not logged in as who we were.
local LOST <const> = {
  assertuserfailed = true,
  assertnameduserfailed = true,
  notloggedin = true,
  readapidenied = true,
}

---One API call with all that this Session promises: bounded waiting, and logging in again once when
---the session was lost.
---@param method "GET"|"POST"
---@param params table
---@param opts table|nil { bare: nothing is added and nothing repeated }
---@return table|nil reply
---@return mwlogin.Error|nil err
function Session:request(method, params, opts)
  check_open(self)
  opts = opts or {}
  if opts.bare then
    return once(self, method, params, opts)
  end
  local max_wait = self.options.max_wait or DEFAULT_MAX_WAIT
  local reply, err = repeating.run(self, max_wait, function()
    return once(self, method, params, opts)
  end)
  if reply ~= nil or not LOST[err.code] or not self.identity or opts.recovering then
    return reply, err
  end
  local recovered, why = self:log_in_again(err)
  if not recovered then
    return nil, why
  end
  return self:request(method, params, { recovering = true })
end

---Logs in again after the session was lost.
---@param err mwlogin.Error what told so
---@return true|nil
---@return mwlogin.Error|nil err
function Session:log_in_again(err)
  self:drop_tokens()
  if not self.recover then
    return nil, err
  end
  self:trace_event { event = "recover", code = err.code }
  return self:recover(err)
end

---One call of clientlogin, createaccount or linkaccount.
---@param action string
---@param params table
---@return table|nil reply
---@return mwlogin.Error|nil err
function Session:step(action, params)
  check_open(self)
  local all = with_common(self, params, { bare = true })
  return self:exchange(function()
    return self.core:auth_step(action, all)
  end, { event = "step", method = "POST", action = action, params = trace.shape(all) })
end

---One call of action=login.
---@param params table
---@return table|nil reply
---@return mwlogin.Error|nil err
function Session:login_call(params)
  check_open(self)
  return self:exchange(function()
    return self.core:login(params)
  end, { event = "login", method = "POST", action = "login", params = trace.shape(params) })
end

-- == what people call =============================================================================

local GET_OPTIONS <const> = {}
local POST_OPTIONS <const> = { token = "string", token_param = "string" }

local function url_length(params)
  local length = 0
  for name, value in pairs(params) do
    local text = type(value) == "table" and table.concat(value, "|") or tostring(value)
    length = length + #core.encode(tostring(name)) + #core.encode(text) + 2
  end
  return length
end

---One API call by GET; one too long for an address goes as POST.
---@param params table<string, any> lists are joined, true is 1, false and nil are left out
---@param opts table|nil none yet
---@return table|nil reply decoded
---@return mwlogin.Error|nil err
function Session:get(params, opts)
  check_open(self)
  options.check(opts, GET_OPTIONS, "get")
  return self:request(url_length(params) > LONGEST_URL and "POST" or "GET", params)
end

---A token of the right session; an anonymous one while logged in means that the session is gone.
local function fresh_token(self, type)
  local token, err = self:token(type)
  if not token or #token > 8 or not self.identity then
    return token, err
  end
  local recovered, why = self:log_in_again(errors.new {
    kind = "api",
    code = "assertuserfailed",
    message = "the wiki takes us for anonymous: the session has ended",
  })
  if not recovered then
    return nil, why
  end
  return self:token(type)
end

---One API call by POST. With `opts.token` a token of that type is fetched and sent, and renewed once
---when the wiki calls it bad.
---@param params table<string, any> `mwlogin.file(path)` uploads a file
---@param opts table|nil { token = "csrf", token_param = "token" }
---@return table|nil reply decoded
---@return mwlogin.Error|nil err
function Session:post(params, opts)
  check_open(self)
  options.check(opts, POST_OPTIONS, "post")
  local type = opts and opts.token
  if not type then
    return self:request("POST", params)
  end
  local sent = {}
  for name, value in pairs(params) do
    sent[name] = value
  end
  local reply, err
  for _ = 1, 2 do
    local token
    token, err = fresh_token(self, type)
    if not token then
      return nil, err
    end
    sent[opts.token_param or "token"] = token
    reply, err = self:request("POST", sent)
    if reply or err.code ~= "badtoken" then
      return reply, err
    end
    self:drop_tokens()
  end
  return nil, err
end

---Any page of the wiki's own origin, with its cookies.
---@param path string resolves against api.php's address
---@param opts table|nil { method, params, json, headers, cookies = false }
---@return table|nil response { status, headers, body, location, url }
---@return mwlogin.Error|nil err
function Session:fetch(path, opts)
  check_open(self)
  return require("mwlogin.session.fetching").run(self, path, opts)
end

---A token, kept until the user changes.
---@param type string "csrf", "login", "createaccount", …
---@return string|nil token
---@return mwlogin.Error|nil err
function Session:token(type)
  check_open(self)
  if self.tokens[type] then
    return self.tokens[type]
  end
  local reply, err = self:request("GET", { action = "query", meta = "tokens", type = type })
  if not reply then
    return nil, err
  end
  local tokens = type and reply.query and reply.query.tokens or {}
  local token = tokens[tostring(type) .. "token"]
  if not token then
    return nil,
      errors.new {
        kind = "protocol",
        code = "no_token",
        message = ("the wiki gave no token of type '%s'"):format(tostring(type)),
      }
  end
  self.tokens[type] = token
  return token
end

---Forgets all tokens: they die on every change of user.
function Session:drop_tokens()
  self.tokens = {}
  self.core:drop_tokens()
end

local function identity_of(info, method)
  return {
    name = info.name,
    id = info.id or 0,
    method = method,
    anonymous = info.anon == true or info.id == 0,
    groups = info.groups,
    rights = info.rights,
  }
end

local ANONYMOUS <const> = { name = "anonymous", id = 0, anon = true, groups = {}, rights = {} }

---Who the wiki says we are now. Anonymous is an answer, not an error.
---@return mwlogin.Identity|nil identity with groups and rights
---@return mwlogin.Error|nil err
function Session:whoami()
  check_open(self)
  local params = { action = "query", meta = "userinfo", uiprop = { "groups", "rights" } }
  local reply, err = once(self, "GET", params, { bare = not self.authorize })
  if not reply then
    -- a private wiki tells strangers nothing, not even that they are strangers
    if err.code == "readapidenied" or err.code == "assertuserfailed" then
      return identity_of(ANONYMOUS)
    end
    return nil, err
  end
  local info = reply.query and reply.query.userinfo
  if type(info) ~= "table" or type(info.name) ~= "string" then
    return nil,
      errors.new {
        kind = "protocol",
        code = "no_module",
        message = "the reply says nothing about the user",
      }
  end
  local method = self.identity and self.identity.name == info.name and self.identity.method or nil
  return identity_of(info, method)
end

local function not_proved(username, err)
  return errors.new {
    kind = "refused",
    code = "not-proved",
    message = ("the wiki accepted the login of %s, yet does not know the session"):format(username),
    advice = "Its cookies do not come back: check the address (https, host name) and proxies.",
    cause = err,
  }
end

---Proves that this session belongs to a user, and makes him its identity. All tokens are dropped.
---@param username string as the wiki spelled it
---@param method string
---@return mwlogin.Identity|nil identity
---@return mwlogin.Error|nil err
function Session:prove(username, method)
  self:drop_tokens()
  local reply, err = once(self, "GET", {
    action = "query",
    meta = "userinfo",
    assertuser = username,
  }, { bare = true })
  if not reply then
    if LOST[err.code] then
      return nil, not_proved(username, err)
    end
    return nil, err
  end
  local info = reply.query and reply.query.userinfo
  if type(info) ~= "table" or info.name ~= username then
    return nil, not_proved(username)
  end
  local identity = { name = info.name, id = info.id, method = method, anonymous = false, fresh = true }
  self.identity = identity
  return identity
end

local function forget(self)
  self.identity, self.recover, self.authorize = nil, nil, nil
  self:drop_tokens()
  self.core:cookies(false)
end

---Ends the session on the wiki and empties the jar; the Session itself stays open.
---@return true|nil
---@return mwlogin.Error|nil err
function Session:logout()
  check_open(self)
  if self.on_logout then
    self:on_logout()
  end
  local params, err = { action = "logout" }, nil
  for _ = 1, 2 do
    local tokens
    tokens, err = once(self, "GET", { action = "query", meta = "tokens" }, { bare = true })
    if not tokens then
      break
    end
    params.token = tokens.query and tokens.query.tokens and tokens.query.tokens.csrftoken
    local reply
    reply, err = once(self, "POST", params, { bare = true })
    if reply then
      err = nil
      break
    elseif err.code ~= "badtoken" then
      break
    end
  end
  forget(self)
  if err then
    return nil, err
  end
  return true
end

---@return string[] lines Netscape cookie lines
function Session:export_cookies()
  check_open(self)
  return self.core:cookies()
end

---Takes the lines that belong to the wiki's host.
---@param lines string[]|string
---@return integer taken
function Session:import_cookies(lines)
  check_open(self)
  if type(lines) ~= "table" and type(lines) ~= "string" then
    error("import_cookies takes a list of Netscape lines, or a text of them", 2)
  end
  self:drop_tokens()
  return self.core:cookies(lines)
end

---Closes; saves changed cookies where they are kept, never logs out. Twice is fine.
function Session:close()
  if self.closed then
    return
  end
  if self.on_close then
    self:on_close()
  end
  self.closed = true
  self.recover, self.authorize, self.tokens = nil, nil, {}
  self.core:close()
  if self.own_pool then
    self.pool:close()
  end
  self.tracer:close()
end

Session.__close = Session.close
Session.__gc = Session.close

---@return string
function Session:__tostring()
  return ("mwlogin.Session: %s%s"):format(self.api, self.closed and " (closed)" or "")
end

return session
