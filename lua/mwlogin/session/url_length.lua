---Which calls fit into an address: longer ones go by POST, since servers refuse them.
local core = require "mwlogin.core"

local url_length = {}

---Of the parameters, encoded: what the strictest servers in use take, without the rest of the line.
local LONGEST <const> = 6000

---Bytes of a value in an address, at most: each may become three.
local function most_bytes(value)
  if type(value) ~= "table" then
    return type(value) == "string" and 3 * #value or 64
  end
  local length = 0
  for _, item in ipairs(value) do
    length = length + most_bytes(item) + 3
  end
  return length
end

local function exact_bytes(value)
  if type(value) ~= "table" then
    return #core.encode(tostring(value))
  end
  local length = 0
  for _, item in ipairs(value) do
    length = length + exact_bytes(item) + 3
  end
  return length
end

local function length_of(params, bytes)
  local length = 0
  for name, value in pairs(params) do
    length = length + bytes(name) + bytes(value) + 2
  end
  return length
end

---@param params table as for a call
---@return boolean
function url_length.fits(params)
  return length_of(params, most_bytes) <= LONGEST or length_of(params, exact_bytes) <= LONGEST
end

return url_length
