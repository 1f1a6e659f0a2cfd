-- Mutants of what surrounds the library: transcripts, completions, the terminal, waiting in other
-- loops.
return {
  {
    file = "lua/mwlogin/testing/transcript/redaction.lua",
    find = "  local placeholder = self.names:of(value, name)\n"
      .. "  learn_name(self.names, name, value)",
    replace = "  local placeholder = value\n  learn_name(self.names, name, value)",
    spec = "spec/testing/transcript/redaction_spec.lua",
    promise = "a transcript hides the values that were sent",
  },
  {
    file = "lua/mwlogin/testing/transcript/redaction.lua",
    find = "  for _ = 1, 2 do\n    shown = {}",
    replace = "  for _ = 1, 1 do\n    shown = {}",
    spec = "spec/testing/transcript/redaction_spec.lua",
    promise = "a transcript hides early what is learnt to be secret late",
  },
  {
    file = "lua/mwlogin/testing/transcript/redaction.lua",
    find = "    if #value >= 8 and not is_word then",
    replace = "    if #value >= 8000 and not is_word then",
    spec = "spec/testing/transcript/redaction_spec.lua",
    promise = "a transcript is searched once more for what it hides",
  },
  {
    file = "lua/mwlogin/testing/transcript/redaction.lua",
    find = 'and value or self.names:of(value, "cookie")',
    replace = "and value or value",
    spec = "spec/testing/transcript/redaction_spec.lua",
    promise = "a transcript has no value of a cookie",
  },
  {
    file = "lua/mwlogin/testing/transcript/redaction.lua",
    find = 'return scheme == "Bearer" and "Bearer " .. self.names:of(rest, "access_token") '
      .. "or scheme",
    replace = "return header",
    spec = "spec/testing/transcript/redaction_spec.lua",
    promise = "a transcript shows of an Authorization its sort",
  },
  {
    file = "lua/mwlogin/testing/transcript/rules.lua",
    find = 'elseif HIDDEN_KEYS[small] or small:find "token$" then\n    return "hide"',
    replace = 'elseif HIDDEN_KEYS[small] then\n    return "hide"',
    spec = "spec/testing/transcript/redaction_spec.lua",
    promise = "a transcript hides every token of a reply",
  },
  {
    file = "lua/mwlogin/testing/transcript/file.lua",
    find = "if not tail or tail.exchanges ~= #head.exchanges then",
    replace = "if tail and tail.exchanges and tail.exchanges ~= #head.exchanges then",
    spec = "spec/testing/replay_spec.lua",
    promise = "a transcript that was cut is refused",
  },
  {
    file = "lua/mwlogin/testing/replay.lua",
    find = "  compare(self, exchange.request, given)\n",
    replace = "",
    spec = "spec/testing/replay_spec.lua",
    promise = "a replay raises for a request that was not recorded",
  },
  {
    file = "lua/mwlogin/testing/replay.lua",
    find = "  return fill(self, wanted) == given\n",
    replace = "  return name ~= nil or fill(self, wanted) == given\n",
    spec = "spec/testing/replay_spec.lua",
    promise = "a replay wants a value seen before as it was",
  },
  {
    file = "csrc/pool_lua.c",
    find = "    mwl_pool_wake_at(mwl_pool_check(L), lua_tonumber(L, 3));\n",
    replace = "",
    spec = "spec/regress/sleep_in_foreign_loop_spec.lua",
    promise = "a foreign loop is told when a pause is over",
  },
  {
    file = "lua/mwlogin/cli/record.lua",
    find = "  if exists(args.file) then",
    replace = "  if exists(args.file) and false then",
    spec = "spec/cli/record_spec.lua",
    promise = "record writes over no file",
  },
  {
    file = "lua/mwlogin/respond/picture.lua",
    find = "  if not display.has_colour() then",
    replace = "  if false then",
    spec = "spec/cli/terminal_spec.lua",
    filter = "draws a picture with ASCII",
    promise = "a picture has no colour where none is wanted",
  },
}
