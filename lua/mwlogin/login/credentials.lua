---What `login` takes: checked, copied, its plain texts locked away.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local options = require "mwlogin.options"

local credentials = {}

local SECRET <const> = "string|secret|source|function"

---Read from anywhere like a secret, and yet none: it travels with each request.
local NAMES <const> = { consumer_key = true }

local KNOWN <const> = {
  username = "string",
  password = SECRET,
  method = "string",
  access_token = SECRET,
  client_id = "string",
  client_secret = SECRET,
  redirect_uri = "string",
  scope = "string|table",
  grant = "string",
  consumer_key = SECRET,
  consumer_secret = SECRET,
  rsa_key = "string",
  access_key = SECRET,
  access_secret = SECRET,
  answers = "table",
  handlers = "table",
  handlers_folder = "string",
  handler_seconds = "number",
  respond = "function",
  redirect = "string|function",
  redirect_timeout = "number",
  extra = "table",
  return_url = "string",
  remember = "boolean",
  recover = "boolean",
}

local ABOVE_ZERO <const> = { "handler_seconds", "redirect_timeout" }

local GRANTS <const> = { authorization_code = true, client_credentials = true }

local REDIRECTS <const> = { auto = true, driven = true, external = true, paste = true, none = true }

local function refuse(what, value, choices, level)
  local near = require "mwlogin.nearest"(value, choices)
  local hint = near and ("did you mean '%s'?"):format(near)
    or "there are " .. table.concat(require "mwlogin.sorted_names"(choices), ", ")
  error(("login has no %s '%s'; %s"):format(what, value, hint), level)
end

---Raises for a table of named values that is a list, and for a list that is none.
local function check_shapes(given, what, level)
  if not (given.answers or given.extra or given.handlers) then
    return
  end
  for _, name in ipairs { "answers", "extra" } do
    for key in pairs(given[name] or {}) do
      if type(key) ~= "string" then
        error(("%s: '%s' has a name for each value: { field = value }"):format(what, name), level)
      end
    end
  end
  for key in pairs(given.handlers or {}) do
    if math.type(key) ~= "integer" then
      error(("%s: 'handlers' is a list: handlers = { handler }"):format(what), level)
    end
  end
end

---Raises where `login` was called when a name is unknown or a value of the wrong type.
---@param given table
---@param methods table<string, any>
---@param level integer
---@param what string|nil who takes them, where it is not `login`
function credentials.check(given, methods, level, what)
  what = what or "login"
  if not options.check(given, KNOWN, what, level + 1) then
    options.bound(given, ABOVE_ZERO, what, level + 1)
  end
  check_shapes(given, what, level + 1)
  if given.consumer_key ~= nil and given.client_id ~= nil and not given.method then
    error(what .. " takes consumer_key (OAuth 1) or client_id (OAuth 2), not both", level)
  end
  if given.method and not methods[given.method] then
    refuse("method", given.method, methods, level + 1)
  end
  if given.grant and not GRANTS[given.grant] then
    refuse("grant", given.grant, GRANTS, level + 1)
  end
  local redirect = given.redirect
  if redirect and not REDIRECTS[redirect] and type(redirect) == "string" then
    refuse("redirect", redirect, REDIRECTS, level + 1)
  end
end

---Only tables can be sources: a login without any does not load them.
local function is_source(value)
  return type(value) == "table" and require("mwlogin.secret").is_source(value)
end

local function lacking(message, advice)
  return errors.new { kind = "answer", code = "credentials", message = message, advice = advice }
end

local NOT_EMPTY <const> = { "client_id", "client_secret", "consumer_key", "consumer_secret" }

local function is_empty(value)
  return (type(value) == "string" or core.is_secret(value)) and #value == 0
end

---What can be said to be wrong before anything is sent.
---@param given table
---@param method string|nil
---@return mwlogin.Error|nil
function credentials.gap(given, method)
  if method == "botpassword" and not (given.username and given.password) then
    return lacking(
      "A bot password login needs username and password",
      "Give both; the name has the form User@app."
    )
  elseif given.password and is_empty(given.password) then
    return lacking("The password is empty", "Give the password, or leave it out to be asked.")
  elseif given.username == "" then
    return lacking("The user name is empty", "Give the user name.")
  end
  if method == "botpassword" or method == "clientlogin" then
    return nil
  end
  for _, name in ipairs(NOT_EMPTY) do
    if is_empty(given[name]) then
      return lacking(("The %s is empty"):format(name), ("Give the %s."):format(name))
    end
  end
end

---@param given table
---@return table copy
function credentials.copy(given)
  local made = { username = nil, password = nil, method = nil, answers = nil } -- room
  for name, value in pairs(given) do
    made[name] = value
  end
  return made
end

---@param given table
---@param used_up table<string, true>|nil names of answers that were good for one time
---@return table given itself, or a copy without them
function credentials.without(given, used_up)
  if not (given.answers and used_up and next(used_up)) then
    return given
  end
  local made = credentials.copy(given)
  made.answers = {}
  for name, value in pairs(given.answers) do
    if not used_up[name] then
      made.answers[name] = value
    end
  end
  return made
end

local NOTHING <const> = {}

local function appended(list, value)
  if list == NOTHING then
    return { value }
  end
  list[#list + 1] = value
  return list
end

---A source that asks git, told what it is to ask for where that was not said. It is one of our
---own: what the caller gave may serve for another wiki next, which must not be given this one's
---password.
local function complete(value, session, given)
  if not is_source(value) or value.label ~= "git" then
    return value
  end
  local own = {}
  for name, item in pairs(value) do
    own[name] = item
  end
  own.username = own.username or given.username
  function own:reader()
    self.url = self.url or session.api -- not before it is read: the Session may move to https
    return value.reader(self)
  end
  return setmetatable(own, getmetatable(value))
end

---A copy with plain secrets in locked memory; sources stay sources, asked for each fresh use.
---@param session mwlogin.Session
---@param given table
---@return table own the copy
---@return userdata[] made the secrets that are ours to keep and to wipe
function credentials.lock_away(session, given)
  local own = { username = nil, password = nil, method = nil, answers = nil } -- room
  local made = NOTHING
  for name, value in next, given do
    if KNOWN[name] == SECRET and not NAMES[name] then
      if type(value) == "string" then
        value = core.secret(value)
        made = appended(made, value)
      else
        value = complete(value, session, given)
        session:protect(value)
      end
    end
    own[name] = value
  end
  return own, made
end

---Whether a source among them asks somebody.
---@param given table
---@return boolean
function credentials.needs_person(given)
  for name, kind in pairs(KNOWN) do
    local value = given[name]
    if kind == SECRET and is_source(value) and value.needs_person then
      return true
    end
  end
  for _, value in pairs(given.answers or {}) do
    if is_source(value) and value.needs_person then
      return true
    end
  end
  return false
end

return credentials
