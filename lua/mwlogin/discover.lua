---From any address of a wiki to its api.php.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"

local discover = {}

---@class mwlogin.discover.Scout
---@field open fun(url: string): userdata|nil, table|nil a core session for an address
---@field tell fun(event: table) what the trace hears
---@field found_by? "address"|"page"|"usual place" set when api.php is known

local function no_address(code, message, advice)
  return nil, errors.new { kind = "answer", code = code, message = message, advice = advice }
end

---What may be shown of a text that is no address: nothing before an `@`, which may be a password.
local function shown(text)
  local without = text:gsub("%c", "?"):gsub("^(%a[%w+.-]*://).*@", "%1***@")
  return (without:gsub("^[^/]*@", "***@"):sub(1, 80))
end

---An address with its scheme: https, on loopback http.
local function complete(text)
  local url = text
  local address, err
  if text:find "^%a[%w+.-]*://" then
    address, err = core.address(url)
  else
    url = "http://" .. text
    address, err = core.address(url)
    if address and not address.loopback then
      url = "https://" .. text
      address, err = core.address(url)
    end
  end
  if not address then
    return no_address(
      err.code,
      ("'%s' is no address of a wiki"):format(shown(text)),
      "Give a host, a page's address or api.php, such as https://wiki.example.org/."
    )
  elseif address.userinfo then
    return no_address(
      "address",
      "The address holds a user name or password",
      "Leave them out of the address; what stands in front of the wiki goes into http_auth."
    )
  end
  address.url = url
  return address
end

local API <const> = "/api.php"

---The api.php that was given last, and what it is called: many Sessions of one wiki follow each
---other.
local last = {}

---@param text string as for `api`
---@return string|nil api where it was given itself, lately
function discover.known(text)
  return text == last.text and last.api or nil
end

---Finds the api.php that belongs to an address.
---@param text string api.php (nothing is sent), a page, or a host with or without scheme
---@param scout mwlogin.discover.Scout
---@return string|nil api
---@return mwlogin.Error|nil err
function discover.api(text, scout)
  local address, err = complete(text)
  if not address then
    return nil, err
  end
  if address.path:sub(-#API) == API then
    scout.found_by = "address"
    last.text, last.api = text, address.origin .. address.path
    return last.api
  end
  return require("mwlogin.discover.page").api(address, scout)
end

return discover
