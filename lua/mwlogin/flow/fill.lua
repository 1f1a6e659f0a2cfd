---How an answered request is sent: whole, by the wiki's rules. If one text, select or hidden field
---of a request is missing, an optional one too, the wiki takes the request as not sent and says
---nothing.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"

local fill = {}

---More than any form field can use; a wiki takes the whole body apart before it refuses it.
local MOST_BYTES <const> = 512 * 1024

local MISSING <const> = {}

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

---A button that must be pressed for its request to count is pressed by answering the rest of it, or
---by choosing this way to log in.
local function presses_itself(request, entries)
  if request.required == "primary-required" then
    return true
  end
  for _, field in ipairs(request.fields) do
    local entry = entries[field.name]
    if entry and field.type ~= "button" and field.type ~= "hidden" and entry.value ~= false then
      return true
    end
  end
  return false
end

---A new password is asked twice; whoever gave it once meant both.
local function with_retype(request, entries)
  local fields = request.fields
  if not (fields.password and fields.retype) then
    return entries
  end
  local password, retype = entries.password, entries.retype
  if (password == nil) == (retype == nil) then
    return entries
  end
  return setmetatable({ password = password or retype, retype = retype or password }, {
    __index = entries,
  })
end

---Fills one request.
---@param request mwlogin.Request
---@param entries table field name → entry with its value read
---@return table|nil values field name → string, secret, list, or false for "leave out"
---@return table|nil err
---@return mwlogin.Field[] missing fields that must be answered and are not
function fill.request(request, entries)
  local values, missing = {}, {}
  entries = with_retype(request, entries or {})
  local pressed = presses_itself(request, entries)
  for _, field in ipairs(request.fields) do
    if field.type ~= "null" then
      local convert = BY_TYPE[field.type] or unknown
      local value, err = convert(field, entries[field.name], pressed and not field.optional)
      if value == nil then
        return nil, err, missing
      elseif value == MISSING then
        missing[#missing + 1] = field
      else
        values[field.name] = value
      end
    end
  end
  return values, nil, missing
end

local function same(one, other)
  if type(one) == "table" and type(other) == "table" then
    return table.concat(one, "\0") == table.concat(other, "\0")
  end
  if core.is_secret(one) ~= core.is_secret(other) then
    one = core.is_secret(one) and one:reveal() or one
    other = core.is_secret(other) and other:reveal() or other
  end
  return one == other
end

fill.same = same

---What a request left unanswered would look like to the wiki, given the parameters sent for others:
---all requests are read from the same flat name space.
local function read_along(request, params)
  local shares = false
  for _, field in ipairs(request.fields) do
    local sent = params[field.name] ~= nil or params[field.name .. "[]"] ~= nil
    shares = shares or sent
    local flagged = field.type == "checkbox" or field.type == "button"
    local listed = field.type == "multiselect"
    if field.type ~= "null" and not sent and not ((flagged or listed) and field.optional) then
      return false
    end
  end
  return shares
end

local function param_of(name, value)
  return type(value) == "table" and name .. "[]" or name
end

---Whether values of a request agree with what other requests send under the same names.
local function agrees(values, params)
  for name, value in pairs(values) do
    local there = params[param_of(name, value)]
    if value ~= false and there ~= nil and not same(there, value) then
      return false
    end
  end
  return true
end

local function add(filled, request, values)
  for name, value in pairs(values) do
    if value ~= false then
      filled.params[param_of(name, value)] = value
      if request.fields[name].secret then
        filled.secrets[#filled.secrets + 1] = value
      end
    end
  end
  filled.sent[request.id] = values
  filled.chosen[#filled.chosen + 1] = request
end

---Without a limit the wiki would read requests that nobody answers now.
local function limit_of(step, filled, put_off)
  local is_chosen, needed = {}, put_off
  for _, request in ipairs(filled.chosen) do
    is_chosen[request] = true
  end
  for _, request in ipairs(step.requests) do
    needed = needed or (not is_chosen[request] and read_along(request, filled.params))
  end
  if not needed then
    return nil
  end
  local ids = {}
  for position, request in ipairs(filled.chosen) do
    ids[position] = request.id
  end
  return ids
end

---Fills the requests that are answered. Of two that share a name and differ, the second has to wait
---until the wiki asks again: a step carries one value of a name.
---@param step table
---@param chosen mwlogin.Request[]
---@param sheet table
---@return table|nil filled { params, secrets, chosen (those that are sent), sent (id → values),
---limit (ids the wiki shall read, or nil for all) }
---@return table|nil err
---@return table missing list of { request, field }
function fill.step(step, chosen, sheet)
  local filled = { params = {}, secrets = {}, sent = {}, chosen = {} }
  local missing, put_off = {}, false
  for _, request in ipairs(chosen) do
    local values, err, lacking = fill.request(request, sheet.entries[request.id])
    if not values then
      return nil, err, missing
    elseif agrees(values, filled.params) then
      add(filled, request, values)
      for _, field in ipairs(lacking) do
        missing[#missing + 1] = { request = request, field = field }
      end
    else
      put_off = true
    end
  end
  filled.limit = limit_of(step, filled, put_off)
  return filled, nil, missing
end

return fill
