---The names of a map in alphabetical order: what is shown to people, compared or sent is the same
---each time, which `pairs` alone does not give.

---@param map table name → anything
---@return string[]
local function sorted_names(map)
  local names = {}
  for name in pairs(map) do
    names[#names + 1] = tostring(name)
  end
  table.sort(names)
  return names
end

return sorted_names
