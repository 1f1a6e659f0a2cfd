--- What a request spends at an OAuth server, and what of the answers is secret: the proxy tells.
local spending = {}

local function unescaped(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

local function value_of(text, name)
  local found = ("&" .. text):match("[?&]" .. name .. "=([^&]+)")
  return found and unescaped(found)
end

local GRANTS <const> = { authorization_code = "code", refresh_token = "refresh_token" }

--- The one-time value that a request sends.
---@param request table { target, body }
---@return table|nil spent { kind = "code"|"refresh_token"|"oauth_verifier", value }
function spending.of(request)
  local verifier = value_of(request.target, "oauth_verifier")
  if verifier then
    return { kind = "oauth_verifier", value = verifier }
  end
  local name = GRANTS[value_of(request.body, "grant_type") or ""]
  return name and { kind = name, value = value_of(request.body, name) }
end

--- Whether a response gives something for it.
---@param bytes string of the response
---@return boolean
function spending.is_taken(bytes)
  return bytes:find("^HTTP/1%.%d 200") ~= nil and bytes:find('"error"', 1, true) == nil
end

local SECRETS <const> = { "access_token", "refresh_token", "secret", "oauth_token_secret" }

--- Adds the secrets of a response to a list.
---@param bytes string
---@param list string[]
function spending.secrets(bytes, list)
  for _, name in ipairs(SECRETS) do
    for value in bytes:gmatch('"' .. name .. '": ?"([^"]+)"') do
      list[#list + 1] = value
    end
  end
end

return spending
