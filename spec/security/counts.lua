--- Counts of the attacks and faults that specs have run. `make test` prints them at its end and
--- holds them against the table of doc/security.md (spec/security/table.lua).
---
---     counts.record("memory scans after a login", 48, 0)

local counts = {}

--- Adds to a row of the table; calls with the same name add up.
---@param name string the row's first column in doc/security.md, word by word
---@param cases integer how many were run
---@param findings integer how many of them did what they must not
function counts.record(name, cases, findings)
  assert(not name:find("[\t\n|]"), "a row's name has no tab, newline or bar")
  assert(math.type(cases) == "integer" and math.type(findings) == "integer", "whole numbers")
  local path = os.getenv("MWLOGIN_CASES")
  if not path then
    return
  end
  local file <close> = assert(io.open(path, "a"))
  assert(file:write(("%s\t%d\t%d\n"):format(name, cases, findings)))
end

return counts
