---Which addresses may be opened in a browser, and where they lead back to.
local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local query = require("mwlogin.query")

local target = {}

local LONGEST <const> = 32 * 1024

local function refused(code, message)
  return nil,
    errors.new({
      kind = "protocol",
      code = code,
      message = message,
      advice = "Do not open it by hand either; tell those who run the wiki.",
    })
end

---Checks an address somebody else gave us before a browser sees it.
---@param address any as the wiki or a page sent it
---@param session table the Session it belongs to: its api address and `insecure_http`
---@return string|nil address with what an address may not hold percent-encoded
---@return table|nil err protocol, or tls for http beyond loopback
function target.check(address, session)
  if type(address) ~= "string" or address == "" then
    return refused("target_missing", "The wiki sends the browser nowhere: there is no address.")
  end
  if #address > LONGEST then
    local words = "The address to open is %d bytes long; more than %d are not opened."
    return refused("target_long", words:format(#address, LONGEST))
  end
  if address:find("[%z\1-\32\127\\]") then
    local words = "The address to open holds blanks, backslashes or control characters."
    return refused("target_control", words)
  end
  local scheme = (address:match("^(%a[%w+.-]*):") or ""):lower()
  if scheme ~= "https" and scheme ~= "http" then
    local words = "The address to open is no web address (%s)."
    return refused("target_scheme", words:format(scheme == "" and "no scheme" or scheme .. ":"))
  end
  -- Browsers and libraries read "https:///x" and "https:x" differently: neither is opened.
  local parts = address:find("^%a+://[^/?#]") and core.address(address)
  if not parts or parts.host == "" then
    return refused("target_host", "The address to open names no host.")
  end
  if parts.userinfo then
    return refused("target_userinfo", "The address to open holds a user name or password.")
  end
  if parts.scheme == "http" and not parts.loopback then
    local own = session.options.insecure_http and target.on_wiki(address, session)
    if not own then
      return nil,
        errors.new({
          kind = "tls",
          code = "target_http",
          message = ("The login would go on at http://%s, unencrypted."):format(parts.host),
          advice = "Use the wiki by https; if it has none and you accept that, "
            .. "insecure_http = true.",
        })
    end
  end
  return (
    address:gsub('[\128-\255"<>^`{|}]', function(byte)
      return ("%%%02X"):format(byte:byte())
    end)
  )
end

---@param address string
---@param session table
---@return boolean own whether the address is on the wiki's own origin
function target.on_wiki(address, session)
  local parts, wiki = core.address(address), core.address(session.api)
  return parts ~= nil and wiki ~= nil and parts.origin == wiki.origin
end

---Whether an address is the return address, perhaps with something added to it.
---@param address string
---@param return_url string
---@return boolean
function target.is_return(address, return_url)
  if address:sub(1, #return_url) ~= return_url then
    return false
  end
  local next_one = address:sub(#return_url + 1, #return_url + 1)
  return next_one == "" or next_one:find("[?&#]") ~= nil or return_url:find("[?&=]$") ~= nil
end

---The way back of an authorization address: its redirect_uri decides, else where the wiki sent us.
---@param address string where the hops ended
---@param first string the step's redirect_url
---@param session table
---@param return_url string
---@return "wiki"|"return"
function target.way_back(address, first, session, return_url)
  local uri = query.of(address).redirect_uri
  if uri and target.on_wiki(uri, session) then
    return "wiki"
  end
  if uri and target.is_return(uri, return_url) then
    return "return"
  end
  return target.on_wiki(first, session) and "wiki" or "return"
end

---The state that must come back, where the authorization address names our return address.
---@param address string
---@param return_url string
---@return string|nil
function target.state(address, return_url)
  local values = query.of(address)
  if values.redirect_uri and target.is_return(values.redirect_uri, return_url) then
    return values.state
  end
end

return target
