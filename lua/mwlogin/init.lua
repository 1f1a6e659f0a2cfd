---mwlogin: logs programs in to MediaWiki wikis. This file hands names on; each is loaded when it is
---first used.
require "mwlogin.late_modules"
local open_options = require "mwlogin.open_options"

---@class mwlogin
---@field secret table sources of secrets; called with a text it makes a secret
---@field respond table responders: terminal(), browser()
---@field crypto table sha1, sha256, hmac, base64url, random, … for handlers
---@field testing table a scripted wiki for specs
---@field store table where sessions are kept
---@field gather function many at once: gather(list, fn, options)
---@field profile function a wiki of config.lua by its name
---@field error table how errors are made and told
---@field file function an upload for `post`: file(path, { name, type })
---@field pool function what several Sessions share, for a loop of your own: pool { wait = … }
local mwlogin = { _VERSION = require "mwlogin.version" }

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

---Loaded where they are first needed; many Sessions follow.
local discover, login, tracers
local Session = session_module.class

---Logs in: a kept session first, else by the method that the credentials fit.
---@param credentials mwlogin.Credentials|nil
---@return mwlogin.Identity|nil identity
---@return mwlogin.Error|nil err of kind `interaction` with `flow` and `step` to go on by hand
function Session:login(credentials)
  session_module.check_open(self)
  login = login or require "mwlogin.login"
  return login.run(self, credentials)
end

---The AuthManager machine by hand: it returns steps and never prompts.
---@param action "login"|"createaccount"|"linkaccount"|nil
---@param opts table|nil { return_url, preserve_state, requests, resume }
---@return table flow
function Session:flow(action, opts)
  session_module.check_open(self)
  return require("mwlogin.flow").new(self, action, opts)
end

---What this wiki is, offers and asks; with credentials also what a login with them would do, step
---by step. Nothing is submitted, no try is used up, no source is read.
---@param credentials mwlogin.Credentials|nil
---@return mwlogin.doctor.Report|nil report
---@return mwlogin.Error|nil err
function Session:doctor(credentials)
  session_module.check_open(self)
  require("mwlogin.login").check(credentials, "doctor")
  return require("mwlogin.doctor").examine(self, credentials)
end

-- == open =========================================================================================

local DEFAULT_USER_AGENT <const> = ("mwlogin/%s (no contact given)"):format(mwlogin._VERSION)

---Reads what was given as a source.
local function read_sources(opts)
  if opts.proxy and type(opts.proxy) ~= "string" then
    local secret = require "mwlogin.secret"
    local address, err = secret.read(opts.proxy, "proxy")
    if not address then
      return nil, err
    end
    opts.proxy = type(address) == "string" and address or address:reveal()
  end
  if opts.http_auth then
    local secret = require "mwlogin.secret"
    local password, err = secret.read(opts.http_auth.password, "http_auth.password")
    if not password then
      return nil, err
    end
    opts.http_auth = { username = opts.http_auth.username, password = password }
  end
  return opts
end

---Options as the Session keeps them: a copy, with a user agent, and sources read.
local function prepared(opts)
  local made = { user_agent = nil, pool = nil } -- room
  for name, value in pairs(opts or made) do
    made[name] = value
  end
  if not made.user_agent then
    warn "mwlogin: no user_agent given; some wikis turn such clients away"
    made.user_agent = DEFAULT_USER_AGENT
  end
  return read_sources(made)
end

local function open_trace(opts)
  local tracer, reason
  if opts.trace then
    tracer, reason = require("mwlogin.trace").new(opts.trace)
  else
    tracers = tracers or require "mwlogin.tracer"
    tracer = tracers.new()
  end
  if not tracer then
    return nil,
      require("mwlogin.error").new {
        kind = "answer",
        code = "trace",
        message = ("The trace file cannot be written: %s"):format(reason),
        advice = "Give another path for the trace.",
      }
  end
  if opts.http_auth then
    tracer:protect(opts.http_auth.password)
  end
  if opts.proxy then
    local proxy = opts.proxy:gsub("^%a[%w+.-]*://", "")
    tracer:protect(proxy:match "^[^:]*:(.*)@")
  end
  return tracer
end

---What looks for the wiki is no part of a record: it tells of the login.
local function unrecorded(opts)
  local copy = {}
  for name, value in pairs(opts) do
    copy[name] = name ~= "record" and value or nil
  end
  return copy
end

---Finds the wiki.
local function find(address, opts, tracer)
  local wire = require "mwlogin.session.wire"
  local scout = {
    open = function(url)
      return wire.scout(opts.pool, url, unrecorded(opts))
    end,
    tell = function(event)
      tracer:event(event)
    end,
  }
  local api, err = discover.api(address, scout)
  if not api then
    return nil, tracer:clean(err)
  end
  return api, scout.found_by
end

---Finds the wiki and opens the Session.
local function connect(address, opts, tracer)
  discover = discover or require "mwlogin.discover"
  local api, found_by = discover.known(address), "address"
  if not api then
    api, found_by = find(address, opts, tracer)
    if not api then
      return nil, found_by
    end
  end
  local session, err = session_module.new(api, opts, tracer)
  if session and found_by ~= "address" then
    session.given, session.found_by = address, found_by
  end
  return session, err
end

---Opens a Session.
---@param address string api.php (nothing is sent), or any page or host of the wiki
---@param opts mwlogin.OpenOptions|nil
---@return mwlogin.Session|nil session
---@return mwlogin.Error|nil err
function mwlogin.open(address, opts)
  if type(address) ~= "string" then
    error(("open takes the address of a wiki, not %s"):format(type(address)), 2)
  end
  open_options.check(opts)
  local sound, unsound = open_options.judge(opts)
  if not sound then
    return nil, unsound
  end
  local made, err = prepared(opts)
  if not made then
    return nil, err
  end
  local tracer
  tracer, err = open_trace(made)
  if not tracer then
    return nil, err
  end
  local own_pool = not made.pool
  made.pool = made.pool or require("mwlogin.core").pool()
  local session
  session, err = connect(address, made, tracer)
  if session then
    session.own_pool = own_pool or nil
    return session
  end
  tracer:close()
  if own_pool then
    made.pool:close()
  end
  return nil, err
end

return mwlogin
