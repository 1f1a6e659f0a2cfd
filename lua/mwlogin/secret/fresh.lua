---Which secrets were read by us for one use, so that they are ours to wipe after it: what a program
---made itself, or shares among logins, is not.
local fresh = {}

local made <const> = setmetatable({}, { __mode = "k" })

---@param value any a secret that nobody else holds; anything else is left alone
---@return any value the same
function fresh.mark(value)
  if type(value) == "userdata" then
    made[value] = true
  end
  return value
end

---@param value any
---@return boolean
function fresh.is(value)
  return made[value] == true
end

---Wipes a secret that was read for one use; leaves anything else alone.
---@param value any
function fresh.wipe(value)
  if made[value] then
    made[value] = nil
    value:wipe()
  end
end

return fresh
