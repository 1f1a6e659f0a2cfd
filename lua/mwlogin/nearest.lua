---The name that was meant, for messages about one that is not known.

local function distance(one, other)
  local row = {}
  for column = 0, #other do
    row[column] = column
  end
  for line = 1, #one do
    local corner
    corner, row[0] = row[0], line
    for column = 1, #other do
      local cost = one:byte(line) == other:byte(column) and 0 or 1
      local best = math.min(row[column] + 1, row[column - 1] + 1, corner + cost)
      corner, row[column] = row[column], best
    end
  end
  return row[#other]
end

---The shortest name that holds another, as `username` does `user`, and `user_agent` `agent`.
local function completed(name, known)
  local best
  for candidate in pairs(known) do
    local holds = #name >= 3 and type(candidate) == "string" and candidate:find(name, 1, true)
    if holds and (not best or #candidate < #best or (#candidate == #best and candidate < best)) then
      best = candidate
    end
  end
  return best
end

---The known name that is most like another.
---@param name string
---@param known table name → anything
---@return string|nil nearest nil when none is much alike
local function nearest(name, known)
  local best, least
  for candidate in pairs(known) do
    local far = type(candidate) == "string" and distance(name, candidate)
    if far and (not least or far < least or (far == least and candidate < best)) then
      best, least = candidate, far
    end
  end
  return least and least <= math.max(2, #name // 3) and best or completed(name, known)
end

return nearest
