---Query strings and form bodies (application/x-www-form-urlencoded), read and written.
local query = {}

local function unescape(text)
  local spaced = text:gsub("+", " ")
  return (spaced:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

---Decodes a query or a form body, once: every pair, in its order.
---@param text string without the "?"
---@return {[1]: string, [2]: string}[] pairs names and values
function query.pairs(text)
  local list = {}
  for piece in text:gmatch("[^&]+") do
    local name, value = piece:match("^([^=]*)=(.*)$")
    list[#list + 1] = { unescape(name or piece), unescape(value or "") }
  end
  return list
end

---Decodes a query or a form body, once. Where a name comes twice its first value holds.
---@param text string without the "?"
---@return table<string, string> values
function query.read(text)
  local values = {}
  for _, pair in ipairs(query.pairs(text)) do
    if values[pair[1]] == nil then
      values[pair[1]] = pair[2]
    end
  end
  return values
end

---The encoded query of an address, its fragment left out.
local function part_of(address)
  return address:match("^[^?#]*%?([^#]*)") or ""
end

---The decoded query of an address, its fragment left out.
---@param address string
---@return table<string, string> values
function query.of(address)
  return query.read(part_of(address))
end

---The decoded query of an address as pairs, where a name may come twice.
---@param address string
---@return {[1]: string, [2]: string}[] pairs
function query.pairs_of(address)
  return query.pairs(part_of(address))
end

---Adds an encoded query to an address, before its fragment.
---@param address string
---@param text string encoded already
---@return string address
function query.add(address, text)
  if text == "" then
    return address
  end
  local front, fragment = address:match("^([^#]*)(.*)$")
  local last = front:sub(-1)
  local sign = "&"
  if not front:find("?", 1, true) then
    sign = "?"
  elseif last == "?" or last == "&" then
    sign = ""
  end
  return front .. sign .. text .. fragment
end

return query
