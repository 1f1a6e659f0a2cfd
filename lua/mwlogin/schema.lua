---A handler's configuration, checked against the schema that the handler declares.
local core = require "mwlogin.core"
local nearest = require "mwlogin.nearest"
local secret = require "mwlogin.secret"

local schema = {}

local KEYS <const> = { type = true, help = true, default = true, required = true, one_of = true }

local function of_type(name)
  return function(value)
    return type(value) == name
  end
end

local function is_list(value)
  return type(value) == "table" and (next(value) == nil or #value > 0)
end

local function is_secret(value)
  return type(value) == "string"
    or type(value) == "function"
    or core.is_secret(value)
    or secret.is_source(value)
end

local TYPES <const> = {
  string = of_type "string",
  number = of_type "number",
  boolean = of_type "boolean",
  table = of_type "table",
  ["function"] = of_type "function",
  integer = function(value)
    return math.type(value) == "integer"
  end,
  list = is_list,
  secret = is_secret,
  any = function()
    return true
  end,
}

local SPOKEN <const> = { secret = "text, a secret or a source of one" }

---Checks the schema itself.
---@param declared any
---@return boolean|nil ok
---@return string|nil reason
function schema.check(declared)
  if declared == nil then
    return true
  elseif type(declared) ~= "table" then
    return nil, "schema must be a table"
  end
  for name, entry in pairs(declared) do
    if type(name) ~= "string" or type(entry) ~= "table" then
      return nil, ('schema.%s must be a table like { type = "string" }'):format(tostring(name))
    elseif not TYPES[entry.type] then
      return nil, ("schema.%s has the unknown type '%s'"):format(name, tostring(entry.type))
    end
    for key in pairs(entry) do
      if not KEYS[key] then
        return nil, ("schema.%s has the unknown key '%s'"):format(name, tostring(key))
      end
    end
  end
  return true
end

local function check_value(name, entry, value)
  if not TYPES[entry.type](value) then
    local wanted = SPOKEN[entry.type] or entry.type
    return nil, ("config.%s must be %s, not a %s"):format(name, wanted, type(value))
  end
  for _, allowed in ipairs(entry.one_of or {}) do
    if allowed == value then
      return true
    end
  end
  if entry.one_of then
    local names = {}
    for position, allowed in ipairs(entry.one_of) do
      names[position] = tostring(allowed)
    end
    return nil, ("config.%s must be one of: %s"):format(name, table.concat(names, ", "))
  end
  return true
end

local function check_names(declared, config)
  for name in pairs(config) do
    if not declared[name] then
      local near = type(name) == "string" and nearest(name, declared)
      local words = ("config has the unknown key '%s'"):format(tostring(name))
      return nil, near and ("%s; did you mean '%s'?"):format(words, near) or words
    end
  end
  return true
end

---The configuration a handler sees: a copy, with defaults, plain secrets locked away.
---@param declared table|nil the handler's schema
---@param config table|nil what the user gave
---@return table|nil config
---@return string|nil reason
function schema.apply(declared, config)
  declared, config = declared or {}, config or {}
  if type(config) ~= "table" then
    return nil, "config must be a table"
  end
  local known, reason = check_names(declared, config)
  if not known then
    return nil, reason
  end
  local made = {}
  for name, entry in pairs(declared) do
    local value = config[name]
    if value == nil then
      value = entry.default
    end
    if value == nil and entry.required then
      return nil, ("config.%s is missing%s"):format(name, entry.help and ": " .. entry.help or "")
    elseif value ~= nil then
      local fits, why = check_value(name, entry, value)
      if not fits then
        return nil, why
      end
      local plain = entry.type == "secret" and type(value) == "string"
      made[name] = plain and core.secret(value) or value
    end
  end
  return made
end

return schema
