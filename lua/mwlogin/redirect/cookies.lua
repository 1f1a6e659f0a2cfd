---The login's cookies, as a browser of our own is given them: the wiki's only.
local core = require("mwlogin.core")

local cookies = {}

---@class mwlogin.redirect.Cookie
---@field name string
---@field value string
---@field path string
---@field domain string|nil with its leading dot, else a browser takes it for a host; nil: this host
---@field secure boolean
---@field http_only boolean
---@field expires integer|nil seconds since 1970
---@field same_site string|nil

local function read_line(line)
  local http_only = line:sub(1, 10) == "#HttpOnly_"
  if http_only then
    line = line:sub(11)
  elseif line:sub(1, 1) == "#" then
    return nil
  end
  local fields = {}
  for field in (line:gsub("[\r\n]+$", "") .. "\t"):gmatch("([^\t]*)\t") do
    fields[#fields + 1] = field
  end
  if #fields ~= 7 then
    return nil
  end
  local expires = math.tointeger(tonumber(fields[5]) or 0) or 0
  return {
    domain = fields[1]:lower(),
    below = fields[2] == "TRUE",
    path = fields[3],
    secure = fields[4] == "TRUE",
    expires = expires > 0 and expires or nil,
    name = fields[6],
    value = fields[7],
    http_only = http_only,
  }
end

local function belongs(cookie, host)
  local domain = cookie.domain:gsub("^%.", "")
  return host == domain or cookie.below and host:sub(-#domain - 1) == "." .. domain
end

---The cookies that the wiki's own origin gets. On https they may come along with a POST from
---another site (SAML, form_post), which a browser would else refuse two minutes after they were put
---in.
---@param session table Session
---@return mwlogin.redirect.Cookie[]
function cookies.of(session)
  local wiki = core.address(session.api)
  local https = wiki.scheme == "https"
  local list = {}
  for _, line in ipairs(session:export_cookies()) do
    local cookie = read_line(line)
    if cookie and belongs(cookie, wiki.host) and (https or not cookie.secure or wiki.loopback) then
      cookie.domain = cookie.below and cookie.domain:gsub("^%.?", ".") or nil
      cookie.below = nil
      if https then
        cookie.secure, cookie.same_site = true, "None"
      end
      list[#list + 1] = cookie
    end
  end
  return list
end

return cookies
