---What the command's exit code tells: one number for each group of error kinds.
local exit = {}

exit.DONE = 0
exit.REFUSED = 1
exit.USAGE = 2
exit.INTERACTION = 3
exit.UNREACHABLE = 4
exit.THROTTLED = 5
exit.STORE = 6
exit.CANCELLED = 130

local CODES <const> = {
  api = exit.REFUSED,
  refused = exit.REFUSED,
  answer = exit.USAGE,
  handler = exit.USAGE,
  interaction = exit.INTERACTION,
  network = exit.UNREACHABLE,
  tls = exit.UNREACHABLE,
  http = exit.UNREACHABLE,
  protocol = exit.UNREACHABLE,
  throttled = exit.THROTTLED,
  store = exit.STORE,
  cancelled = exit.CANCELLED,
}

---What each code tells.
exit.MEANINGS = {
  { exit.DONE, "done" },
  { exit.REFUSED, "the wiki refused (wrong password, an API error)" },
  { exit.USAGE, "wrong usage, an answer that does not fit, a broken handler or script" },
  { exit.INTERACTION, "a person is needed, and none could be asked" },
  { exit.UNREACHABLE, "no usable reply: network, TLS, HTTP, not a MediaWiki API" },
  { exit.THROTTLED, "throttled: wait before the next try" },
  { exit.STORE, "the kept sessions cannot be read or written" },
  { exit.CANCELLED, "cancelled (Ctrl-C)" },
}

local function help()
  local lines = { "Exit codes:" }
  for _, pair in ipairs(exit.MEANINGS) do
    lines[#lines + 1] = (" %3d    %s"):format(pair[1], pair[2])
  end
  return table.concat(lines, "\n")
end

---The table that every --help ends with.
exit.HELP = help()

---@param err table|nil an error of the library; nil means that all went well
---@return integer code
function exit.code(err)
  if err == nil then
    return exit.DONE
  end
  return CODES[err.kind] or exit.REFUSED
end

return exit
