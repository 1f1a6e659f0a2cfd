---A person allows a program to act for them: they are sent to the wiki's page in a browser, and
---awaited at the return address. Both versions of OAuth go through here.
local contexts = require "mwlogin.flow.context"
local errors = require "mwlogin.error"
local query = require "mwlogin.query"
local redirect = require "mwlogin.redirect"

local consent = {}

---@class mwlogin.oauth.Consent
---@field return_url string where the browser is to be sent back to: send it along
---@field listens boolean whether somebody is awaited there; else the person brings what came back
local Consent = {}
Consent.__index = Consent
Consent.__name = "mwlogin.oauth.consent"

---Prepares the way back, before the wiki is told of it.
---@param session mwlogin.Session
---@param credentials table
---  redirect: "auto" (default), "external", "driven", "paste" or a function(step, context);
---  redirect_timeout: seconds a person may take; respond: asks for the address when it is pasted
---@param return_url string|nil the registered one; default: a free port and a random path
---@return mwlogin.oauth.Consent|nil to be closed
---@return mwlogin.Error|nil err interaction: no browser could work, or the port is taken
function consent.prepare(session, credentials, return_url)
  if credentials.redirect == "none" then
    return nil,
      errors.new {
        kind = "interaction",
        code = "consent-needed",
        message = "A person has to allow this in a browser, and nobody may be asked",
        advice = "Log in once where somebody is there, with a store, or use an owner-only "
          .. "consumer.",
      }
  end
  local way, err = redirect.prepare(session, {
    redirect = credentials.redirect or "auto",
    return_url = return_url,
    timeout = credentials.redirect_timeout,
  })
  if not way then
    return nil, err
  end
  return setmetatable({
    session = session,
    respond = credentials.respond,
    way = way,
    return_url = way.return_url,
    listens = way.listener ~= nil,
  }, Consent)
end

local function refused(values)
  local said = values.error_description or values.error
  return errors.new {
    kind = "refused",
    code = values.error:match "^[%w_.-]+$" or "refused",
    message = ("The wiki gives no access: %s"):format(said),
    advice = values.error == "access_denied" and "Log in again, and allow it there." or nil,
  }
end

local function foreign(name)
  return errors.new {
    kind = "refused",
    code = "foreign-answer",
    message = ("What came back is not the answer to this login: its %s is another one"):format(
      name
    ),
    advice = "Log in again; if it happens again, somebody else sends answers to this program.",
  }
end

---Opens the wiki's page and waits until the browser comes back.
---@param address string of the page
---@param expected table<string, string> what must come back unchanged: state, oauth_token
---@param code string|nil the wiki shows the person a code: the name under which it is handed on
---@return table<string, string>|nil values of the address that came back, each decoded once
---@return mwlogin.Error|nil err refused (the person or the wiki said no), interaction, cancelled…
function Consent:ask(address, expected, code)
  local way = self.way
  local step = {
    status = "REDIRECT",
    redirect_url = address,
    requests = {},
    expected = expected,
    code = code,
  }
  local run = {
    flow = { session = self.session, attempt = 1 },
    respond = self.respond,
    pictures = {},
    browse = function(_, to, drive)
      return way:browse(to, contexts.new(self.run, to, {}), drive)
    end,
  }
  self.run = run
  local came_back, err = way:follow(step, contexts.new(run, step, {}))
  if not came_back then
    return nil, err
  end
  local values = query.of(came_back)
  for name, value in pairs(expected) do
    if values[name] ~= value and not (values.error and values[name] == nil) then
      return nil, foreign(name)
    end
  end
  if values.error then
    return nil, refused(values)
  end
  return values
end

---Ends it; twice is fine.
function Consent:close()
  self.way:close()
end

Consent.__close = Consent.close
Consent.__gc = Consent.close

return consent
