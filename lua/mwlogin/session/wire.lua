---The core session under a Session, made from the options of `open`.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"

local wire = {}

---With what a record wants to see of each exchange.
local function observed(opts)
  local own = {}
  for name, value in pairs(opts) do
    own[name] = value
  end
  own.observe = opts.record.watch
  return own
end

---Whether everybody on the way reads what is said there.
---@param address table as `core.address` reads it
---@return boolean
function wire.is_open_air(address)
  return address.scheme == "http" and not address.loopback
end

---@param pool userdata
---@param url string address of api.php, or any on its origin
---@param opts table checked options of `open`
---@return userdata|nil core session
---@return mwlogin.Error|nil err
function wire.open(pool, url, opts)
  local made, err = pool:session(url, opts.record and observed(opts) or opts, true)
  return made, err and errors.from(err)
end

---What an event tells of the last exchange of a core session.
---@param last table|nil `core:last()`
---@param event table gets url, status, sent, received, seconds; error and kind of `err`
---@param err table|nil
---@return table event
function wire.describe(last, event, err)
  last = last or {}
  event.url, event.status = last.url, last.status
  event.sent, event.received, event.seconds = last.sent, last.received, last.seconds
  if err then
    event.error, event.kind = err.code, err.kind
  end
  return event
end

---One that only looks around: without http_auth where that would travel unencrypted.
---@param pool userdata
---@param url string
---@param opts table
---@return userdata|nil core session
---@return mwlogin.Error|nil err
function wire.scout(pool, url, opts)
  local address = core.address(url)
  if not address or not wire.is_open_air(address) or opts.insecure_http then
    return wire.open(pool, url, opts)
  end
  local chosen = {}
  for name, value in pairs(opts) do
    chosen[name] = value
  end
  chosen.http_auth = nil
  return wire.open(pool, url, chosen)
end

return wire
