---The known word nearest to a mistyped one.
local nearest = {}

---Levenshtein distance, where two neighbours exchanged count as one mistake.
local function distance(a, b)
  local before, row = {}, {}
  for column = 0, #b do
    row[column] = column
  end
  for line = 1, #a do
    local two_before = before
    before, row = row, { [0] = line }
    for column = 1, #b do
      local same = a:byte(line) == b:byte(column)
      local best = math.min(before[column] + 1, row[column - 1] + 1)
      best = math.min(best, before[column - 1] + (same and 0 or 1))
      local exchanged = line > 1
        and column > 1
        and a:byte(line) == b:byte(column - 1)
        and a:byte(line - 1) == b:byte(column)
      row[column] = exchanged and math.min(best, two_before[column - 2] + 1) or best
    end
  end
  return row[#b]
end

---@param word string what was typed
---@param known string[] what could have been meant
---@return string|nil word nil when nothing is near enough to be meant
function nearest.find(word, known)
  local found, least
  for _, candidate in ipairs(known) do
    local steps = distance(word, candidate)
    local begins = #word >= 3 and candidate:sub(1, #word) == word
    if begins then
      steps = math.min(steps, 1)
    end
    if steps <= math.max(1, math.min(#word, #candidate) // 3) and (not least or steps < least) then
      found, least = candidate, steps
    end
  end
  return found
end

return nearest
