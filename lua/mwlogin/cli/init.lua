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
local display = require "mwlogin.display"
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

local SOURCES <const> = [[
SOURCE says where a secret is read; none is ever taken from the command line:
   env:NAME           environment variable
   file:PATH          first line of a file that only you can read
   cmd:COMMAND        first line that a command prints (no shell)
   stdin              first line of standard input
   prompt             asked on the terminal
   git                git's credential helpers, asked for the wiki
   totp:SOURCE        the current one-time code of the secret in SOURCE]]

local is_name = {}
for _, name in ipairs(NAMES) do
  is_name[name] = true
end

local function subcommand(name)
  return require("mwlogin.cli." .. name)
end

---Narrower than this, the descriptions of a help start below their flags.
local WIDE <const> = 72
local WIDE_MARGIN <const>, NARROW_MARGIN <const> = 33, 6

local function columns_of_terminal()
  local core = require "mwlogin.core"
  local terminal <close> = core.isatty(1) and core.terminal() or nil
  return display.columns(terminal and terminal:size())
end

local function new_parser()
  local columns = columns_of_terminal()
  local parser = require "argparse"("mwlogin", "Logs programs in to MediaWiki wikis.")
  parser
    :usage(
      display.plain "Usage: mwlogin SUBCOMMAND [OPTION…] …\n       mwlogin help SUBCOMMAND"
    )
    :command_target("command")
    :require_command(true)
    :help_max_width(columns)
    :help_description_margin(columns < WIDE and NARROW_MARGIN or WIDE_MARGIN)
    :help_vertical_space(0)
    :add_help("-h --help")
  return parser
end

---A usage that is wider than the terminal goes on below its arguments.
local function usage_line(name, usage)
  local line, indent, columns = "Usage: mwlogin " .. name, (" "):rep(10), columns_of_terminal()
  local lines = {}
  for word in usage:gmatch "%S+" do
    if utf8.len(line .. " " .. word) > columns then
      lines[#lines + 1] = line
      line = indent .. word
    else
      line = line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return display.plain(table.concat(lines, "\n"))
end

local function add_subcommand(parser, name)
  local file = subcommand(name)
  local command = parser:command(name):summary(file.summary)
  command:description(file.summary:gsub("^%l", string.upper) .. ".")
  command:usage(usage_line(name, file.usage))
  file.configure(command)
  if not file.bare then
    require("mwlogin.cli.options").declare_output(command)
  end
  local login = not file.bare and SOURCES .. "\n\n" or ""
  command:epilog("Examples:\n" .. file.examples .. "\n\n" .. login .. exit.HELP)
  return command
end

---The whole tree, for help, completions and the man page.
---@return table parser argparse
---@return table<string, table> files the subcommands' own, by name
function cli.tree()
  local parser, files = new_parser(), {}
  for _, name in ipairs(NAMES) do
    add_subcommand(parser, name)
    files[name] = subcommand(name)
  end
  parser:flag("--version"):description("the version")
  parser:epilog("Examples:\n" .. subcommand("login").examples .. "\n\n" .. exit.HELP)
  return parser, files
end

local function complain(name, message)
  local command = name and "mwlogin " .. name or "mwlogin"
  require("mwlogin.cli.output").new({}):say(message)
  io.stderr:write("Try '", command, " --help'.\n")
  return exit.USAGE
end

---argparse knows near names one letter away; people are further off than that.
local function explain(parser, name, message)
  local flag = message:match("^unknown option '(%-[^']*)'")
  if not flag then
    return message
  end
  if require("mwlogin.cli.options").wants_source(flag) then
    return ("there is no %s: a secret on the command line can be read by others;"):format(flag)
      .. (" use %s-from SOURCE"):format(flag)
  end
  local known = {}
  for _, command in ipairs(parser._commands) do
    if command._name == name then
      for _, option in ipairs(command._options) do
        for _, alias in ipairs(option._aliases) do
          known[alias] = true
        end
      end
    end
  end
  local near = require "mwlogin.nearest"(flag, known)
  return ("unknown option %s%s"):format(flag, near and "; did you mean " .. near .. "?" or "")
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

local function run_subcommand(name, argv)
  local file = subcommand(name)
  local parser = new_parser()
  add_subcommand(parser, name)
  local rest = table.move(argv, 2, #argv, 1, {})
  rest = file.arrange and file.arrange(rest) or require("mwlogin.cli.options").spell_out(rest)
  table.insert(rest, 1, name)
  local ok, args = parser:pparse(rest)
  if not ok then
    return complain(name, explain(parser, name, args))
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

---Raised errors are faults of the program or Ctrl-C; a person sees one sentence for the latter.
local function caught(raised)
  if tostring(raised):find("interrupted!", 1, true) then
    return { interrupted = true }
  end
  if type(raised) == "table" and raised.kind then
    return { err = raised }
  end
  return { trouble = debug.traceback(tostring(raised), 2) }
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
  if result.interrupted then
    io.stderr:write("\nmwlogin: cancelled\n")
    return exit.CANCELLED
  end
  if result.err then
    local out = require("mwlogin.cli.output").new {}
    out:failure(name, result.err)
    return exit.code(result.err)
  end
  io.stderr:write("mwlogin: ", require("mwlogin.cli.output").clean(result.trouble), "\n")
  return exit.USAGE
end

return cli
