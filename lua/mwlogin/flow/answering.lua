---How one field is answered, by its type: what goes out for what was given.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"

local answering = {}

---More than any form field can use; a wiki takes the whole body apart before it refuses it.
local MOST_BYTES <const> = 512 * 1024

---Stands for an answer that must be there and is not.
local MISSING <const> = {}

answering.MISSING = MISSING

local function bad(code, field, message, advice)
  return nil,
    errors.new {
      kind = "answer",
      code = code,
      message = ("'%s': %s"):format(field.name, message),
      advice = advice,
    }
end

local function left_out(field)
  if field.optional then
    return false
  end
  return MISSING
end

local function default(field)
  local value = field.value
  if type(value) == "number" or type(value) == "string" then
    return tostring(value)
  end
  return nil
end

---A text as it goes out: a string or a secret.
local function text_of(value, field)
  if core.is_secret(value) then
    if #value > MOST_BYTES then
      return bad("too-long", field, "longer than 512 KiB", "Give what the field asks for.")
    end
    return value
  end
  if type(value) == "number" then
    value = tostring(math.tointeger(value) or value)
  end
  if type(value) ~= "string" then
    local wanted = "a text or a secret is needed, not a " .. type(value)
    return bad("wrong-type", field, wanted, "Give the field a string, a number or a secret.")
  elseif value:find("\0", 1, true) then
    return bad("not-text", field, "the answer holds a NUL byte", "Give it text.")
  elseif #value > MOST_BYTES then
    return bad("too-long", field, "longer than 512 KiB", "Give what the field asks for.")
  elseif not utf8.len(value) then
    return bad("not-text", field, "the answer is not UTF-8", "Convert it to UTF-8 first.")
  end
  return value
end

local function text(field, entry)
  if entry then
    local value, err = text_of(entry.value, field)
    if value == nil then
      return nil, err
    end
    if #value == 0 and not field.optional then
      return MISSING
    end
    return value
  end
  local preset = field.type ~= "password" and default(field) or nil
  if preset and (preset ~= "" or field.optional) then
    return preset
  end
  return field.optional and "" or MISSING
end

local function offered(field, value)
  for _, option in ipairs(field.options or {}) do
    if option.value == value then
      return true
    end
  end
  return false
end

local function not_offered(field, value)
  local values = {}
  for position, option in ipairs(field.options or {}) do
    values[position] = option.value == "" and "''" or option.value
  end
  return bad(
    "not-offered",
    field,
    ("'%s' is not among the choices"):format(tostring(value)),
    ("The choices are: %s."):format(table.concat(values, ", "))
  )
end

local function select(field, entry)
  if not entry then
    local preset = default(field)
    if preset and offered(field, preset) then
      return preset
    end
    return field.optional and "" or MISSING
  end
  local value, err = text_of(entry.value, field)
  if value == nil then
    return nil, err
  end
  if core.is_secret(value) then
    value = value:reveal()
  end
  if offered(field, value) or (value == "" and field.optional) then
    return value
  end
  return not_offered(field, value)
end

local function multiselect(field, entry)
  local wanted = field.value
  if entry then
    wanted = entry.value
  end
  if wanted == nil or wanted == false then
    wanted = {}
  elseif type(wanted) ~= "table" then
    wanted = { wanted }
  end
  local list = {}
  for position, item in ipairs(wanted) do
    local value, err = text_of(item, field)
    if value == nil then
      return nil, err
    elseif not offered(field, value) then
      return not_offered(field, value)
    end
    list[position] = value
  end
  if #list == 0 then
    return left_out(field)
  end
  return list
end

local function is_yes(value)
  return value ~= nil
    and value ~= false
    and value ~= ""
    and value ~= 0
    and value ~= "0"
    and value ~= "false"
    and value ~= "no"
end

local function flag(field, entry, pressed)
  local yes = pressed
  if entry then
    yes = is_yes(entry.value)
  elseif field.type == "checkbox" then
    yes = is_yes(field.value)
  end
  if yes then
    return "1"
  end
  return left_out(field)
end

local function hidden(field, entry)
  if entry then
    return text_of(entry.value, field)
  end
  return default(field) or ""
end

local function unknown(field, entry)
  if entry then
    return text_of(entry.value, field)
  end
  return left_out(field)
end

local BY_TYPE <const> = {
  string = text,
  password = text,
  select = select,
  multiselect = multiselect,
  checkbox = flag,
  button = flag,
  hidden = hidden,
}

---@param field mwlogin.Field
---@param entry mwlogin.flow.Entry|nil what was given
---@param pressed boolean whether a button that was not answered is pressed all the same
---@return any value string, secret, list, false for "leave out", or MISSING
---@return table|nil err kind `answer`
function answering.value(field, entry, pressed)
  return (BY_TYPE[field.type] or unknown)(field, entry, pressed)
end

return answering
