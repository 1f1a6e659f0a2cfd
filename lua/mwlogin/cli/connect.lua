---From a WIKI on the command line to a session that can act, and to its end.
local advice = require "mwlogin.cli.advice"
local answers = require "mwlogin.cli.answers"
local options = require "mwlogin.cli.options"
local person = require "mwlogin.cli.person"

local connect = {}

---A word without dot, colon and slash may be the name of a profile; a host of that kind is reached
---without one.
local function profile_of(mwlogin, wiki)
  if not wiki:find("^[%w_-]+$") or not mwlogin.profile then
    return { url = wiki }
  end
  local profile, err = mwlogin.profile(wiki)
  if profile then
    return profile
  end
  if err.code == "no-profile" or err.code == "no-config" then
    return { url = wiki }
  end
  return nil, err
end

local function overlay(base, over)
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
local function ask_password(mwlogin, credentials, respond)
  local name = credentials.username
  if respond and name and name:find("@", 1, true) and not credentials.password then
    credentials.password = mwlogin.secret.prompt("Password for " .. name)
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
local function can_log_in(credentials)
  for _, name in ipairs(WAYS_IN) do
    if credentials[name] ~= nil then
      return true
    end
  end
  return false
end

---@param args table parsed arguments
---@param profile table { login? }
---@param keeps boolean whether the session outlives this run; if not, nobody is asked how long
---@return table credentials for `wiki:login`
---@return boolean given whether there is anything to log in with
local function credentials_of(mwlogin, args, profile, keeps)
  local credentials = overlay(profile.login, options.credentials(args))
  local given = can_log_in(credentials)
  local found = answers.collect(args)
  if found then
    credentials.answers = overlay(credentials.answers, found)
  end
  if args.handlers and #args.handlers > 0 then
    local handlers = {}
    for _, path in ipairs(args.handlers) do
      handlers[#handlers + 1] = path:find("[/]") and path or "./" .. path
    end
    for _, handler in ipairs(credentials.handlers or {}) do
      handlers[#handlers + 1] = handler
    end
    credentials.handlers = handlers
  end
  local respond, redirect = person.ways(args)
  if respond and credentials.remember == nil then
    credentials.remember = keeps
  end
  credentials.respond = credentials.respond or respond
  if redirect == "none" or credentials.redirect == nil then
    credentials.redirect = redirect
  end
  ask_password(mwlogin, credentials, respond)
  return credentials, given or found ~= nil or credentials.handlers ~= nil
end

---Nothing to log in with and nobody to ask is a want of a person, not a refusal of the wiki.
local function as_interaction(err, args, session, credentials)
  if err.code == "anonymous" and args.import then
    err.message = "the wiki knows no session with these cookies"
    err.advice = "Log in with the browser, then export its cookies again."
    return err
  elseif err.code ~= "anonymous" or args.login_method then
    return err
  end
  local kept = session.options.store and require("mwlogin.login.account").kept(session)
  local name = kept or credentials.username
  local why = kept and ("the kept session of %s has ended on the wiki"):format(kept)
    or name and ("a password for %s is needed"):format(name)
    or "a user name and a password are needed"
  err.kind = "interaction"
  err.message = why .. ", and there is nobody to ask"
  err.advice = ("Give --user %s and --password-from SOURCE, or run it on a terminal "):format(
    name or "NAME"
  ) .. "without --no-input."
  return err
end

---Whether a session is kept for this wiki, so that a command without credentials uses it.
local function is_kept(session)
  local account, err = require("mwlogin.login.account").kept(session)
  return account ~= nil, err
end

---Who names an account does not want to act as nobody.
local function not_kept(account)
  return require("mwlogin.error").new {
    kind = "interaction",
    code = "not-kept",
    message = ("no session is kept of the account %s"):format(account),
    advice = "Log in first, or give username and password; mwlogin sessions lists what is kept.",
  }
end

---What leaves nothing to end on the wiki, as words about what is kept of it.
local OVER <const> = {
  anonymous = "which had ended there",
  ["access-ended"] = "which had ended there",
  ["consumer-secret"] = "whose access stays valid there until it is revoked at "
    .. "Special:OAuthManageMyGrants",
}

local function visit(wiki, args, act, always, before, pool)
  local mwlogin = require "mwlogin"
  local profile, profile_err = profile_of(mwlogin, wiki)
  if not profile then
    return nil, profile_err
  end
  local opened = overlay(profile.options, options.open(args))
  opened.pool = pool
  opened.store = not args.unkept and (opened.store or mwlogin.store.file()) or nil
  local session <close>, err = mwlogin.open(profile.url, opened)
  if not session then
    return nil, err
  end
  if before then
    local ready, why = before(session)
    if not ready then
      return nil, why
    end
  end
  local credentials, given = credentials_of(mwlogin, args, profile, not args.unkept)
  if given and args.only_looks then
    return act(session, nil, credentials)
  elseif not given and not always then
    given, err = is_kept(session)
    if err then
      return nil, err
    elseif not given and opened.account and not args.ends then
      return nil, not_kept(opened.account)
    end
  end
  local me, gone
  if given or always then
    me, err = session:login(credentials)
    gone = not me and args.ends and OVER[err.code]
    if gone then
      -- what is left of it is here
      local forgotten, why = require("mwlogin.login.account").forget(session)
      gone, err = forgotten and gone, why
    end
    if not me and not gone then
      return nil, as_interaction(err, args, session, credentials)
    end
    if me and me.unkept then
      if always then
        return nil, me.unkept -- to be kept is what this login was for
      end
      require("mwlogin.cli.output").new(args):warn(wiki, me.unkept)
    end
  end
  return act(session, me, nil, gone)
end

---Opens the wiki, logs in when there is something to log in with (or `always`), lets `act` do its
---work and closes the session, without logging out.
---@param wiki string address or profile
---@param args table parsed arguments
---@param act fun(session: table, me: table|nil, credentials: table|nil, gone: string|nil): any,
---  table|nil under `args.only_looks` it gets the credentials, and nobody logs in with them; `gone`
---  under `args.ends`: words about what was kept, where the wiki had nothing to end
---@param always? boolean log in even without credentials, so that a terminal can be asked
---@param before? fun(session: table): true|nil, table|nil what comes before the login
---@param pool? userdata of whoever visits many at once
---@return any result of `act`
---@return table|nil err with advice in the command's words
function connect.visit(wiki, args, act, always, before, pool)
  local result, err = visit(wiki, args, act, always, before, pool)
  if result == nil then
    err.advice = advice.as_flags(err.advice)
    return nil, err
  end
  return result
end

---What a subcommand for one WIKI does: visit it, print what came of it, tell the exit code.
---@param args table parsed arguments; `wiki`
---@param out table output
---@param act fun(session: table, me: table|nil): any, table|nil
---@param always? boolean
---@param before? fun(session: table): true|nil, table|nil
---@return integer code
function connect.run(args, out, act, always, before)
  local result, err = connect.visit(args.wiki, args, act, always, before)
  if result == nil then
    out:failure(args.wiki, err)
    return out:code(err)
  end
  return out:code(nil)
end

return connect
