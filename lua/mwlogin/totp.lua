---One-time codes: RFC 4226 (by counter) and RFC 6238 (by time).

local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local fresh = require("mwlogin.secret.fresh")

local totp = {}

local DIGITS, PERIOD, ALGORITHM = 6, 30, "sha1"
local ALGORITHMS = { sha1 = true, sha256 = true, sha512 = true }
local MOST_REMEMBERED = 1000
-- A clock set back is no reason to wait for an hour: longer than this is an error.
local MOST_PERIODS_TO_WAIT = 3

---@class mwlogin.totp.Key
---@field secret userdata the key's bytes, a secret
---@field digits integer 6 to 10
---@field period integer seconds a code is valid
---@field algorithm "sha1"|"sha256"|"sha512"

---@class mwlogin.totp.Source
---@field label string what is read, without anything secret
---@field read fun(self: mwlogin.totp.Source): userdata?, table?

local function unusable(message, advice)
  return nil,
    errors.new({
      kind = "answer",
      code = "totp",
      message = message,
      advice = advice
        or "Give the key that the wiki showed when two-factor authentication was set up: "
          .. "base32 letters, or the otpauth:// address in its QR code.",
    })
end

---What stands between `?` and `#`: values are secrets, decoded once.
local function query_of(text)
  local query = {}
  for _, pair in ipairs(text:split("#", 2)[1]:split("&")) do
    local sides = pair:split("=", 2)
    if sides[2] then
      query[core.crypto.unpercent(sides[1]):reveal():lower()] = core.crypto.unpercent(sides[2])
    end
  end
  return query
end

---A value of the query that is not secret.
local function shown(value)
  return value and value:reveal():match("^(.-)%s*$")
end

---A number in an otpauth address, or what is usual where it says nothing.
local function whole_number(text, usual, least, most)
  if text == nil then
    return usual
  end
  local number = math.tointeger(tonumber(text))
  if number and number >= least and number <= most then
    return number
  end
  return nil
end

local function with_key(key, digits, period, algorithm)
  if not key or #key == 0 then
    return unusable("the key for one-time codes is not base32")
  end
  return { secret = key, digits = digits, period = period, algorithm = algorithm }
end

local function parse_address(kind, rest)
  if kind ~= "totp" then
    return unusable(
      "an otpauth address of another kind than totp",
      "Codes by counter need a counter that is kept: use totp.hotp with your own."
    )
  end
  local query = rest and query_of(rest) or {}
  local algorithm = (shown(query.algorithm) or ALGORITHM):lower():gsub("-", "")
  if not ALGORITHMS[algorithm] then
    return unusable("the otpauth address names an algorithm other than SHA1, SHA256 and SHA512")
  end
  local digits = whole_number(shown(query.digits), DIGITS, 6, 10)
  local period = whole_number(shown(query.period), PERIOD, 1, 3600)
  if not digits or not period then
    return unusable("the otpauth address has digits or a period that cannot be")
  end
  if not query.secret then
    return unusable("the otpauth address has no secret in it")
  end
  return with_key(core.crypto.unbase32(query.secret), digits, period, algorithm)
end

---Reads a key for one-time codes.
---@param text string|userdata base32 (case, spaces and dashes do not matter) or an otpauth://totp/
---address; a string or a secret
---@return mwlogin.totp.Key|nil key
---@return table? err kind `answer`, code `totp`
function totp.parse(text)
  if type(text) ~= "string" and not core.is_secret(text) then
    error("totp.parse takes a string or a secret, not a " .. type(text), 2)
  end
  local key = core.crypto.unbase32(text)
  if key then
    return with_key(key, DIGITS, PERIOD, ALGORITHM)
  end
  -- only what stands before the query becomes a Lua string: the key is in the query
  local sides = core.secret(text):split("?", 2)
  local scheme, kind = sides[1]:reveal():match("^%s*(%a+)://([^/#%s]*)%S*$")
  if not scheme or scheme:lower() ~= "otpauth" then
    return unusable("the key for one-time codes is neither base32 nor an otpauth:// address")
  end
  return parse_address(kind:lower(), sides[2])
end

---The code of a counter (RFC 4226).
---@param key mwlogin.totp.Key as of `totp.parse`
---@param counter integer 0 or more
---@return string code digits, zeros in front included
function totp.hotp(key, counter)
  local digest = core.crypto.hmac(key.algorithm, key.secret, string.pack(">I8", counter))
  local offset = digest:byte(-1) & 0x0f
  local number = string.unpack(">I4", digest, offset + 1) & 0x7fffffff
  return ("%%0%dd"):format(key.digits):format(number % math.tointeger(10 ^ key.digits))
end

local function window_of(key, time)
  return math.floor(time) // key.period
end

---The code of a moment (RFC 6238).
---@param key mwlogin.totp.Key as of `totp.parse`
---@param time? number seconds since 1970; now
---@return string code digits, zeros in front included
function totp.code(key, time)
  return totp.hotp(key, window_of(key, time or os.time()))
end

-- == never the same code twice ====================================================================

-- Wikis take a code once, whoever in this process asked for it: the last window used of each key,
-- under a digest of it.
local used, remembered = {}, 0

local function name_of(key)
  local shape = ("%d %d %s"):format(key.digits, key.period, key.algorithm)
  return core.crypto.hmac("sha256", key.secret, shape)
end

local function forget_old(now)
  for name, use in pairs(used) do
    if use.ends < now then
      used[name] = nil
      remembered = remembered - 1
    end
  end
end

local function remember(name, key, window, now)
  if not used[name] then
    if remembered >= MOST_REMEMBERED then
      forget_old(now)
    end
    remembered = remembered + 1
  end
  used[name] = { window = window, ends = (window + 1) * key.period }
end

local pool

local function sleep(seconds)
  pool = pool or core.pool()
  return pool:sleep(seconds)
end

---Waits until the window after the last one used. Others may take it meanwhile: look again.
local function free_window(name, key, clock, wait)
  local latest = clock() + MOST_PERIODS_TO_WAIT * key.period
  while true do
    local now = clock()
    local window = window_of(key, now)
    local last = used[name] and used[name].window
    if not last or window > last then
      return window
    end
    local begins = (last + 1) * key.period
    if begins > latest then
      return nil,
        errors.new({
          kind = "answer",
          code = "totp",
          message = "the next one-time code is too far away: the clock was set back, "
            .. "or many wait for codes of this key",
          advice = "Set this computer's clock right, and log in once at a time with one key.",
        })
    end
    local waited, err = wait(begins - now)
    if waited == nil and err ~= nil then
      return nil, err
    end
  end
end

local function read_key(source)
  local value, err = source, nil
  if type(source) == "table" then
    value, err = (source.read_once or source.read)(source)
  elseif type(source) == "function" then
    local ran
    ran, value, err = pcall(source)
    if not ran then
      value, err = nil, value
    end
  end
  if value == nil then
    if err == nil then
      return unusable("the source of the key for one-time codes gave nothing")
    end
    return nil, err
  end
  local key
  key, err = totp.parse(value)
  fresh.wipe(value)
  return key, err
end

---A source of one-time codes that never gives the same code twice: where this window's code was
---given out before (by any source of this process), it waits for the next window.
---@param source string|userdata|table|function the key: text or secret as for `totp.parse`, a
---source with `read`, or a function; asked anew for each code
---@param options? { wait: (fun(seconds: number): any, table?), clock: (fun(): number) } how to wait
---(the core's sleep) and what time it is (os.time)
---@return mwlogin.totp.Source source `source:read()` gives a secret, or nil and an error
function totp.source(source, options)
  local kind = type(source)
  local readable = kind == "table" and type(source.read) == "function"
  if not (readable or kind == "string" or kind == "function" or core.is_secret(source)) then
    local wanted = "a key for one-time codes is a string, a secret, a source or a function"
    error(("%s, not a %s"):format(wanted, kind), 2)
  end
  local wait = options and options.wait or sleep
  local clock = options and options.clock or os.time
  local label = readable and source.label and "totp:" .. source.label or "totp"
  return {
    label = label,
    read = function()
      local key, err = read_key(source)
      if not key then
        return nil, err
      end
      local name = name_of(key)
      local window
      window, err = free_window(name, key, clock, wait)
      if not window then
        return nil, err
      end
      remember(name, key, window, clock())
      local code = core.secret(totp.hotp(key, window))
      key.secret:wipe()
      return code
    end,
  }
end

return totp
