---The wiki's own redirects, followed with the cookies of the login and no further than its origin.
local errors = require("mwlogin.error")
local target = require("mwlogin.redirect.target")

local hops = {}

local MOST <const> = 20

---@class mwlogin.redirect.End
---@field reached string|nil the return address, if the wiki itself led there
---@field address string where the browser must go on
---@field status integer|nil of the wiki's page the hops ended on

---Where a reply sends on to: an absolute address as it stands, so that what is wrong is seen.
local function location_of(reply)
  if reply.status < 300 or reply.status > 399 then
    return nil
  end
  local raw = reply.headers.location or ""
  return raw:find("^%a[%w+.-]*:") and raw or reply.location
end

---Follows the wiki's redirects from an address on; nothing is fetched beyond the wiki's origin.
---@param session table Session
---@param address string checked by `target.check`
---@param return_url string
---@return mwlogin.redirect.End|nil finish
---@return table|nil err network, tls, http, protocol
function hops.follow(session, address, return_url)
  for _ = 1, MOST do
    if target.is_return(address, return_url) then
      return { reached = address, address = address }
    end
    if not target.on_wiki(address, session) then
      return { address = address }
    end
    local reply, err = session.core:fetch(address)
    if not reply then
      return nil, errors.from(err)
    end
    if session.trace_event then
      session:trace_event({
        event = "hop",
        url = address:match("^[^?#]*"),
        status = reply.status,
      })
    end
    local location = location_of(reply)
    if not location then
      return { address = address, status = reply.status }
    end
    local back = target.is_return(location, return_url)
    local checked, bad = target.check(location, session)
    if not checked and not back then
      return nil, bad
    end
    address = back and location or checked
  end
  return nil,
    errors.new({
      kind = "protocol",
      code = "redirect_loop",
      message = ("The wiki sent the browser on %d times without end."):format(MOST),
      advice = "Log in in a browser to see what it wants; the wiki may refuse its own cookies.",
    })
end

return hops
