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

---The table that every --help ends with.
exit.HELP = [[
Exit codes:
   0    done
   1    the wiki refused (wrong password, an API error)
   2    wrong usage, an answer or source that does not fit, a broken handler or script
   3    a person is needed, and none could be asked
   4    no usable reply: network, TLS, HTTP, not a MediaWiki API
   5    throttled: wait before the next try
   6    the kept sessions cannot be read or written
 130    cancelled (Ctrl-C)]]

---@param err table|nil an error of the library; nil means that all went well
---@return integer code
function exit.code(err)
  if err == nil then
    return exit.DONE
  end
  return CODES[err.kind] or exit.REFUSED
end

return exit
