--- All that may happen to one exchange on its way, and words for it.
---
--- MWLOGIN_FAULTS=all takes every byte (`make faults`), MWLOGIN_FAULTS=4 every fourth.
local damage = {}

local FAULTS <const> = os.getenv("MWLOGIN_FAULTS")
damage.ALL = FAULTS ~= nil
local STEP <const> = math.tointeger(tonumber(FAULTS or "")) or 1

-- Where a login takes long a few places stand for all.
local function sample(size, few)
  if few then
    return { 0, size // 2, size - 1 }
  end
  return { 0, 1, 12, 40, size // 3, size // 2, size - 2, size - 1 }
end

-- The bytes of a message of `size` at which it is spoiled.
local function places(size, few)
  if not damage.ALL then
    return sample(size, few)
  end
  local list = {}
  for at = 0, size - 1, STEP do
    list[#list + 1] = at
  end
  return list
end

-- What repeats itself may believe 429 with Retry-After: what came too fast was not executed.
local function is_lie(fault, repeats)
  return repeats and fault.status == 429 and fault.retry_after and not fault.unasked
end

local function statuses(add, few, repeats)
  for _, status in ipairs(few and { 429, 502, 503 } or { 429, 500, 502, 503, 504 }) do
    for _, wait in ipairs(few and { 1 } or { false, 1 }) do
      for _, believable in ipairs({ false, true }) do
        for _, unasked in ipairs({ false, true }) do
          local fault = {
            kind = "status",
            status = status,
            retry_after = wait or nil,
            believable = believable and not unasked,
            unasked = unasked,
          }
          if not is_lie(fault, repeats) then
            add(fault)
          end
        end
      end
    end
  end
end

-- A second run, with sanitizers, takes some of them.
local function thinned(list)
  if not os.getenv("MWLOGIN_SAMPLE") then
    return list
  end
  local some = {}
  for position = 1, #list, 4 do
    some[#some + 1] = list[position].kind ~= "stall" and list[position] or nil
  end
  return some
end

--- All that may happen to an exchange of these sizes.
---@param sizes integer[] bytes of the request, of the response
---@param flow table few: at few places in a sample; repeats: what is done repeats itself
---@param exchange integer its number in the flow
---@return table[] faults as spec.faults.proxy takes them, without their exchange
function damage.of(sizes, flow, exchange)
  local list = {}
  local function add(fault)
    list[#list + 1] = fault
  end
  local request, response = sizes[1], sizes[2]
  local few = flow.few and not damage.ALL
  for _, at in ipairs(places(response, few)) do
    add({ kind = "cut", at = at })
    add({ kind = "reset", at = at })
  end
  for _, at in ipairs(places(request, few)) do
    add({ kind = "drop", at = math.max(at, 1) })
    add({ kind = "drop", at = math.max(at, 1), hard = true })
  end
  for _, at in ipairs(damage.ALL and { 0, 1, response // 2, response - 1 } or { response // 2 }) do
    if not few or exchange == 1 then -- each one takes the time-out
      add({ kind = "stall", at = at })
    end
    add({ kind = "delay", at = at })
  end
  for _, kind in ipairs({ "trickle", "double", "echo", "stale", "swap" }) do
    add({ kind = kind, at = 0 })
  end
  statuses(add, few, flow.repeats)
  return few and thinned(list) or list
end

--- Words for a fault, from which it can be made again.
---@param flow table
---@param fault table
---@return string
function damage.words(flow, fault)
  local words = {}
  for _, name in ipairs({ "status", "retry_after", "believable", "unasked", "hard" }) do
    if fault[name] then
      words[#words + 1] = ("%s %s"):format(name, fault[name])
    end
  end
  return ("%s, exchange %d, %s at byte %s %s"):format(
    flow.name,
    fault.exchange,
    fault.kind,
    fault.at or "-",
    table.concat(words, ", ")
  )
end

return damage
