---Dates as HTTP headers have them, and how far this machine's clock is from a server's.
local http_date = {}

local MONTHS <const> = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6 }
for name, month in pairs { Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12 } do
  MONTHS[name] = month
end

---Seconds since 1970.
---@param text any
---@return integer|nil seconds nil when it is no date
function http_date.read(text)
  local day, month, year, hour, minute, second =
    tostring(text):match "%f[%d](%d%d?) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT"
  if not day or not MONTHS[month] then
    return nil
  end
  local local_time = os.time {
    year = tonumber(year),
    month = MONTHS[month],
    day = tonumber(day),
    hour = tonumber(hour),
    min = tonumber(minute),
    sec = tonumber(second),
    isdst = false,
  }
  local now = os.time()
  local universal = os.time(os.date("!*t", now) --[[@as osdateparam]])
  return math.tointeger((local_time + os.difftime(now, universal)) // 1)
end

---How far this machine's clock is ahead of the server's.
---@param session mwlogin.Session
---@return integer|nil seconds below zero when it is behind; nil when the server does not tell
function http_date.ahead_of(session)
  local response = session:exchange(function()
    return session.core:fetch(session.api, { method = "HEAD", cookies = false })
  end, { event = "fetch", method = "HEAD", why = "the clock" })
  local date = response and http_date.read(response.headers.date)
  return date and os.time() - date
end

return http_date
