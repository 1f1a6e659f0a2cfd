---A Session: one conversation with one wiki, from opening to close. What stands above it (login,
---flow, doctor) is given to it by `mwlogin`.
local calls = require "mwlogin.session.calls"
local errors = require "mwlogin.error"
local flight = require "mwlogin.session.flight"
local options = require "mwlogin.options"
local user = require "mwlogin.session.user"
local wire = require "mwlogin.session.wire"

local session = {}

---@class mwlogin.Identity
---@field name string
---@field id integer
---@field method string|nil
---@field anonymous boolean
---@field fresh boolean|nil false when a kept session was reused
---@field unkept mwlogin.Error|nil why what a fresh login got could not be kept
---@field groups string[]|nil of `whoami` only
---@field rights string[]|nil of `whoami` only

---@class mwlogin.Session
---@field api string address of api.php
---@field options table as given to `open`
---@field pool userdata
---@field core userdata the core session
---@field identity mwlogin.Identity|nil who we logged in as; kept while lost, so that nothing
---  is done as somebody else
---@field told { groups: string[], rights: string[]|nil }|nil what the proof of a kept session told
---  beside the identity
---@field recover (fun(self: mwlogin.Session, err: table): true|nil, table|nil)|nil left by a
---  login: logs in again once
---@field left table|nil what `recover` goes by
---@field authorize function|nil left by an OAuth login: the Authorization of a request
---@field renew function|nil left by an OAuth login: (session, err, attempt, refused) mends an
---  authorization that was refused, so that a second try may go through; else the error, told
---  better
---@field oauth_tokens table|nil what the store keeps of an OAuth login
---@field reached boolean|nil whether the wiki answered before
---@field given string|nil the address that `open` was given, where it is not `api`
---@field found_by string|nil how api.php was found where it was not given: "page" or "usual place"
local Session = {}
Session.__index = Session
Session.__name = "mwlogin.Session"

session.class = Session

local NOTHING <const> = {}

---@param api string address of api.php
---@param opts table checked options of `open`, with `pool`
---@param tracer table
---@return mwlogin.Session|nil
---@return mwlogin.Error|nil err
function session.new(api, opts, tracer)
  local made, err = wire.open(opts.pool, api, opts)
  if not made then
    return nil, err
  end
  return setmetatable({
    api = api,
    options = opts,
    pool = opts.pool,
    core = made,
    tracer = tracer,
    kept = NOTHING,
    reached = nil, -- room
    identity = nil,
  }, Session)
end

local function check_open(self)
  if getmetatable(self) ~= Session then
    error("call this with a colon: session:method(…)", 3)
  elseif self.closed then
    error("this Session is closed", 3)
  end
end

---For the methods that live above: raises at their caller.
session.check_open = check_open

local function check_params(params)
  if type(params) ~= "table" then
    error(("params must be a table, not %s"):format(type(params)), 3)
  elseif params.format ~= nil and params.format ~= "json" then
    error("replies are read as JSON: leave 'format' out, or fetch the page", 3)
  end
end

-- == secrets and traces ===========================================================================

---Remembers a secret, so that no trace and no error shows it.
---@param value any
function Session:protect(value)
  self.tracer:protect(value)
end

---As `protect`, for what was read for one login: it is wiped when that is over.
---@param value any
function Session:protect_once(value)
  self.tracer:protect_once(value)
end

---@param text any
---@return any text what a wiki says, without the secrets it was told
function Session:redact(text)
  return self.tracer:redact(text)
end

---@param code any
---@return any code as `redact`, for what programs compare
function Session:redact_code(code)
  return self.tracer:redact_code(code)
end

---@param err mwlogin.Error
---@return mwlogin.Error err the same, without secrets
function Session:clean(err)
  return self.tracer:clean(err)
end

---Wipes what was read for the login that is over.
function Session:release()
  self.tracer:release()
end

---Keeps secrets of ours until the next login, logout or close, which wipe them; no trace and no
---error shows them meanwhile.
---@param secrets userdata[]
function Session:keep(secrets)
  local kept = self.kept
  for position = 1, #kept do
    kept[position]:wipe()
  end
  self.kept, self.tracer.kept = secrets, secrets
end

---@return boolean whether somebody is told of each exchange
function Session:is_traced()
  return self.tracer.sink ~= nil
end

---@param event table plain; `event` names it
function Session:trace_event(event)
  self.tracer:event(event)
end

-- == exchanges ====================================================================================

Session.exchange, Session.call, Session.settle = calls.exchange, calls.call, calls.settle
Session.step, Session.login_call, Session.bot_login = calls.step, calls.login, calls.bot_login

---One API call with all that this Session promises: bounded waiting, and logging in again once when
---the session was lost.
---@param method "GET"|"POST"
---@param params table
---@param opts table|nil { bare: nothing is added and nothing repeated }
---@return table|nil reply
---@return mwlogin.Error|nil err
function Session:request(method, params, opts)
  check_open(self)
  opts = opts or NOTHING
  if opts.bare then
    return self:call(method, params, opts)
  end
  return require("mwlogin.session.request").run(self, method, params, opts)
end

-- == what people call =============================================================================

local CALL_OPTIONS <const> = { token = "string", token_param = "string" }

---One API call by GET; one too long for an address goes as POST, and so does one with a token.
---@param params table<string, any> lists are joined, true is 1, false and nil are left out
---@param opts table|nil { token, token_param }, as for `post`
---@return table|nil reply decoded
---@return mwlogin.Error|nil err
function Session:get(params, opts)
  check_open(self)
  check_params(params)
  options.check(opts, CALL_OPTIONS, "get")
  if opts and opts.token then
    return require("mwlogin.session.tokens").post(
      self,
      params,
      opts.token,
      opts.token_param or "token"
    )
  end
  local fits = require("mwlogin.session.url_length").fits(params)
  return self:request(fits and "GET" or "POST", params)
end

---One API call by POST. With `opts.token` a token of that type is fetched and sent, and renewed
---once when the wiki calls it bad.
---@param params table<string, any> `mwlogin.file(path)` uploads a file
---@param opts table|nil { token = "csrf", token_param = "token" }
---@return table|nil reply decoded
---@return mwlogin.Error|nil err
function Session:post(params, opts)
  check_open(self)
  check_params(params)
  options.check(opts, CALL_OPTIONS, "post")
  if opts and opts.token then
    return require("mwlogin.session.tokens").post(
      self,
      params,
      opts.token,
      opts.token_param or "token"
    )
  end
  return self:request("POST", params)
end

---Any page of the wiki's own origin, with its cookies. A redirect to another origin is not
---followed: its address is in `location`.
---@param path string resolves against api.php's address
---@param opts table|nil { method, params, json, headers, cookies = false, timeout, max_response }
---@return table|nil response { status, headers, body, location, url, retry_after }
---@return mwlogin.Error|nil err
function Session:fetch(path, opts)
  check_open(self)
  if type(path) ~= "string" then
    error(("fetch takes a path or an address, not %s"):format(type(path)), 2)
  end
  local begun_as = self.identity
  local free, err = flight.await(self)
  if not free then
    return nil, err
  elseif self.identity ~= begun_as then
    local changed = require("mwlogin.session.request").changed(begun_as, self.identity)
    if changed then
      return nil, changed
    end
  end
  return require("mwlogin.session.fetching").run(self, path, opts)
end

---A token, kept until the user changes.
---@param kind string "csrf", "login", "createaccount", …; "bearer": OAuth 2's access token
---@return string|nil token
---@return mwlogin.Error|nil err
function Session:token(kind)
  check_open(self)
  if type(kind) ~= "string" or not kind:find "^[%l_-]+$" then
    error(("a token's type is a word such as 'csrf', not '%s'"):format(tostring(kind)), 2)
  end
  return require("mwlogin.session.tokens").get(self, kind)
end

---Forgets all tokens: they die on every change of user.
function Session:drop_tokens()
  self.tokens = nil
  self.core:drop_tokens()
end

---Who the wiki says we are now. Anonymous is an answer, not an error.
---@return mwlogin.Identity|nil identity with groups and rights
---@return mwlogin.Error|nil err
function Session:whoami()
  check_open(self)
  local free, err = flight.await(self)
  if not free then
    return nil, err
  end
  return user.whoami(self)
end

---Proves that this session belongs to a user, and makes it its identity. All tokens are dropped.
---@param username string as the wiki spelled it
---@param method string
---@return mwlogin.Identity|nil identity
---@return mwlogin.Error|nil err kind refused, code not-proved
function Session:prove(username, method)
  check_open(self)
  return user.prove(self, username, method)
end

---Ends the session on the wiki and empties the jar; the Session itself stays open.
---@return true|nil
---@return mwlogin.Error|nil err
function Session:logout()
  check_open(self)
  local free, err = flight.await(self)
  if not free then
    return nil, err
  end
  return flight.run(self, flight.LOGOUT, user.logout, self)
end

---The session's cookies; whoever has them is logged in.
---@return string[] lines Netscape cookie lines
function Session:export_cookies()
  check_open(self)
  return self.core:cookies()
end

---Takes the lines that belong to the wiki's host. They are another session: who it is, `login {}`
---tells.
---@param lines string[]|string
---@return integer|nil taken
---@return mwlogin.Error|nil err
function Session:import_cookies(lines)
  check_open(self)
  if type(lines) ~= "table" and type(lines) ~= "string" then
    error("import_cookies takes a list of Netscape lines, or a text of them", 2)
  end
  if flight.elsewhere(self) then
    return nil, flight.busy()
  end
  local taken, err = self.core:cookies(lines)
  if not taken then
    return nil, errors.from(err)
  end
  self.has_given_cookies = self.has_given_cookies or taken > 0
  user.forget(self)
  return taken
end

-- == its end ======================================================================================

---Closes; saves changed cookies where they are kept, never logs out. Twice is fine.
function Session:close()
  if self.closed then
    return
  end
  if self.on_close then
    self:on_close()
  end
  self.closed = true
  self:keep(NOTHING)
  self.identity, self.recover, self.left, self.before_login = nil, nil, nil, nil
  self.authorize, self.renew, self.oauth_tokens, self.tokens = nil, nil, nil, nil
  self.core:close()
  if self.own_pool then
    self.pool:close()
  end
  self.tracer:close()
end

Session.__close = Session.close

---@return string
function Session:__tostring()
  return ("mwlogin.Session: %s%s"):format(self.api, self.closed and " (closed)" or "")
end

return session
