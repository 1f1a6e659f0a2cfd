-- Which traps (T) and invariants (I) must each have a mutant and a row in doc/traps.md. A promise
-- that begins "T1, I12: …" is theirs.
local ids = {}

local RANGES = {
  { "T", 1, 44 },
  { "I", 1, 22 },
}

---@return string[] all every id there must be
function ids.all()
  local all = {}
  for _, range in ipairs(RANGES) do
    for number = range[2], range[3] do
      all[#all + 1] = range[1] .. number
    end
  end
  return all
end

---@return string[] ids that lead a mutant's promise
function ids.of(promise)
  local found = {}
  local head = promise:match("^([TI%d, ]+):") or ""
  for id in head:gmatch("[TI]%d+") do
    found[#found + 1] = id
  end
  return found
end

---@param mutants table list
---@return string[] missing ids that lead no promise
function ids.missing(mutants)
  local led, missing = {}, {}
  for _, mutant in ipairs(mutants) do
    for _, id in ipairs(ids.of(mutant.promise)) do
      led[id] = true
    end
  end
  for _, id in ipairs(ids.all()) do
    if not led[id] then
      missing[#missing + 1] = id
    end
  end
  return missing
end

return ids
