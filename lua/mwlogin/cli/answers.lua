---`--field K=V` and `--field-from K=SOURCE`: answers to what the wiki will ask.
local answers = {}

---Parts of the names that password and code fields have on the wikis of this world. What the wiki
---itself marks secret is checked again when it asks.
local SECRET_WORDS <const> = {
  "password",
  "passwd",
  "passphrase",
  "retype",
  "token",
  "secret",
  "otp",
  "totp",
  "recovery",
  "credential",
}

---@param name string `field` or `Kind.field`
---@return boolean
function answers.looks_secret(name)
  local field = name:match("([^.]*)$"):lower()
  if field == "pin" or field == "key" or field:find("code$") then
    return true
  end
  for _, word in ipairs(SECRET_WORDS) do
    if field:find(word, 1, true) then
      return true
    end
  end
  return false
end

local function pair(text, flag)
  local name, value = text:match("^([^=]+)=(.*)$")
  if not name then
    return nil, ("%s takes NAME=VALUE"):format(flag)
  end
  return name, value
end

local function plain(text)
  local name, value = pair(text, "--field")
  if not name then
    return nil, value
  end
  if answers.looks_secret(name) then
    local advice = "'%s' looks like a secret, and the command line can be read by others;"
      .. " use --field-from %s=SOURCE"
    return nil, advice:format(name, name)
  end
  return { name = name, value = value }
end

local function sourced(text)
  local name, value = pair(text, "--field-from")
  if not name then
    return nil, (value:gsub("VALUE", "SOURCE"))
  end
  local source, err = require("mwlogin.secret").parse(value)
  if not source then
    return nil, ("--field-from %s: %s"):format(name, tostring(err))
  end
  return { name = name, value = source }
end

---@param command table argparse command
---@return table field, table field_from the options, for a help group
function answers.declare(command)
  local field = command
    :option("--field")
    :argname("K=V")
    :target("fields")
    :count("*")
    :convert(plain)
    :description("answer for the field K (or Kind.K); again, for more choices; no secrets")
  local from = command
    :option("--field-from")
    :argname("K=SOURCE")
    :target("fields_from")
    :count("*")
    :convert(sourced)
    :description("answer for K that is read from SOURCE")
  return field, from
end

---A field that the wiki marks secret does not get it: what stood on the command line is no secret
---any more.
local function plain_answer(name, values)
  local value = values[2] and values or values[1]
  return require("mwlogin.flow.answers").judged(value, function(field)
    if field.secret then
      return ("the wiki keeps '%s' secret, and others can read the command line; "):format(
        field.name
      ) .. ("use --field-from %s=SOURCE"):format(name)
    elseif values[2] and field.type ~= "multiselect" then
      return ("--field %s is given %d times, and takes one value"):format(name, #values)
    end
  end)
end

---@param args table parsed arguments
---@return table|nil answers for `wiki:login`, nil when none were given
function answers.collect(args)
  local found, plain_values = {}, {}
  for _, answer in ipairs(args.fields or {}) do
    local values = plain_values[answer.name] or {}
    values[#values + 1] = answer.value
    plain_values[answer.name] = values
  end
  for name, values in pairs(plain_values) do
    found[name] = plain_answer(name, values)
  end
  for _, answer in ipairs(args.fields_from or {}) do
    found[answer.name] = answer.value
  end
  return next(found) and found
end

return answers
