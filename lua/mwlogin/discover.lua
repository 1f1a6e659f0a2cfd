---From any address of a wiki to its api.php, and from http to https before a secret is sent.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"

local discover = {}

local MOST_HOPS <const> = 5
local LARGEST_PAGE <const> = 8 * 1024 * 1024

local USUAL_PLACES <const> = { "/w/api.php", "/api.php", "/wiki/api.php", "/mediawiki/api.php" }

local function not_found(message, advice, fields)
  local err = fields or {}
  err.kind, err.code = err.kind or "http", err.code or "no-wiki"
  err.message, err.advice = message, advice
  return nil, errors.new(err)
end

local LOOPBACK_NAMES <const> = { "^localhost$", "%.localhost$", "^127%.%d+%.%d+%.%d+$", "^%[::1%]$" }

local function is_loopback(host)
  for _, pattern in ipairs(LOOPBACK_NAMES) do
    if host:find(pattern) then
      return true
    end
  end
  return false
end

---An address with its scheme: https, on loopback http.
---@param text string
---@return table|nil address as `core.address` gives it, and `url`
---@return mwlogin.Error|nil err
function discover.complete(text)
  local url = text
  if not text:find "^%a[%w+.-]*://" then
    local host = text:match "^%[[^%]]*%]" or text:match "^[^/:?#]*"
    url = (is_loopback(host:lower()) and "http://" or "https://") .. text
  end
  local address, err = core.address(url)
  if not address then
    return nil,
      errors.from(err, {
        message = ("'%s' is no address of a wiki"):format(text:gsub("%c", "?"):sub(1, 80)),
        advice = "Give a host, a page's address or api.php, such as https://wiki.example.org/.",
      })
  elseif address.userinfo then
    return nil,
      errors.new {
        kind = "answer",
        code = "address",
        message = "the address holds a user name or password",
        advice = "Leave them out of the address; what stands in front of the wiki goes into http_auth.",
      }
  end
  address.url = url
  return address
end

local function bare_host(host)
  return (host:gsub("^www%.", ""))
end

---Whether a redirect may be followed: the same host but for `www.`, and never back to http.
local function may_follow(from, to)
  if from.scheme == "https" and to.scheme == "http" then
    return false
  end
  return bare_host(from.host) == bare_host(to.host)
end

local function get(make, url)
  local session, err = make(url)
  if not session then
    return nil, err
  end
  local response
  response, err = session:fetch(url, { cookies = false, max_response = LARGEST_PAGE })
  session:close()
  return response, err and errors.from(err)
end

---Follows a page's redirects to where it really is.
---@return table|nil response
---@return table address where it ended
local function walk(make, address)
  for _ = 0, MOST_HOPS do
    local response, err = get(make, address.url)
    if not response then
      return nil, err
    end
    if not (response.status >= 300 and response.status < 400 and response.location) then
      return response, address
    end
    local next_address = core.address(response.location)
    if not next_address or not may_follow(address, next_address) then
      return not_found(
        ("%s redirects to another place: %s"):format(address.host, response.location:sub(1, 200)),
        "If that is your wiki, give its address.",
        { code = "redirect", location = response.location }
      )
    end
    next_address.url = response.location
    address = next_address
  end
  return not_found(
    ("%s redirects in a circle"):format(address.host),
    "Open it in a browser and give the address it ends at.",
    { code = "redirect-loop" }
  )
end

local function unescape(text)
  return (text:gsub("&amp;", "&"):gsub("&#0*38;", "&"))
end

---The address in a page's EditURI link, made absolute.
local function edit_uri(body, base)
  for tag in body:gmatch "<link[^>]*>" do
    if tag:find 'rel=["\']?EditURI' then
      local href = tag:match 'href="([^"]*)"' or tag:match "href='([^']*)'"
      local url = href and core.resolve(base, unescape(href))
      return url and url:match "^[^?#]*"
    end
  end
end

local function check_link(link, address)
  local found = core.address(link)
  local upgraded = found and found.host == address.host and found.scheme == "https"
  if found and (found.origin == address.origin or upgraded) then
    return link
  end
  return not_found(
    ("the page of %s names an API at another place: %s"):format(address.host, link:sub(1, 200)),
    "If you trust that place, give its address.",
    { code = "foreign-api", location = link }
  )
end

---Whether a complete reply of the API answers there; a refusal of a private wiki counts.
local function answers(make, url)
  local session, err = make(url)
  if not session then
    return false, err
  end
  local reply
  reply, err = session:call("GET", { action = "query", meta = "siteinfo" })
  session:close()
  if reply then
    return type(reply.query) == "table"
  end
  return err.kind == "api", err
end

local function try_usual_places(make, address)
  for _, path in ipairs(USUAL_PLACES) do
    local url = address.origin .. path
    if answers(make, url) then
      return url
    end
  end
end

local function explain(response, address)
  local advice = "Give the address of the wiki's api.php, or of one of its pages."
  if response.status == 401 then
    return not_found(
      ("%s wants a name and password before the wiki"):format(address.host),
      "Give http_auth = { username, password }.",
      { code = "401", status = 401 }
    )
  elseif response.status >= 400 then
    return not_found(
      ("%s answered HTTP %d, and no wiki was found there"):format(address.host, response.status),
      response.status >= 500 and "The server fails: try later. " .. advice or advice,
      { code = tostring(response.status), status = response.status }
    )
  end
  return not_found(
    ("no MediaWiki was found at %s"):format(address.url:sub(1, 200)),
    advice,
    { kind = "protocol", status = response.status }
  )
end

---Finds the api.php that belongs to an address.
---@param text string api.php (nothing is sent), a page, or a host with or without scheme
---@param make fun(url: string): userdata|nil, table|nil a core session for an address
---@return string|nil api
---@return mwlogin.Error|nil err
function discover.api(text, make)
  local address, err = discover.complete(text)
  if not address then
    return nil, err
  end
  if address.path:find "/api%.php$" then
    return address.origin .. address.path
  end
  local response, found = walk(make, address)
  if not response then
    return nil, found
  end
  local link = edit_uri(response.body, found.url)
  if link then
    return check_link(link, found)
  end
  local usual = try_usual_places(make, found)
  if usual then
    return usual
  end
  return explain(response, found)
end

---The https address of a wiki that was given as http beyond loopback, where the wiki redirects to it.
---@param api string
---@param make fun(url: string): userdata|nil, table|nil
---@return string|nil api unchanged where nothing redirects
---@return mwlogin.Error|nil err
function discover.secure(api, make)
  local address = core.address(api)
  address.url = api
  local response, err = get(make, api)
  if not response then
    return nil, err
  end
  local target = response.location and core.address(response.location)
  if not target then
    return api
  end
  if target.scheme == "https" and may_follow(address, target) then
    return target.origin .. target.path
  end
  return not_found(
    ("%s redirects to another place: %s"):format(address.host, response.location:sub(1, 200)),
    "If that is your wiki, give its address.",
    { code = "redirect", location = response.location }
  )
end

return discover
