---Whether a person can be asked, and how: on the terminal, in a browser, or not at all.
local options = require "mwlogin.cli.options"

local person = {}

---A terminal is there for us only when our words go to it: a job with its output in a file must
---never hang on a question.
local function on_terminal()
  local core = require "mwlogin.core"
  if not core.isatty(2) then
    return false
  end
  local terminal = core.terminal()
  if not terminal then
    return false
  end
  terminal:close()
  return true
end

---Refuses what would wait for a person under --no-input, before anything is sent.
---@param args table parsed arguments
---@return true|nil ok
---@return string|nil reason
function person.check(args)
  if not args.no_input then
    return true
  end
  if args.browser then
    return nil, "--browser asks a person, --no-input never does: give one of them"
  end
  local given = options.sources(args)
  for _, answer in ipairs(args.fields_from or {}) do
    given[#given + 1] = { flag = "--field-from " .. answer.name, source = answer.value }
  end
  for _, one in ipairs(args.parameters_from or {}) do
    given[#given + 1] = { flag = "--parameter-from " .. one.name, source = one.value }
  end
  for _, entry in ipairs(given) do
    if entry.source.needs_person then
      return nil,
        entry.flag .. " asks on the terminal, and --no-input forbids it: use another SOURCE"
    end
    if entry.source.label == "stdin" and require("mwlogin.core").isatty(0) then
      return nil,
        entry.flag .. " reads standard input, which is a terminal here: pipe the secret in"
    end
  end
  return true
end

---Whether a login might ask somebody something.
---@param args table parsed arguments
---@return boolean
function person.may_be_asked(args)
  if not args.no_input and (args.browser or on_terminal()) then
    return true
  end
  for _, entry in ipairs(options.sources(args)) do
    if entry.source.needs_person then
      return true
    end
  end
  return false
end

---What `wiki:login` gets for asking.
---@param args table parsed arguments
---@return function|nil respond
---@return string|nil redirect
function person.ways(args)
  if args.no_input then
    return nil, "none"
  end
  local mwlogin = require "mwlogin"
  local terminal = on_terminal()
  if args.browser then
    return mwlogin.respond.browser(), "auto"
  end
  local respond = terminal and mwlogin.respond.terminal() or nil
  if args.browser == false then
    return respond, "paste"
  end
  return respond, terminal and "auto" or nil
end

return person
