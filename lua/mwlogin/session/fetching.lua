---Pages of the wiki's own origin; redirects are followed inside it only.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local flight = require "mwlogin.session.flight"
local options = require "mwlogin.options"
local repeating = require "mwlogin.session.repeating"
local upgrade = require "mwlogin.session.upgrade"

local fetching = {}

local MOST_HOPS <const> = 5

local OPTIONS <const> = {
  method = "string",
  params = "table",
  json = "any",
  headers = "table",
  cookies = "boolean",
  timeout = "number",
  max_response = "integer",
}

---Methods that send no body.
local ASKING <const> = { GET = true, HEAD = true }

local function is_hop(response)
  return response.status >= 300 and response.status < 400 and response.location
end

local function same_origin(session, address)
  local here, there = core.address(session.api), core.address(address)
  return there ~= nil and here.origin == there.origin
end

---What of `params` is sent: json is a body of its own, and takes their place in it.
local function sent_params(sent)
  local in_address = sent.method == nil or sent.method == "GET" or sent.method == "HEAD"
  return (in_address or sent.json == nil) and sent.params or nil
end

---An authorization is for one address, and for one time (OAuth 1 signs both): each hop has its own.
local function authorize(session, path, sent)
  if not session.authorize then
    return nil, flight.logged_out()
  end
  local header, err = session:authorize(sent.method or "GET", path, sent_params(sent))
  if not header then
    return nil, err
  end
  sent.authorization, sent.cookies = header, false
  return true
end

---@return table|nil response
---@return table|nil err
---@return userdata|string|nil authorization as it was sent
local function fetch_authorized(session, path, sent, send)
  return repeating.question(sent.method, function()
    local good, err = authorize(session, path, sent)
    if not good then
      return nil, err
    end
    local response, why = send()
    return response, why, sent.authorization
  end)
end

---Whether a page refuses the authorization, and not for want of another kind of it.
local function is_refusal(response)
  if not response or response.status ~= 401 then
    return false
  end
  local wanted = response.headers["www-authenticate"]
  return wanted == nil or wanted:lower():find "bearer" ~= nil or wanted:lower():find "oauth" ~= nil
end

---Mends the authorization that a page refused, as an API call would. One that was refused as soon
---as it came is not renewed for pages again: it is not its age that they refuse.
---@return true|nil renewed
---@return table|nil err what a renewal that was tried came to
local function renew(session, refused)
  if not session.renew or rawequal(session.refused_afresh, refused) then
    return nil
  end
  local refusal = errors.new {
    kind = "http",
    code = "401",
    status = 401,
    message = "The page refuses the authorization",
  }
  local renewed, err = session:renew(refusal, 1, refused)
  return renewed, not renewed and err ~= refusal and err or nil
end

---One page, under what authorizes the Session.
local function fetch(session, path, sent, hop)
  local event = { event = "fetch", method = sent.method or "GET", hop = hop > 0 and hop or nil }
  local function send()
    return session:exchange(function()
      return session.core:fetch(path, sent)
    end, event)
  end
  if not session.authorize and not sent.authorization then
    return send()
  end
  local response, err, used = fetch_authorized(session, path, sent, send)
  if not is_refusal(response) then
    return response, err
  end
  local renewed, why = renew(session, used)
  if not renewed then
    return not why and response or nil, why
  end
  response, err, used = fetch_authorized(session, path, sent, send)
  session.refused_afresh = is_refusal(response) and used or nil
  return response, err
end

---@param session table
---@param path string resolves against api.php's address
---@param opts table|nil method, params, json, headers, cookies = false
---@return table|nil response { status, headers, body, location, url, retry_after }
---@return table|nil err
function fetching.run(session, path, opts)
  options.check(opts, OPTIONS, "fetch")
  if opts and opts.json ~= nil and ASKING[opts.method or "GET"] then
    error('fetch: option \'json\' is a body: give method = "POST" or "PUT" too', 2)
  end
  local safe, unsafe = upgrade.run(session)
  if not safe then
    return nil, unsafe
  end
  opts = opts or {}
  local sent = {}
  for name, value in pairs(opts) do
    sent[name] = value
  end
  local response, err
  for hop = 0, MOST_HOPS do
    response, err = fetch(session, path, sent, hop)
    if not response then
      return nil, err
    end
    local follows = is_hop(response) and (sent.method or "GET") == "GET"
    if not follows or not same_origin(session, response.location) then
      return response
    end
    path, sent.params = response.location, nil
  end
  return nil,
    errors.new {
      kind = "http",
      code = "redirect-loop",
      message = ("the page redirects more than %d times"):format(MOST_HOPS),
      advice = "Look at the page in a browser.",
    }
end

return fetching
