--- What a flow tells: its trace and its error, in which no secret may be.
local telling = {}

local Telling = {}
Telling.__index = Telling

-- Shorter ones are found by chance.
local SHORTEST <const> = 6

local function gather(value, texts, seen)
  if type(value) == "string" then
    texts[#texts + 1] = value
  elseif type(value) == "table" and not seen[value] then
    seen[value] = true
    for key, item in next, value do
      gather(key, texts, seen)
      gather(item, texts, seen)
    end
  end
end

--- An ear for a Session.
---@return table told `trace` is an option of `open`
function telling.new()
  local self = setmetatable({ events = {} }, Telling)
  function self.trace(event)
    self.events[#self.events + 1] = event
  end
  return self
end

--- A secret that was told.
---@param err table|nil
---@param ... string[]|nil secrets
---@return string|nil trouble
function Telling:trouble(err, ...)
  local texts, seen = {}, {}
  gather(self.events, texts, seen)
  if err then
    texts[#texts + 1] = tostring(err)
    for _, name in ipairs({ "kind", "code", "message", "advice", "cause" }) do
      gather(err[name], texts, seen)
    end
  end
  local all = table.concat(texts, "\n")
  for number = 1, select("#", ...) do
    for _, secret in ipairs(select(number, ...) or {}) do
      if #secret >= SHORTEST and all:find(secret, 1, true) then
        return "tells a secret: " .. secret
      end
    end
  end
end

return telling
