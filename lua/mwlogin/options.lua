---Tables of options: their names and types, checked where they come in.
local options = {}

local function spoken(kind)
  return (kind:find "^[aeiou]" and "an " or "a ") .. kind
end

local function fits(value, allowed)
  for kind in allowed:gmatch "[%w_.]+" do
    if kind == "any" or type(value) == kind then
      return true
    elseif kind == "integer" and math.type(value) == "integer" then
      return true
    elseif kind == "secret" and require("mwlogin.core").is_secret(value) then
      return true
    elseif kind == "source" and require("mwlogin.secret").is_source(value) then
      return true
    end
  end
  return false
end

---Raises at the caller's caller when an option is unknown or of the wrong type.
---@param given table|nil
---@param known table<string, string> name → types, as "string|secret"
---@param what string who has these options, for the message
---@param level integer|nil
function options.check(given, known, what, level)
  if given == nil then
    return
  elseif type(given) ~= "table" then
    error(("%s takes a table, not %s"):format(what, spoken(type(given))), level or 3)
  end
  for name, value in pairs(given) do
    local allowed = known[name]
    if not allowed then
      local near = require("mwlogin.schema").nearest(tostring(name), known)
      local hint = near and ("; did you mean '%s'?"):format(near) or ""
      error(("%s has no option '%s'%s"):format(what, tostring(name), hint), level or 3)
    elseif not fits(value, allowed) then
      local wanted = allowed:gsub("|", " or ")
      error(
        ("%s: option '%s' is %s, not %s"):format(what, name, wanted, spoken(type(value))),
        level or 3
      )
    end
  end
end

return options
