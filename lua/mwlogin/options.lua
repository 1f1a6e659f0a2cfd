---Tables of options: their names and types, checked where they come in.
local options = {}

local function spoken(kind)
  return (kind:find "^[aeiou]" and "an " or "a ") .. kind
end

---The kinds that a text such as "string|secret" names; each text is read once.
local kinds_of = setmetatable({}, {
  __index = function(self, text)
    local kinds = {}
    for kind in text:gmatch "[%w_.]+" do
      kinds[kind] = true
    end
    self[text] = kinds
    return kinds
  end,
})

local function fits(value, allowed)
  local kinds = kinds_of[allowed]
  return kinds[type(value)]
    or kinds.any
    or (kinds.integer and math.type(value) == "integer")
    or (kinds.secret and require("mwlogin.core").is_secret(value))
    or (kinds.source and require("mwlogin.secret").is_source(value))
end

---More of them are looked up rather than read in a message.
local MOST_LISTED <const> = 6

---The option that was meant, or those that there are.
local function meant(name, known)
  local near = require "mwlogin.nearest"(tostring(name), known)
  if near then
    return ("; did you mean '%s'?"):format(near)
  end
  local names = require "mwlogin.sorted_names"(known)
  return #names <= MOST_LISTED and "; there are " .. table.concat(names, ", ") or ""
end

---The core's look at plain names and types, loaded where something is checked.
local plainly_fit

---Raises at the caller's caller when an option is unknown or of the wrong type.
---@param given table|nil
---@param known table<string, string> name → types, as "string|secret"
---@param what string who has these options, for the message
---@param level integer|nil
---@return boolean plain each number among them is above 0 and has an end, and no text is empty
function options.check(given, known, what, level)
  plainly_fit = plainly_fit or require("mwlogin.core").options_fit
  if given == nil or plainly_fit(given, known) then
    return true
  elseif type(given) ~= "table" then
    error(("%s takes a table, not %s"):format(what, spoken(type(given))), level or 3)
  end
  for name, value in pairs(given) do
    local allowed = known[name]
    if not allowed then
      error(
        ("%s has no option '%s'%s"):format(what, tostring(name), meant(name, known)),
        level or 3
      )
    elseif not fits(value, allowed) then
      error(
        ("%s: option '%s' takes %s, not %s"):format(
          what,
          name,
          spoken(allowed:gsub("|", " or ")),
          spoken(type(value))
        ),
        level or 3
      )
    end
  end
  return false
end

---Raises where a number of seconds or bytes bounds nothing: every wait has an end.
---@param given table|nil
---@param names string[]
---@param what string as for `check`
---@param level integer|nil
function options.bound(given, names, what, level)
  if not given then
    return
  end
  for position = 1, #names do
    local name = names[position]
    local value = given[name]
    local bounds = type(value) == "number" and value > 0 and value < math.huge
    if value ~= nil and not bounds then
      error(("%s: option '%s' must be above 0, and have an end"):format(what, name), level or 3)
    end
  end
end

return options
