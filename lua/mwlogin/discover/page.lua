---From a page of a wiki to its api.php: by the page's EditURI link, else at the usual places.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local wire = require "mwlogin.session.wire"

local page = {}

local MOST_HOPS <const> = 5
local LARGEST_PAGE <const> = 8 * 1024 * 1024

local USUAL_PLACES <const> = { "/w/api.php", "/api.php", "/wiki/api.php", "/mediawiki/api.php" }

local GIVE_API <const> = "Give the address of the wiki's api.php, or of one of its pages."

local function failed(kind, code, message, advice, fields)
  local err = fields or {}
  err.kind, err.code, err.message, err.advice = kind, code, message, advice
  return nil, errors.new(err)
end

local function get(scout, url)
  local session, err = scout.open(url)
  if not session then
    return nil, err
  end
  local response
  response, err = session:fetch(url, { cookies = false, max_response = LARGEST_PAGE })
  local event = { event = "fetch", method = "GET", why = "where is this wiki's api.php?" }
  scout.tell(wire.describe(session:last(), event, err))
  session:close()
  return response, err and errors.from(err)
end

local function without_www(host)
  return (host:gsub("^www%.", ""))
end

local function without_scheme(address)
  return without_www(address.origin:match "//(.*)$")
end

---Another port may be another's server; http and https have ports of their own.
local function is_same_place(from, to)
  if from.scheme == to.scheme then
    return without_scheme(from) == without_scheme(to)
  end
  return without_www(from.host) == without_www(to.host)
end

---Whether a redirect may be followed: the same place but for `www.`, and never back to http.
local function check_hop(from, to, location)
  if not to or not is_same_place(from, to) then
    return failed(
      "http",
      "redirect",
      ("%s redirects to another place: %s"):format(from.host, location:sub(1, 200)),
      "If that is your wiki, give its address.",
      { location = location }
    )
  elseif from.scheme == "https" and to.scheme == "http" then
    return failed(
      "tls",
      "downgrade",
      ("%s redirects from https to http, which is not followed"):format(from.host),
      "Tell the people who run the wiki; only if the network is trusted, give the http address."
    )
  end
  return true
end

---Follows a page's redirects to where it really is.
---@return table|nil response
---@return table address where it ended, or the error
local function walk(scout, address)
  for _ = 0, MOST_HOPS do
    local response, err = get(scout, address.url)
    if not response then
      return nil, err
    end
    local location = response.status >= 300 and response.status < 400 and response.location
    if not location then
      return response, address
    end
    local next_address = core.address(location)
    local fine, why = check_hop(address, next_address, location)
    if not fine then
      return nil, why
    end
    next_address.url = location
    address = next_address
  end
  return failed(
    "http",
    "redirect-loop",
    ("%s redirects in a circle"):format(address.host),
    "Open it in a browser and give the address it ends at."
  )
end

local function unescape(text)
  return (text:gsub("&#0*38;", "&"):gsub("&amp;", "&"))
end

---The link tags of a page. One that never ends ends the search: a pattern would look for its end
---from each tag anew.
local function link_tags(body)
  local at = 1
  return function()
    local first = body:find("<link", at, true)
    local last = first and body:find(">", first, true)
    if not last then
      return nil
    end
    at = last + 1
    return body:sub(first, last)
  end
end

---The address in a page's EditURI link, made absolute.
local function edit_uri(body, base)
  for tag in link_tags(body) do
    if tag:find "rel=[\"']?EditURI" then
      local href = tag:match 'href="([^"]*)"' or tag:match "href='([^']*)'"
      local url = href and core.resolve(base, unescape(href))
      return url and url:match "^[^?#]*"
    end
  end
end

---The link is believed where it stays on the page's origin; http → https is no other place.
local function check_link(link, address)
  local found = core.address(link)
  local upgraded = found and found.host == address.host and found.scheme == "https"
  if found and (found.origin == address.origin or upgraded) then
    return link
  end
  return failed(
    "http",
    "foreign-api",
    ("The page of %s names an API at another place: %s"):format(address.host, link:sub(1, 200)),
    "If you trust that place, give its address.",
    { location = link }
  )
end

-- == the usual places =============================================================================

---Whether a complete reply of the API answers there; a refusal of a private wiki counts.
local function answers(scout, url)
  local session = scout.open(url)
  if not session then
    return false
  end
  local reply, err = session:call("GET", { action = "query", meta = "siteinfo" })
  local event = { event = "call", method = "GET", why = "is this the wiki's api.php?" }
  scout.tell(wire.describe(session:last(), event, err))
  session:close()
  if reply then
    return type(reply.query) == "table"
  end
  return err.kind == "api" or (err.kind == "throttled" and err.status == 200)
end

local function try_usual_places(scout, address)
  for _, path in ipairs(USUAL_PLACES) do
    local url = address.origin .. path
    if answers(scout, url) then
      return url
    end
  end
end

---Why no wiki was found, by what the page answered.
local function explain(response, address)
  local status = response.status
  local function because(kind, message, advice)
    return failed(kind, tostring(status), address.host .. message:format(status), advice, {
      status = status,
      retry_after = response.retry_after,
    })
  end
  if status == 401 then
    return because("http", " wants a name and password before the wiki")
  elseif status >= 500 then
    local with = response.body == "" and "an empty page" or "an error page"
    return because("http", " answered HTTP %d with " .. with)
  elseif status == 429 then
    return because("throttled", " turns this client away for now (HTTP %d)")
  elseif status == 403 then
    return because("http", " turns this client away (HTTP %d)")
  elseif status >= 400 then
    return because("http", " answered HTTP %d, and no wiki was found there", GIVE_API)
  end
  local url = address.url:match("^[^?#]*"):sub(1, 200)
  return failed("protocol", "no-wiki", "No MediaWiki was found at " .. url, GIVE_API)
end

---@param address table as `core.address` reads it, with `url`
---@param scout mwlogin.discover.Scout
---@return string|nil api
---@return mwlogin.Error|nil err
function page.api(address, scout)
  local response, found = walk(scout, address)
  if not response then
    return nil, found
  end
  local link = edit_uri(response.body, found.url)
  if link then
    scout.found_by = "page"
    return check_link(link, found)
  end
  local usual = try_usual_places(scout, found)
  if usual then
    scout.found_by = "usual place"
    return usual
  end
  return explain(response, found)
end

return page
