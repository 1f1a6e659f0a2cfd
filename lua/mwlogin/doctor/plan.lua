---What a login with the given credentials would do, as far as it can be told without doing it:
---nothing is sent, no source is read, no handler is called but for its `match`.
local answers = require "mwlogin.flow.answers"
local core = require "mwlogin.core"
local handlers = require "mwlogin.handlers"
local method_of = require "mwlogin.login.method"
local secret = require "mwlogin.secret"
local steps = require "mwlogin.flow.step"

local plan = {}

---@class mwlogin.doctor.Planned
---@field what string in a sentence
---@field stops boolean|nil the login would end here, unfinished

local SELDOM_ASKED <const> = { null = true, hidden = true, button = true, checkbox = true }

local Plan = {}
Plan.__index = Plan

function Plan:add(what, ...)
  self.list[#self.list + 1] = { what = what:format(...) }
end

function Plan:stop(what, ...)
  self.list[#self.list + 1] = { what = what:format(...), stops = true }
end

-- == before anything is asked =====================================================================

function Plan:kept()
  if not self.session.options.store then
    return
  end
  local entries = require("mwlogin.store.entry")
  local name, err = require("mwlogin.login.account").of(self.session, self.given)
  local entry
  if name then
    entry, err = entries.read(self.session.options.store, entries.id(self.session.api, name))
  end
  if entry then
    self:add("the session kept of %s is proved first; no secret is read if it lives", name)
  elseif err then
    self:stop("the kept sessions cannot be used: %s", err.message)
  end
end

---What can be told of a source without reading it.
local function trouble_of(source)
  local kind, rest = source.label:match "^(%a+):(.*)$"
  if kind == "env" and (os.getenv(rest) or "") == "" then
    return ("the environment variable %s is not set"):format(rest)
  elseif kind == "file" then
    local fine, err = core.private_file.check(rest)
    return not fine and err.message or nil
  end
end

local function spoken_source(value)
  return secret.is_source(value) and ("read from %s"):format(value.label) or "as given"
end

function Plan:sources()
  local function look(name, value)
    local trouble = secret.is_source(value) and trouble_of(value)
    if trouble then
      self:stop("%s: %s", name, trouble)
    end
  end
  for _, name in ipairs { "password", "access_token", "client_secret", "consumer_secret" } do
    look(name, self.given[name])
  end
  for name, value in pairs(self.given.answers or {}) do
    look(name, value)
  end
end

function Plan:transport()
  local address = core.address(self.session.api)
  local open_air = address.scheme == "http" and not address.loopback
  if open_air and not self.session.options.insecure_http then
    self:stop "the wiki is reached by http, and no secret is sent over it"
  end
end

-- == the first step ===============================================================================

---Who would answer a field: words, or nil where nobody would.
---@param request table
---@param field table
---@return string|nil
function Plan:who(request, field)
  local key = self.answers:find(self.step, request, field)
  if key then
    local value = self.answers.values[key]
    return self.given[key] == nil and type(value) == "function" and "answers"
      or (self.given[key] == nil and "answers, " or "") .. spoken_source(value)
  end
  for _, entry in ipairs(self.entries) do
    if entry.handler.answer and steps.matches(entry, request, self.step) then
      local declines = entry.built_in and entry.name == "Password"
      if not declines then
        return ("the handler %s, if it can"):format(entry.name)
      end
    end
  end
  return self.given.respond and "a person is asked" or nil
end

local function must_be_answered(field)
  return not SELDOM_ASKED[field.type] and not field.optional
end

---Whether answers or a handler of the user's own speak of this way to log in.
---@param request table
---@return boolean
function Plan:speaks_of(request)
  for _, field in ipairs(request.fields) do
    local key = self.answers:find(self.step, request, field)
    if key and key ~= "username" and key ~= "password" then
      return true
    end
  end
  for _, entry in ipairs(self.entries) do
    if not entry.built_in and steps.matches(entry, request, self.step) then
      return true
    end
  end
  return false
end

local function name_of(request)
  return request.suffix and request.kind .. ":" .. request.suffix or request.kind
end

---The way in that would be taken.
function Plan:way_in()
  local all, named = {}, nil
  for _, request in ipairs(self.step.requests) do
    if request.required == "primary-required" then
      all[#all + 1] = request
      named = named or self:speaks_of(request) and request
    end
  end
  if named or #all < 2 then
    return named or all[1], all
  end
  for _, request in ipairs(all) do
    if request.fields.password and self.given.password then
      return request, all
    end
  end
  return nil, all
end

function Plan:describe(request)
  local asked, open = {}, {}
  for _, field in ipairs(request.fields) do
    local who = not SELDOM_ASKED[field.type] and self:who(request, field)
    if who then
      asked[#asked + 1] = ("%s (%s)"):format(field.name, who)
    elseif must_be_answered(field) then
      open[#open + 1] = field.name
    end
  end
  if #open > 0 then
    local words = "%s: nobody answers %s"
    self:stop(words, name_of(request), table.concat(open, ", "))
  elseif #asked > 0 then
    self:add("%s: %s", name_of(request), table.concat(asked, ", "))
  else
    self:add("%s: sent, nothing in it has to be answered", name_of(request))
  end
end

function Plan:first_step()
  local chosen, ways = self:way_in()
  for _, request in ipairs(self.step.requests) do
    if request.required == "required" and #request.fields > 0 then
      self:describe(request)
    end
  end
  if chosen then
    self:describe(chosen)
  elseif #ways > 0 then
    local names = {}
    for position, request in ipairs(ways) do
      names[position] = name_of(request)
    end
    self:stop("one way to log in has to be chosen: %s", table.concat(names, ", "))
  end
  self:add "what the wiki asks after that shows only in a login; whatever nobody answers ends it"
end

-- == the whole ====================================================================================

---@param session mwlogin.Session
---@param given mwlogin.Credentials
---@param step mwlogin.Step|nil what a login asks first; nil where there is no dialogue
---@return mwlogin.doctor.Planned[]|nil
---@return mwlogin.Error|nil err a handler cannot be used
function plan.make(session, given, step)
  local entries, err = handlers.load(given.handlers, given.handlers_folder)
  if not entries then
    return nil, err
  end
  local self = setmetatable({
    session = session,
    given = given,
    step = step,
    entries = entries,
    list = {},
    answers = answers.new(given.answers, { username = given.username, password = given.password }),
  }, Plan)
  self:kept()
  local method, why = method_of.choose(given)
  if method then
    self:add("method %s: %s", method, why)
  else
    self:add "method botpassword if the password has the shape of one, else clientlogin"
  end
  self:transport()
  self:sources()
  if method == "session" then
    self:stop "nothing to log in with was given"
  elseif step and (method == nil or method == "clientlogin") then
    self:first_step()
  elseif not step and method == "clientlogin" then
    self:stop "this wiki has no dialogue (clientlogin)"
  end
  return self.list
end

return plan
