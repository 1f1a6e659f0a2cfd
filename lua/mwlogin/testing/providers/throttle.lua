---The password throttle: a try counts before the password is looked at, PASS clears the count,
---and while it is full the right password is refused as well.
local message = require("mwlogin.testing.message")

local throttle = {}

---Counts a try.
---@param wiki table
---@param kind string
---@param name string|nil
---@return table|nil message when there were too many
function throttle.count(wiki, kind, name)
  local limit = wiki.throttle
  if not limit then
    return nil
  end
  local key = ("%s\0%s\0%s"):format(kind, name or "", wiki.client_address)
  local counts = wiki.throttle_counts
  local entry = counts[key]
  if not entry or wiki:now() >= entry.ends then
    counts[key] = { tries = 1, ends = wiki:now() + limit.seconds }
  elseif entry.tries < limit.count then
    entry.tries = entry.tries + 1
  else
    -- The wiki always names the whole window, never what is left of it.
    return message.new("login-throttled", { duration = limit.seconds })
  end
end

---Forgets the tries of a name.
---@param wiki table
---@param kind string
---@param name string|nil
function throttle.clear(wiki, kind, name)
  wiki.throttle_counts[("%s\0%s\0%s"):format(kind, name or "", wiki.client_address)] = nil
end

local function name_of(context)
  local username = context.values.username
  return username and context.wiki:canonical_name(username)
end

throttle.provider = { level = "pre" }

function throttle.provider:test(context)
  if context.action == "login" then
    context.state.name = name_of(context)
    return throttle.count(context.wiki, "password", context.state.name)
  end
end

function throttle.provider:after(context, response)
  if context.action == "login" and response.status == "PASS" then
    throttle.clear(context.wiki, "password", context.state.name)
  end
end

return throttle
