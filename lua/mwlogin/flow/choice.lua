---Which requests of a step are answered: every required one, exactly one way to log in, and
---optional ones only where something answers them.
local errors = require "mwlogin.error"

local choice = {}

local function primaries(step)
  local list = {}
  for _, request in ipairs(step.requests) do
    if request.required == "primary-required" then
      list[#list + 1] = request
    end
  end
  return list
end

---@return boolean complete whether all that must be answered of a request is
local function complete(sheet, request)
  for _, field in ipairs(request.fields) do
    local given = sheet:get(request, field.name)
    local free = field.optional or field.value ~= nil or field.type == "button"
    if not given and not free and field.type ~= "null" and field.type ~= "hidden" then
      return false
    end
  end
  return true
end

---Fields that only this one of the ways to log in has.
local function has_own(sheet, request, others)
  for _, field in ipairs(request.fields) do
    local entry = sheet:get(request, field.name)
    local credential = field.name == "username" or field.name == "password"
    if entry and entry.value ~= false and (entry.tight or not credential) then
      local shared = false
      for _, other in ipairs(others) do
        shared = shared or (other ~= request and other.fields[field.name] ~= nil)
      end
      if entry.tight or not shared then
        return true
      end
    end
  end
  return false
end

local function filter(list, test)
  local kept = {}
  for _, item in ipairs(list) do
    if test(item) then
      kept[#kept + 1] = item
    end
  end
  return kept
end

local function labels(list)
  local names = {}
  for position, request in ipairs(list) do
    names[position] = request.suffix and request.kind .. ":" .. request.suffix or request.kind
  end
  return table.concat(names, ", ")
end

local function two_ways(list)
  return nil,
    errors.new {
      kind = "answer",
      code = "two-ways",
      message = ("the answers name more than one way to log in: %s"):format(labels(list)),
      advice = 'Answer one of them; "Kind.field" as a key says which one is meant.',
    }
end

---The way to log in that answers or a handler single out.
---@param step table
---@param sheet table
---@return table|nil request nil when none is named
---@return table|nil err when several are
function choice.named(step, sheet)
  local all = primaries(step)
  local named = filter(all, function(request)
    return sheet:names(request)
  end)
  if #named > 1 then
    local own = filter(named, function(request)
      return has_own(sheet, request, all)
    end)
    named = #own > 0 and own or named
  end
  if #named > 1 then
    local whole = filter(named, function(request)
      return complete(sheet, request)
    end)
    named = #whole > 0 and whole or named
  end
  if #named > 1 then
    return two_ways(named)
  end
  return named[1]
end

local function by_password(list, sheet)
  local with = filter(list, function(request)
    return sheet:has_credentials(request)
  end)
  for _, request in ipairs(with) do
    if request.kind == "PasswordAuthenticationRequest" then
      return request
    end
  end
  return with[1]
end

---The one way to log in that is taken.
---@param step table
---@param sheet table
---@return table|nil request nil when none is needed, or none can be told
---@return table|nil err
---@return table|nil open the ways among which someone has to choose
function choice.primary(step, sheet)
  local named, err = choice.named(step, sheet)
  if named or err then
    return named, err
  end
  local all = primaries(step)
  if #all == 0 or step.preserved then
    return nil
  end
  local password = by_password(all, sheet)
  if password then
    return password
  end
  if #all == 1 then
    return all[1]
  end
  return nil, nil, all
end

---The request that is sent alone, when one with that rule is answered.
local function alone(step, sheet, is_alone)
  for _, request in ipairs(step.requests) do
    if sheet:touched(request) and is_alone(request) then
      for _, entry in pairs(sheet.entries[request.id]) do
        if entry.key or (entry.value ~= "" and entry.value ~= false) then
          return request
        end
      end
    end
  end
  return nil
end

---@param step table
---@param sheet table
---@param is_alone fun(request: table): boolean whether an answer to it is sent without the others
---@param only table|nil ids: answer no other
---@return table|nil requests in the wiki's order
---@return table|nil err
---@return table|nil open the ways to log in among which someone has to choose
function choice.requests(step, sheet, is_alone, only)
  local single = alone(step, sheet, is_alone)
  if single then
    return { single }
  end
  local primary, err, open = choice.primary(step, sheet)
  if err then
    return nil, err
  end
  local chosen = filter(step.requests, function(request)
    if only and not only[request.id] then
      return false
    end
    if request.required == "primary-required" then
      return request == primary
    end
    return request.required ~= "optional" or sheet:touched(request)
  end)
  return chosen, nil, open
end

---@param list table[] requests
---@return string names of requests for a message
function choice.labels(list)
  return labels(list)
end

return choice
