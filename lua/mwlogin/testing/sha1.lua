---SHA-1 in plain Lua. The scripted wiki checks one-time codes with it, on purpose not with the
---code of the C module: a fault there must not be able to agree with itself.
local sha1 = {}

local function rotate(value, bits)
  return ((value << bits) | (value >> (32 - bits))) & 0xffffffff
end

local function mix(round, b, c, d)
  if round < 20 then
    return (b & c) | (~b & d), 0x5a827999
  elseif round < 40 then
    return b ~ c ~ d, 0x6ed9eba1
  elseif round < 60 then
    return (b & c) | (b & d) | (c & d), 0x8f1bbcdc
  end
  return b ~ c ~ d, 0xca62c1d6
end

---The digest of a string.
---@param text string
---@return string digest 20 raw bytes
function sha1.digest(text)
  local padded = text .. "\x80" .. ("\0"):rep((55 - #text) % 64) .. (">I8"):pack(#text * 8)
  local h0, h1, h2, h3, h4 = 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0
  for start = 1, #padded, 64 do
    local words = { (">" .. ("I4"):rep(16)):unpack(padded, start) }
    for index = 17, 80 do
      local bits = words[index - 3] ~ words[index - 8] ~ words[index - 14] ~ words[index - 16]
      words[index] = rotate(bits, 1)
    end
    local a, b, c, d, e = h0, h1, h2, h3, h4
    for round = 0, 79 do
      local bits, constant = mix(round, b, c, d)
      local sum = rotate(a, 5) + (bits & 0xffffffff) + e + constant + words[round + 1]
      a, b, c, d, e = sum & 0xffffffff, a, rotate(b, 30), c, d
    end
    h0, h1, h2 = (h0 + a) & 0xffffffff, (h1 + b) & 0xffffffff, (h2 + c) & 0xffffffff
    h3, h4 = (h3 + d) & 0xffffffff, (h4 + e) & 0xffffffff
  end
  return (">I4I4I4I4I4"):pack(h0, h1, h2, h3, h4)
end

---The digest in hexadecimal.
---@param text string
---@return string 40 characters
function sha1.hex(text)
  return (sha1.digest(text):gsub(".", function(char)
    return ("%02x"):format(char:byte())
  end))
end

---HMAC-SHA-1.
---@param key string
---@param message string
---@return string digest 20 raw bytes
function sha1.hmac(key, message)
  if #key > 64 then
    key = sha1.digest(key)
  end
  local function pad(byte)
    return (key .. ("\0"):rep(64 - #key)):gsub(".", function(char)
      return string.char(char:byte() ~ byte)
    end)
  end
  local inner, outer = pad(0x36), pad(0x5c)
  return sha1.digest(outer .. sha1.digest(inner .. message))
end

return sha1
