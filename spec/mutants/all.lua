-- All mutants there are.
local all = {}

for _, name in ipairs({
  "mutants",
  "traps",
  "oauth2",
  "security",
  "newcomers",
  "tools",
  "hostile",
  "bot_login",
}) do
  local more = require("spec.mutants." .. name)
  table.move(more, 1, #more, #all + 1, all)
end

return all
