---What a subcommand logs in with: its flags over the profile's login.
local answers = require "mwlogin.cli.answers"
local options = require "mwlogin.cli.options"
local person = require "mwlogin.cli.person"

local credentials = {}

---@param base table|nil
---@param over table what holds where both have a name
---@return table merged
function credentials.overlay(base, over)
  local merged = {}
  for name, value in pairs(base or {}) do
    merged[name] = value
  end
  for name, value in pairs(over) do
    merged[name] = value
  end
  return merged
end

---Bot passwords go to another door than the form that the terminal would ask from: their password
---is asked for here.
local function ask_password(found, respond)
  local name = found.username
  if respond and name and name:find("@", 1, true) and not found.password then
    found.password = require("mwlogin").secret.prompt("Password for " .. name)
  end
end

local WAYS_IN <const> = {
  "username",
  "password",
  "method",
  "access_token",
  "client_id",
  "consumer_key",
}

---What says that a login is wanted; `remember`, say, only says how.
local function can_log_in(found)
  for _, name in ipairs(WAYS_IN) do
    if found[name] ~= nil then
      return true
    end
  end
  return false
end

---Those of the command line come first; a bare name is a file where we are.
local function handlers_of(args, found)
  if not args.handlers or #args.handlers == 0 then
    return found.handlers
  end
  local handlers = {}
  for _, path in ipairs(args.handlers) do
    handlers[#handlers + 1] = path:find("[/]") and path or "./" .. path
  end
  for _, handler in ipairs(found.handlers or {}) do
    handlers[#handlers + 1] = handler
  end
  return handlers
end

---@param args table parsed arguments
---@param login table|nil a profile's
---@param purpose mwlogin.cli.Purpose
---@return table credentials for `wiki:login`
---@return boolean given whether there is anything to log in with
function credentials.of(args, login, purpose)
  local found = credentials.overlay(login, options.credentials(args))
  local given = can_log_in(found)
  local answered = answers.collect(args)
  if answered then
    found.answers = credentials.overlay(found.answers, answered)
  end
  found.handlers = handlers_of(args, found)
  local respond, redirect
  if not purpose.ends then -- nobody is asked for a password in order to log out
    respond, redirect = person.ways(args)
  end
  if respond and found.remember == nil then
    found.remember = purpose.record == nil -- who keeps nothing needs no long session
  end
  found.respond = found.respond or respond
  if redirect == "none" or found.redirect == nil then
    found.redirect = redirect
  end
  ask_password(found, respond)
  return found, given or answered ~= nil or found.handlers ~= nil
end

return credentials
