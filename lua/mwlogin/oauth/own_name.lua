---The name a wiki has for itself ($wgServer): OAuth 1 signatures are checked against it, whatever
---host was spoken to (T33 of doc/traps.md).
local core = require "mwlogin.core"
local upgrade = require "mwlogin.session.upgrade"

local own_name = {}

local function origin_of(text)
  local address = type(text) == "string" and core.address(text)
  return address and address.origin or nil
end

---`server` may lack its scheme; then `base`, the main page's address, tells which one the wiki
---believes it is spoken to by. Behind a proxy that is not always the one we use.
local function from_siteinfo(general, here)
  local server = general.server
  if type(server) ~= "string" then
    return nil
  elseif server:sub(1, 2) ~= "//" then
    return origin_of(server)
  end
  local own = origin_of(here.scheme .. ":" .. server)
  local base = origin_of(general.base)
  if own and base and core.address(own).host == core.address(base).host then
    return base
  end
  return own
end

---A private wiki keeps siteinfo to itself, and yet tells everybody where its API is.
local function from_rsd(session)
  local response = session:exchange(function()
    return session.core:fetch(session.api, { params = { action = "rsd" }, cookies = false })
  end, { event = "fetch", method = "GET", why = "the wiki's own name" })
  local found = response and response.status == 200 and response.body:match 'apiLink="([^"]+)"'
  return found and origin_of((found:gsub("&amp;", "&")))
end

---What a broken connection says is final; a wiki that will not tell is taken by the name we use.
local FATAL <const> = { network = true, tls = true, cancelled = true }

---@param session mwlogin.Session without authorization yet
---@return string|nil origin "https://host", with the port where it is not the scheme's own
---@return mwlogin.Error|nil err the wiki cannot be reached
function own_name.of(session)
  local safe, unsafe = upgrade.run(session)
  if not safe then
    return nil, unsafe
  end
  local params = { action = "query", meta = "siteinfo" }
  local reply, err = session:exchange(function()
    return session.core:call("GET", params, { cookies = false })
  end, { event = "call", method = "GET", params = params })
  if not reply and FATAL[err.kind] then
    return nil, err
  end
  local here = assert(core.address(session.api))
  local general = reply and type(reply.query) == "table" and reply.query.general
  local found = type(general) == "table" and from_siteinfo(general, here)
  return found or not reply and from_rsd(session) or here.origin
end

return own_name
