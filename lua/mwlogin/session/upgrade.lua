---From http to https, before anything is said to a wiki beyond this machine that wants it so.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local wire = require "mwlogin.session.wire"

local upgrade = {}

local function without_www(host)
  return (host:gsub("^www%.", ""))
end

---Where the wiki redirects a harmless question, asked without cookies and credentials.
local function ask(session)
  local asker, err = wire.scout(session.pool, session.api, session.options)
  if not asker then
    return nil, err
  end
  local response
  response, err = asker:fetch(session.api .. "?action=query&format=json", { cookies = false })
  local event = { event = "fetch", method = "GET", why = "does this wiki want https?" }
  session:trace_event(wire.describe(asker:last(), event, err))
  asker:close()
  return response, err and errors.from(err)
end

local function target_of(response)
  local redirects = response.status >= 300 and response.status < 400
  return redirects and response.location and core.address(response.location)
end

---Over http anybody may answer: of all that is said, only https at the same place is believed.
local function is_same_wiki(here, there)
  return there.scheme == "https"
    and without_www(there.host) == without_www(here.host)
    and there.path == here.path
end

---The same conversation at another address of the wiki, with the cookies so far.
local function move(session, api)
  local made, err = wire.open(session.pool, api, session.options)
  if not made then
    return nil, err
  end
  made:cookies(session.core:cookies())
  session.core:close()
  session.given = session.given or session.api
  session.core, session.api = made, api
  session:trace_event { event = "moved", api = api }
  return true
end

local function elsewhere(here, there)
  local target = there.origin .. there.path
  return nil,
    errors.new {
      kind = "http",
      code = "redirect",
      message = ("%s redirects to another place: %s"):format(here.host, target),
      advice = "If that is your wiki, give its address.",
      location = target,
    }
end

---Cookies that were given are worth a login: they do not go where everybody on the way reads them.
local function unbared(session, here)
  if not session.has_given_cookies or session.options.insecure_http then
    return true
  end
  return nil,
    errors.new {
      kind = "tls",
      code = "insecure_http",
      message = (
        "The cookies that were given would travel unencrypted: %s is plain http beyond "
        .. "this machine"
      ):format(here.host),
    }
end

---Once for each Session whose address is http beyond loopback: one GET, and https from then on if
---the wiki redirects there. Where it does not, the core refuses to send secrets.
---@param session mwlogin.Session
---@return true|nil
---@return mwlogin.Error|nil err
function upgrade.run(session)
  if session.upgraded and not session.in_the_open then
    return true
  elseif session.core:is_private() then
    session.upgraded = true
    return true
  end
  local here = core.address(session.api)
  if session.in_the_open then
    return unbared(session, here)
  end
  local response, err = ask(session)
  if session.core:is_private() then
    return true -- another task has asked too, and was there first: its calls are under way
  elseif not response then
    return nil, err
  end
  local there = target_of(response)
  if there and is_same_wiki(here, there) then
    return move(session, there.origin .. there.path)
  elseif there then
    return elsewhere(here, there)
  end
  session.upgraded, session.in_the_open = true, true
  return unbared(session, here)
end

return upgrade
