---mwlogin: logs programs in to MediaWiki wikis. This file hands names on; each is loaded when it is
---first used.
local options = require "mwlogin.options"

---@class mwlogin
---@field secret table sources of secrets; called with a text it makes a secret
---@field respond table responders: terminal(), browser()
---@field crypto table sha1, sha256, hmac, base64url, random, … for handlers
---@field testing table a scripted wiki for specs
---@field store table where sessions are kept
---@field gather function many at once
local mwlogin = { _VERSION = "0.1.0" }

local OPEN_OPTIONS <const> = {
  user_agent = "string",
  account = "string",
  store = "table",
  timeout = "number",
  connect_timeout = "number",
  max_wait = "number",
  max_response = "integer",
  maxlag = "number",
  proxy = "string|secret|source",
  ca_file = "string",
  client_cert = "string",
  client_key = "string",
  http_auth = "table",
  language = "string",
  rest_url = "string",
  index_url = "string",
  insecure_http = "boolean",
  pool = "any",
  trace = "function|string|userdata",
  transport = "function",
}

---Names that are modules of their own.
local MODULES <const> = {
  secret = "mwlogin.secret",
  respond = "mwlogin.respond",
  testing = "mwlogin.testing",
  store = "mwlogin.store",
  gather = "mwlogin.gather",
  error = "mwlogin.error",
}

---Names that are functions of another module.
local FUNCTIONS <const> = {
  profile = { "mwlogin.profile", "get" },
  file = { "mwlogin.core", "file" },
  crypto = { "mwlogin.core", "crypto" },
  pool = { "mwlogin.core", "pool" },
}

setmetatable(mwlogin, {
  __index = function(self, name)
    local value
    if MODULES[name] then
      value = require(MODULES[name])
    elseif FUNCTIONS[name] then
      value = require(FUNCTIONS[name][1])[FUNCTIONS[name][2]]
    end
    rawset(self, name, value)
    return value
  end,
})

-- == methods of a Session that live above it ======================================================

local session_module = require "mwlogin.session"
local Session = session_module.class

---Logs in (DESIGN §3).
---@param credentials table|nil username, password, method, answers, handlers, respond, redirect, …
---@return mwlogin.Identity|nil identity
---@return mwlogin.Error|nil err of kind `interaction` with `flow` and `step` to go on by hand
function Session:login(credentials)
  return require("mwlogin.login").run(self, credentials)
end

---The AuthManager machine by hand (DESIGN §4).
---@param action "login"|"createaccount"|"linkaccount"|nil
---@param opts table|nil { return_url, preserve_state, requests, resume }
---@return table flow
function Session:flow(action, opts)
  return require("mwlogin.flow").new(self, action, opts)
end

---What this wiki is, offers and asks.
---@return table|nil report
---@return mwlogin.Error|nil err
function Session:doctor()
  return require("mwlogin.doctor").examine(self)
end

-- == open =========================================================================================

local DEFAULT_USER_AGENT <const> = ("mwlogin/%s (no contact given)"):format(mwlogin._VERSION)

local function check_bounds(opts)
  for _, name in ipairs { "timeout", "connect_timeout", "max_response" } do
    local value = opts[name]
    if value and not (value > 0 and value < math.huge) then
      error(("open: option '%s' must be above 0"):format(name), 4)
    end
  end
end

---Options as the Session keeps them: sources read, a user agent given.
local function prepared(opts)
  local made = {}
  for name, value in pairs(opts or {}) do
    made[name] = value
  end
  if not made.user_agent then
    warn "mwlogin: no user_agent given; some wikis turn such clients away"
    made.user_agent = DEFAULT_USER_AGENT
  end
  if made.proxy and type(made.proxy) ~= "string" then
    local secret, err = require("mwlogin.secret").resolve(made.proxy)
    if not secret then
      return nil, err
    end
    made.proxy = type(secret) == "string" and secret or secret:reveal()
    made.proxy_is_secret = true
  end
  if made.http_auth and made.http_auth.password then
    local password, err = require("mwlogin.secret").resolve(made.http_auth.password)
    if not password then
      return nil, err
    end
    made.http_auth = { username = made.http_auth.username, password = password }
  end
  return made
end

---What makes a core session for an address, with these options.
local function maker(pool, opts)
  return function(url)
    return pool:session(url, {
      user_agent = opts.user_agent,
      timeout = opts.timeout,
      connect_timeout = opts.connect_timeout,
      proxy = opts.proxy,
      ca_file = opts.ca_file,
      client_cert = opts.client_cert,
      client_key = opts.client_key,
      transport = opts.transport,
      insecure_http = opts.insecure_http,
      http_auth = (opts.insecure_http or not url:find "^http:") and opts.http_auth or nil,
    })
  end
end

---Opens a Session.
---@param address string api.php (nothing is sent), or any page or host of the wiki
---@param opts table|nil user_agent, account, store, timeout, … (DESIGN §2)
---@return mwlogin.Session|nil session
---@return mwlogin.Error|nil err
function mwlogin.open(address, opts)
  if type(address) ~= "string" then
    error("open takes the address of a wiki", 2)
  end
  options.check(opts, OPEN_OPTIONS, "open")
  check_bounds(opts or {})
  local errors = require "mwlogin.error"
  local made, err = prepared(opts)
  if not made then
    return nil, err
  end
  local tracer, reason = require("mwlogin.trace").new(made.trace)
  if not tracer then
    return nil,
      errors.new {
        kind = "answer",
        code = "trace",
        message = ("the trace file cannot be written: %s"):format(reason),
        advice = "Give another path for the trace.",
      }
  end
  local pool = made.pool or require("mwlogin.core").pool()
  local make = maker(pool, made)
  local api
  api, err = require("mwlogin.discover").api(address, make)
  if not api then
    return nil, err
  end
  local session
  local own_pool = not made.pool
  made.pool = pool
  session, err = session_module.new(api, made, tracer)
  if not session then
    return nil, err
  end
  session.own_pool, session.make = own_pool, make
  if made.http_auth then
    session:protect(made.http_auth.password)
  end
  if made.proxy_is_secret then
    session:protect(made.proxy)
  end
  return session
end

return mwlogin
