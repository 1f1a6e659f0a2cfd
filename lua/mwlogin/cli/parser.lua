---What argparse makes of the subcommands: their helps, and what is wrong with a command line.
local arguments = require "mwlogin.cli.arguments"
local display = require "mwlogin.display"
local exit = require "mwlogin.cli.exit"

local parser = {}

local SOURCES <const> = [[
SOURCE says where a secret is read; none is ever taken from the command line:
   env:NAME           environment variable
   file:PATH          first line of a file that only you can read
   cmd:COMMAND        first line that a command prints (no shell)
   stdin              first line of standard input
   prompt             asked on the terminal
   git                git's credential helpers, asked for the wiki
   totp:SOURCE        the current one-time code of the secret in SOURCE]]

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
  local made = require "argparse"("mwlogin", "Logs programs in to MediaWiki wikis.")
  made
    :usage(
      display.plain "Usage: mwlogin SUBCOMMAND [OPTION…] …\n       mwlogin help SUBCOMMAND"
    )
    :command_target("command")
    :require_command(true)
    :help_max_width(columns)
    :help_description_margin(columns < WIDE and NARROW_MARGIN or WIDE_MARGIN)
    :help_vertical_space(0)
    :add_help("-h --help")
  return made
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

local function add_subcommand(tree, name, file)
  local command = tree:command(name):summary(file.summary)
  command:description(file.summary:gsub("^%l", string.upper) .. ".")
  command:usage(usage_line(name, file.usage))
  arguments.declare(command, file)
  local login = not file.bare and SOURCES .. "\n\n" or ""
  command:epilog("Examples:\n" .. file.examples .. "\n\n" .. login .. exit.HELP)
end

---The whole tree, for help, completions and the man page.
---@param names string[] the subcommands, in order
---@param files table<string, table> the subcommands' own, by name
---@return table tree argparse
function parser.tree(names, files)
  local tree = new_parser()
  for _, name in ipairs(names) do
    add_subcommand(tree, name, files[name])
  end
  tree:flag("--version"):description("the version")
  tree:epilog("Examples:\n" .. files.login.examples .. "\n\n" .. exit.HELP)
  return tree
end

---argparse knows near names one letter away; people are further off than that.
local function explain(tree, name, message)
  local flag = message:match("^unknown option '(%-[^']*)'")
  if not flag then
    return message
  end
  if flag:find "^%-[%d.]" then
    return ("'%s' begins with -, so that it is taken for an option"):format(flag)
  elseif require("mwlogin.cli.options").wants_source(flag) then
    return ("there is no %s: a secret on the command line can be read by others;"):format(flag)
      .. (" use %s-from SOURCE"):format(flag)
  end
  local known = {}
  for _, command in ipairs(tree._commands) do
    if command._name == name then
      for _, option in ipairs(command._options) do
        for _, alias in ipairs(option._aliases) do
          known[alias] = true
        end
      end
    end
  end
  local near = flag:find "^%-%-" and require "mwlogin.nearest"(flag, known)
  local hint = near and ("; did you mean %s?"):format(near)
    or name == "exec" and "; the command's own follow --"
    or ""
  return ("unknown option %s%s"):format(flag, hint)
end

---Reads the words of one subcommand; a help that is asked for is printed, and the process ends.
---@param name string
---@param file table the subcommand's own
---@param words string[] what follows the name
---@return table|nil args
---@return string|nil reason what is wrong with them
function parser.read(name, file, words)
  local tree = new_parser()
  add_subcommand(tree, name, file)
  local ok, args = tree:pparse { name, table.unpack(words) }
  if not ok then
    return nil, explain(tree, name, args)
  end
  return args
end

return parser
