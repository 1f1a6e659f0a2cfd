---The `mwlogin` command: finds the subcommand, reads its arguments, runs it, tells the exit code.
---
---A subcommand is a file of this folder, loaded only when it is the one that is asked for:
---
---    return {
---      summary = "one line",  examples = "…",
---      usage = "what follows the subcommand's name",
---      configure = function(command) end,       -- its argparse arguments and options
---      run = function(args) → exit code
---      arrange = function(argv) → argv,         -- optional: rewrites what argparse will read
---      bare = true,                             -- optional: without --json and --trace
---    }
local exit = require "mwlogin.cli.exit"

local cli = {}

---In the order of --help.
local NAMES <const> = {
  "login",
  "whoami",
  "logout",
  "token",
  "api",
  "cookies",
  "exec",
  "sessions",
  "doctor",
  "run",
  "record",
  "replay",
  "completion",
  "manual",
}

local is_name = {}
for _, name in ipairs(NAMES) do
  is_name[name] = true
end

local function subcommand(name)
  return require("mwlogin.cli." .. name)
end

---The whole tree, for help, completions and the man page.
---@return table parser argparse
---@return table<string, table> files the subcommands' own, by name
function cli.tree()
  local files = {}
  for _, name in ipairs(NAMES) do
    files[name] = subcommand(name)
  end
  return require("mwlogin.cli.parser").tree(NAMES, files), files
end

local function complain(name, message)
  local command = name and "mwlogin " .. name or "mwlogin"
  require("mwlogin.cli.output").new({}):say(message)
  io.stderr:write("Try '", command, " --help'.\n")
  return exit.USAGE
end

local function version()
  print("mwlogin " .. require "mwlogin.version")
  return exit.DONE
end

---Without a subcommand we know: help, the version, or what was meant.
local function without_subcommand(argv)
  local first = argv[1]
  if first == "--version" then
    return version()
  end
  if first == "-h" or first == "--help" or first == "help" then
    local name = first == "help" and argv[2]
    if name and not is_name[name] then
      return without_subcommand { name }
    end
    local parser = cli.tree()
    parser:parse(name and { name, "--help" } or { "--help" })
    return exit.DONE
  end
  if not first then
    return complain(nil, "a subcommand is missing: " .. table.concat(NAMES, ", "))
  end
  local option = first:find("^%-")
  local known = option and { ["--help"] = true, ["--version"] = true } or is_name
  local near = require "mwlogin.nearest"(first, known)
  local hint = near and ("; did you mean %s?"):format(near)
    or option and "; options follow the subcommand"
    or "; there are " .. table.concat(NAMES, ", ")
  local kind = option and "option" or "subcommand"
  return complain(nil, ("unknown %s %s%s"):format(kind, first, hint))
end

---Its arguments, read plainly, or by argparse, which knows what is wrong.
local function read(name, file, words)
  local args = require("mwlogin.cli.arguments").read(name, file, words)
  if args then
    return args
  end
  return require("mwlogin.cli.parser").read(name, file, words)
end

local function run_subcommand(name, argv)
  require "mwlogin.late_modules"
  -- what a closed standard output is sent must not go into the socket that has got its number
  require("mwlogin.core").hold_standard_streams()
  local file = subcommand(name)
  local rest = table.move(argv, 2, #argv, 1, {})
  rest = file.arrange and file.arrange(rest) or require("mwlogin.cli.options").spell_out(rest)
  local args, wrong = read(name, file, rest)
  if not args then
    return complain(name, wrong)
  end
  if not file.bare then
    for _, checker in ipairs { "mwlogin.cli.options", "mwlogin.cli.person" } do
      local fits, reason = require(checker).check(args)
      if not fits then
        return complain(name, reason)
      end
    end
  end
  -- from here on there are secrets: no core file, no look into the memory by others of this user
  require("mwlogin.core").dumpable(false)
  return file.run(args)
end

---Raised errors are faults of the program, or Ctrl-C or too little memory; a person sees one
---sentence for these.
local function caught(raised)
  if tostring(raised):find("interrupted!", 1, true) then
    return { interrupted = true }
  end
  if type(raised) == "table" and raised.kind then
    return { err = raised }
  end
  local text = tostring(raised)
  return { trouble = text:match "not enough memory.*" or debug.traceback(text, 2) }
end

---Without descriptors there may be nothing to tell it with, either.
local function tell(name, err)
  local told = pcall(function()
    require("mwlogin.cli.output").new({}):failure(name, err)
  end)
  if not told then
    io.stderr:write("mwlogin: ", tostring(err), "\n")
  end
end

---@param argv string[] arguments after the command's name
---@return integer code exit code
function cli.main(argv)
  local name = argv[1]
  local ok, result = xpcall(function()
    if is_name[name] then
      return run_subcommand(name, argv)
    end
    return without_subcommand(argv)
  end, caught)
  if ok then
    return result
  end
  if type(result) == "string" then -- of no memory Lua tells no handler
    result = { trouble = result }
  end
  if result.interrupted then
    io.stderr:write("\nmwlogin: cancelled\n")
    return exit.CANCELLED
  end
  if result.err then
    tell(name, result.err)
    return exit.code(result.err)
  end
  io.stderr:write("mwlogin: ", require("mwlogin.cli.output").clean(result.trouble), "\n")
  return exit.USAGE
end

return cli
