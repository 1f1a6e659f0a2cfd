---Time-based one-time codes as OATHAuth judges them (RFC 6238, SHA-1).
local sha1 = require("mwlogin.testing.sha1")

local one_time_codes = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
local RADIUS = 4 -- OATHAuth looks four windows back and four ahead

local function unbase32(text)
  local bits, count, bytes = 0, 0, {}
  for char in text:upper():gsub("[%s=-]", ""):gmatch(".") do
    local value = ALPHABET:find(char, 1, true)
    if not value then
      error("a totp secret must be base32, this one holds '" .. char .. "'", 0)
    end
    bits, count = (bits << 5 | (value - 1)) & 0xffff, count + 5
    if count >= 8 then
      count = count - 8
      bytes[#bytes + 1] = string.char(bits >> count & 0xff)
    end
  end
  return table.concat(bytes)
end

---The code of a window.
---@param secret string base32
---@param window integer seconds since 1970 divided by the period
---@param digits integer? 6 unless told
---@return string
function one_time_codes.at(secret, window, digits)
  digits = digits or 6
  local digest = sha1.hmac(unbase32(secret), (">I8"):pack(window))
  local offset = digest:byte(20) & 0xf
  local number = (">I4"):unpack(digest, offset + 1) & 0x7fffffff
  return ("%0" .. digits .. "d"):format(number % math.tointeger(10 ^ digits))
end

---Accepts a code once: neither it nor an older one is accepted again.
---@param factor table { secret, scratch?, digits?, period?, last_window? }, changed by a right code
---@param code string
---@param now number seconds since 1970
---@return boolean
function one_time_codes.accept(factor, code, now)
  code = code:gsub("%s", "")
  local period = factor.period or 30
  local current = math.floor(now) // period
  for window = current - RADIUS, current + RADIUS do
    local fresh = window > (factor.last_window or 0)
    if fresh and one_time_codes.at(factor.secret, window, factor.digits) == code then
      factor.last_window = window
      return true
    end
  end
  for index, scratch in ipairs(factor.scratch or {}) do
    if scratch == code then
      table.remove(factor.scratch, index)
      return true
    end
  end
  return false
end

return one_time_codes
