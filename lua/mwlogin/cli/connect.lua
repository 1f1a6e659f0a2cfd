---From a WIKI on the command line to a session that can act, and to its end.
local credentials_of = require "mwlogin.cli.credentials"
local options = require "mwlogin.cli.options"

local connect = {}

---What a subcommand wants of its visit, beyond the flags that were given.
---@class mwlogin.cli.Purpose
---@field always boolean|nil log in even without credentials, so that a terminal can be asked
---@field before (fun(session: table): true|nil, table|nil)|nil what comes before the login
---@field looks boolean|nil nobody logs in: `act` gets the credentials, if there are any
---@field ends boolean|nil the session is to end: nobody is asked, one that has ended is no error
---@field record table|nil a recorder: a fresh login, of which nothing is kept
---@field pool userdata|nil of whoever visits many at once
local NO_PURPOSE <const> = {}

---A profile that holds what no login takes is its writer's mistake, not ours.
local function checked(profile)
  local fits, mistake = pcall(require("mwlogin.login").check, profile.login)
  if fits then
    return profile
  end
  return nil,
    require("mwlogin.error").new {
      kind = "answer",
      code = "config",
      message = ("profile '%s' cannot be used: %s"):format(
        profile.name,
        tostring(mistake):gsub("^[^:]*:%d+: ", "")
      ),
      advice = "Correct its login in mwlogin/config.lua.",
    }
end

---A word without dot, colon and slash may be the name of a profile; a host of that kind is reached
---without one.
local function profile_of(mwlogin, wiki)
  if not wiki:find("^[%w_-]+$") or not mwlogin.profile then
    return { url = wiki }
  end
  local profile, err = mwlogin.profile(wiki)
  if profile then
    return checked(profile)
  end
  if err.code == "no-profile" or err.code == "no-config" then
    return { url = wiki, near = err.near }
  end
  return nil, err
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
  local user = args.login_username and "" or ("--user %s and "):format(name or "NAME")
  err.advice = ("Give %s--password-from SOURCE, or run it on a terminal "):format(user)
    .. "without --no-input."
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

---Opens the wiki that is meant: an address or a profile.
local function open(wiki, args, purpose)
  local mwlogin = require "mwlogin"
  local profile, err = profile_of(mwlogin, wiki)
  if not profile then
    return nil, err
  end
  local opened = credentials_of.overlay(profile.options, options.open(args))
  opened.pool, opened.record = purpose.pool, purpose.record
  opened.store = not purpose.record and (opened.store or mwlogin.store.file()) or nil
  local session
  session, err = mwlogin.open(profile.url, opened)
  if err and err.code == "resolve" and profile.near then
    err.advice = ("Did you mean the profile '%s'?"):format(profile.near)
  end
  return session, err, profile
end

---Whether to log in: with what was given, as what is kept, or since it is asked for anyway.
local function is_wanted(session, given, purpose)
  if given or purpose.always then
    return true
  end
  local kept, err = is_kept(session)
  if err and err.code == "account" and purpose.looks then
    return false -- which of them is meant does not matter to who only looks
  elseif err then
    return nil, err
  elseif not kept and session.options.account and not purpose.ends then
    return nil, not_kept(session.options.account)
  end
  return kept
end

---@return table|nil me
---@return table|nil err
---@return string|nil gone words about what was kept, where the wiki had nothing to end
local function log_in(session, credentials, wiki, args, purpose)
  local me, err = session:login(credentials)
  if err and err.code == "account" and purpose.always then
    err.advice = "Name one: --account NAME; a new name keeps this login beside them."
  end
  local gone = not me and purpose.ends and OVER[err.code] or nil
  if gone then
    -- what is left of it is here
    local forgotten, why = require("mwlogin.login.account").forget(session)
    return nil, not forgotten and why or nil, gone
  elseif not me then
    return nil, as_interaction(err, args, session, credentials)
  elseif me.unkept and purpose.always then
    return nil, me.unkept -- to be kept is what this login was for
  elseif me.unkept then
    require("mwlogin.cli.output").new(args):warn(wiki, me.unkept)
  end
  return me
end

local function visit(wiki, args, act, purpose)
  local opened, err, profile = open(wiki, args, purpose)
  if not opened then
    return nil, err
  end
  local session <close> = opened
  if purpose.before then
    local ready, why = purpose.before(session)
    if not ready then
      return nil, why
    end
  end
  local credentials, given = credentials_of.of(args, profile.login, purpose)
  if given and purpose.looks then
    return act(session, nil, credentials)
  end
  local wanted, why = is_wanted(session, given, purpose)
  if why then
    return nil, why
  end
  local me, gone
  if wanted then
    me, err, gone = log_in(session, credentials, wiki, args, purpose)
    if err then
      return nil, err
    end
  end
  return act(session, me, nil, gone)
end

---Opens the wiki, logs in when there is something to log in with, lets `act` do its work and closes
---the session, without logging out.
---@param wiki string address or profile
---@param args table parsed arguments
---@param act fun(session: table, me: table|nil, credentials: table|nil, gone: string|nil): any,
---  table|nil
---@param purpose? mwlogin.cli.Purpose
---@return any result of `act`
---@return table|nil err with advice in the command's words
function connect.visit(wiki, args, act, purpose)
  local result, err = visit(wiki, args, act, purpose or NO_PURPOSE)
  if result == nil then
    err.advice = require("mwlogin.cli.advice").as_flags(err.advice)
    return nil, err
  end
  return result
end

---What a subcommand for one WIKI does: visit it, print what came of it, tell the exit code.
---@param args table parsed arguments; `wiki`
---@param out table output
---@param act fun(session: table, me: table|nil): any, table|nil
---@param purpose? mwlogin.cli.Purpose
---@return integer code
function connect.run(args, out, act, purpose)
  local result, err = connect.visit(args.wiki, args, act, purpose)
  if result == nil then
    out:failure(args.wiki, err)
    return out:code(err)
  end
  return out:code(nil)
end

return connect
