---How an answered request is sent: whole, by the wiki's rules. If one text, select or hidden field
---of a request is missing, an optional one too, the wiki takes the request as not sent and says
---nothing.
local answering = require "mwlogin.flow.answering"
local core = require "mwlogin.core"

local fill = {}

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
      local press = pressed and not field.optional
      local value, err = answering.value(field, entries[field.name], press)
      if value == nil then
        return nil, err, missing
      elseif value == answering.MISSING then
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
  local function is_text(value)
    return type(value) == "string" or core.is_secret(value)
  end
  if is_text(one) and is_text(other) then
    return core.crypto.equal(one, other)
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
---limit (ids the wiki shall read, or nil for all), put_off (ids that wait for their turn, or nil) }
---@return table|nil err
---@return table missing list of { request, field }
function fill.step(step, chosen, sheet)
  local filled = { params = {}, secrets = {}, sent = {}, chosen = {} }
  local missing, put_off = {}, nil
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
      put_off = put_off or {}
      put_off[request.id] = true
    end
  end
  filled.limit, filled.put_off = limit_of(step, filled, put_off ~= nil), put_off
  return filled, nil, missing
end

return fill
