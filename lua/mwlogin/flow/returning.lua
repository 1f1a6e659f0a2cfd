---What the address holds with which a browser came back: exactly the fields the step names.
local errors = require "mwlogin.error"

local returning = {}

local function unusable(code, message, advice)
  return nil,
    errors.new {
      kind = "answer",
      code = code,
      message = message,
      advice = advice or "Give the whole address at which the browser ended.",
    }
end

local function decoded(text)
  return (
    text:gsub("+", " "):gsub("%%(%x%x)", function(digits)
      return string.char(tonumber(digits, 16))
    end)
  )
end

---The parameters of an address, each decoded once; a name that comes twice is no name to trust.
local function query_of(address)
  local query, twice = {}, {}
  local text = address:match("%?([^#]*)") or ""
  for pair in text:gmatch "[^&]+" do
    local name, value = pair:match "^([^=]*)=?(.*)$"
    name = decoded(name)
    twice[name] = query[name] ~= nil or nil
    query[name] = decoded(value)
  end
  return query, twice
end

local function begins_with(address, return_url)
  if address:sub(1, #return_url) ~= return_url then
    return false
  end
  local next_one = address:sub(#return_url + 1, #return_url + 1)
  return next_one == ""
    or next_one == "?"
    or next_one == "#"
    or (next_one == "&" and return_url:find("?", 1, true) ~= nil)
end

---@param step table the REDIRECT step
---@param address string at which the browser ended
---@param return_url string that was given to the wiki
---@return table|nil values field name → text
---@return table|nil err kind `answer`, or `refused` when the provider said no
function returning.values(step, address, return_url)
  if type(address) ~= "string" or not begins_with(address, return_url) then
    return unusable(
      "foreign-address",
      "the address that came back is not the return address of this login",
      ("It must begin with %s"):format(return_url)
    )
  end
  local query, twice = query_of(address)
  local values, missing = {}, {}
  for _, request in ipairs(step.requests) do
    for _, field in ipairs(request.fields) do
      local name = field.name
      if twice[name] then
        return unusable("twice", ("'%s' comes twice in the address that came back"):format(name))
      elseif query[name] then
        values[name] = query[name]
      elseif field.type ~= "null" and field.type ~= "hidden" and not field.optional then
        missing[#missing + 1] = name
      end
    end
  end
  if #missing > 0 and query.error then
    return nil,
      errors.new {
        kind = "refused",
        code = query.error:match "^[%w_.-]+$" or "provider",
        message = "the provider did not log in: " .. (query.error_description or query.error),
        advice = "Log in again, and allow it there.",
      }
  elseif #missing > 0 then
    local names = table.concat(missing, ", ")
    return unusable("missing-field", "the address that came back lacks: " .. names)
  end
  return values
end

return returning
