---The ways through a browser and back: a login's REDIRECT, or an OAuth grant.
local choice = require("mwlogin.redirect.choice")
local core = require("mwlogin.core")
local driven = require("mwlogin.redirect.driven")
local errors = require("mwlogin.error")
local external = require("mwlogin.redirect.external")
local hops = require("mwlogin.redirect.hops")
local listener = require("mwlogin.listener")
local paste = require("mwlogin.redirect.paste")
local target = require("mwlogin.redirect.target")

local redirect = {}

---Where nothing can be opened, nobody listens at the return address: a port that only root may
---listen on and that browsers do not refuse.
local NOWHERE <const> = "http://127.0.0.1:2/mwlogin"
local TIMEOUT <const> = 600
local WAYS <const> = { auto = true, driven = true, external = true, paste = true, none = true }

---@class mwlogin.redirect.Way
---@field return_url string to be sent with the begin
---@field listener mwlogin.Listener|nil
---@field session table
---@field timeout number seconds a person may take
local Way = {}
Way.__index = Way
Way.__name = "mwlogin.redirect.way"

local function check_arguments(options)
  local wanted = options.redirect
  if wanted ~= nil and type(wanted) ~= "function" and not WAYS[wanted] then
    local given = type(wanted) == "string" and '"' .. wanted .. '"' or type(wanted)
    error(
      'redirect must be "auto", "driven", "external", "paste", "none" or a function, not ' .. given,
      3
    )
  end
  if options.return_url ~= nil and type(options.return_url) ~= "string" then
    error("return_url must be a string, not a " .. type(options.return_url), 3)
  end
end

---A way that was asked for by name must be there before the login begins.
local function check_available(session, options)
  if options.redirect == "driven" then
    return driven.available(session, options.browse or false)
  end
  if options.redirect == "external" then
    return external.available()
  end
  return true
end

local function opens_a_browser(session, options)
  if options.redirect == "paste" then
    return options.browse and driven.available(session, true) or false
  end
  if type(options.redirect) == "function" then
    return true
  end
  if options.redirect then
    return external.available() or driven.available(session, options.browse or false) or false
  end
  return options.browse and driven.available(session, true) or false
end

---What came back must be of this login: the state that was sent out, where one was.
local function accept(way, answer)
  if not way.step then
    return false, "No login waits for an answer yet."
  end
  local values = answer.form or answer.query
  for name, value in pairs(way.expected) do
    -- a refusal may come without
    if values[name] ~= value and not (values.error and values[name] == nil) then
      return false, ("Its %s is another one."):format(name)
    end
  end
  if values.error then
    return true
  end
  for _, request in ipairs(way.step.requests or {}) do
    local field = request.fields and request.fields.state
    if field and not field.optional and not values.state then
      return false, "It lacks its state."
    end
  end
  return true
end

local function listen(way, options)
  local place = {
    accept = function(answer)
      return accept(way, answer)
    end,
    sleep = way.sleep,
  }
  if options.return_url then
    local parts = core.address(options.return_url)
    if not parts or parts.scheme ~= "http" or not parts.loopback or parts.query then
      return true
    end
    place.host, place.port, place.path = parts.host:gsub("[%[%]]", ""), parts.port, parts.path
  end
  local opened, err = listener.open(place)
  if opened then
    way.listener = opened
    return true
  end
  if err.code == "no_socket" and options.redirect ~= "external" then
    return true -- a browser of our own shows us the return address all the same
  end
  if err.code == "port" and type(options.redirect) == "function" then
    return true -- it may be the function's own listener
  end
  return nil, err
end

local function with_path(url)
  return url:match("^%a[%w+.-]*://[^/?#]+$") and url .. "/" or url
end

---Prepares the way back, before the login begins.
---@param session table Session
---@param options? table
---  redirect: nil or "none" (only the wiki's own redirects are followed), "auto", "driven",
---  "external", "paste", or a function(step, context) that returns the address that came back;
---  return_url: the caller's own; browse: true when a handler may drive a browser;
---  timeout: seconds a person may take (600); patience: seconds a browser of our own may take for
---  an answer (30); engine: "pipe" or "webdriver", else what is there
---@return mwlogin.redirect.Way|nil way
---@return table|nil err interaction: what was asked for cannot work here, or the port is taken
function redirect.prepare(session, options)
  options = options or {}
  check_arguments(options)
  if options.redirect == "none" then
    options = setmetatable({ redirect = false }, { __index = options })
  end
  local available, missing = check_available(session, options)
  if not available then
    return nil, missing
  end
  local way = setmetatable({
    session = session,
    redirect = options.redirect or nil,
    timeout = options.timeout or TIMEOUT,
    engine = options.engine,
    patience = options.patience,
    expected = {},
    return_url = with_path(options.return_url or NOWHERE),
    sleep = session.pool and function(seconds)
      session.pool:sleep(seconds)
    end,
  }, Way)
  if opens_a_browser(session, options) then
    local good, err = listen(way, options)
    if not good then
      return nil, err
    end
    if way.listener and not options.return_url then
      way.return_url = way.listener.url
    end
  end
  return way
end

---The address that came back, if the listener has it; serves who is there on the way.
---@return string|nil address
function Way:caught()
  local answer = self.listener and self.listener:step(0)
  return answer and answer.address or nil
end

local FOLLOW <const> = {
  driven = function(way, finish)
    return driven.follow(way, finish.address, {})
  end,
  external = function(way, finish)
    return external.follow(way, finish.address)
  end,
  paste = function(way, finish, way_back, context)
    return paste.follow(way, finish.address, way_back, context)
  end,
}

local function ask_function(way, step, context)
  local address, err = way.redirect(step, context)
  if address == nil then
    return nil,
      errors.is(err) and err or errors.new({
        kind = "handler",
        code = "redirect_function",
        message = "The redirect function gave no address" .. (err and ": " .. tostring(err) or "."),
        advice = "It must return the address the browser came back to.",
      })
  end
  if way.code and type(address) == "string" then
    address = paste.code_address(address, way)
  end
  if type(address) ~= "string" or not target.is_return(address, way.return_url) then
    return nil,
      errors.new({
        kind = "handler",
        code = "redirect_function",
        message = "The redirect function returned something else than the return address.",
        advice = "It must return what the browser's address bar held: " .. way.return_url .. "…",
      })
  end
  return address
end

---A browser that could not even start leaves the login as it was: the next way may be tried.
local function may_try_next(err)
  return err.kind == "interaction" and err.code ~= "timeout"
end

local function try_ways(way, ways, finish, way_back, context)
  local address, err
  for position, name in ipairs(ways) do
    address, err = FOLLOW[name](way, finish, way_back, context)
    if address or position == #ways or not may_try_next(err) then
      break
    end
  end
  return address, err
end

local function go_on(way, wanted, finish, step, context)
  local way_back = step.expected and "return"
    or target.way_back(finish.address, step.redirect_url, way.session, way.return_url)
  if wanted == nil then
    return choice.not_asked_for(way, way_back, finish)
  end
  if wanted ~= "auto" then
    local fits, err = choice.fits(wanted, way, way_back, finish)
    if not fits then
      return nil, err
    end
    return FOLLOW[wanted](way, finish, way_back, context)
  end
  local can_ask = context ~= nil and context.ask ~= nil and context.can_ask ~= false
  local ways, err = choice.automatic(way, way_back, finish, can_ask)
  if not ways then
    return nil, err
  end
  return try_ways(way, ways, finish, way_back, context)
end

local function begin(way, step)
  if way.closed then
    error("attempt to use a closed way", 3)
  end
  local checked, err = target.check(step.redirect_url, way.session)
  if not checked then
    return nil, err
  end
  local finish, failed = { address = checked }, nil
  if not step.expected then
    finish, failed = hops.follow(way.session, checked, way.return_url)
  end
  if not finish then
    return nil, failed
  end
  if way.listener then
    way.listener:rearm()
  end
  way.step = step
  way.code = step.code
  way.expected = step.expected or { state = target.state(finish.address, way.return_url) }
  return finish
end

---Goes the way of a REDIRECT step, as `redirect` says, and waits for the return.
---@param step table the step; `redirect_url` is checked before anything is opened. One with
---  `expected` (name → value that must come back unchanged) is a page of an OAuth grant: there the
---  person is known by their own browser, so that no hop is tried with the Session's cookies; with
---  `code` beside it the wiki may show the value of that name instead of sending the browser back
---@param context? table with `ask(field)`, for pasting; handed to a redirect function
---@param drive? fun(page: mwlogin.redirect.Page) a script that plays the person, headless
---@return string|nil address the return address with what was added to it
---@return table|nil err interaction (naming what would work), cancelled, handler, protocol…
function Way:follow(step, context, drive)
  if drive then
    return self:browse(step, context, drive)
  end
  local finish, err = begin(self, step)
  if not finish then
    return nil, err
  end
  if finish.reached then
    return finish.reached
  end
  if type(self.redirect) == "function" then
    return ask_function(self, step, context)
  end
  return go_on(self, self.redirect, finish, step, context)
end

---Goes the same way because a handler says so: in a window, or headless with `drive`.
---@param step table
---@param context? table
---@param drive? fun(page: mwlogin.redirect.Page)
---@return string|nil address
---@return table|nil err
function Way:browse(step, context, drive)
  local finish, err = begin(self, step)
  if not finish then
    return nil, err
  end
  if finish.reached then
    return finish.reached
  end
  if drive then
    return driven.follow(self, finish.address, { drive = drive })
  end
  local wanted = self.redirect
  if type(wanted) ~= "string" then
    wanted = "auto"
  end
  return go_on(self, wanted, finish, step, context)
end

---Ends everything; twice is fine.
function Way:close()
  self.closed = true
  if self.listener then
    self.listener:close()
  end
end

Way.__close = Way.close
Way.__gc = Way.close

return redirect
