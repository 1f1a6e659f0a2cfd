-- What could be wrong without anybody noticing. Each entry breaks one promise:
--   file, find (text that is there exactly once), replace
--   spec (and filter, the plain title of one, or pattern where titles are made up): what must fail
--   promise: what users were promised, or which trap the line avoids
local all = {}

for _, name in ipairs({
  "core",
  "library",
  "traps",
  "invariants",
  "oauth2",
  "security",
  "newcomers",
  "tools",
  "hostile",
  "bot_login",
  "faults",
}) do
  local more = require("spec.mutants." .. name)
  table.move(more, 1, #more, #all + 1, all)
end

return all
