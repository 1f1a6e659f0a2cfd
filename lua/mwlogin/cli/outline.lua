---The command's tree as plain data, for completions and the manual page: what argparse was told.
local outline = {}

---What may follow an option or stand as an argument, by the name it has in the usage.
local KINDS <const> = {
  ["FILE"] = "file",
  ["FILE.lua"] = "file",
  ["SCRIPT.lua"] = "file",
  ["[=FILE]"] = "file",
  ["SOURCE"] = "source",
  ["METHOD"] = "method",
  ["WIKI"] = "wiki",
  ["TYPE"] = "token",
  ["COMMAND"] = "command",
  ["SHELL"] = "shell",
  ["SUBCOMMAND"] = "subcommand",
}

---The words that a kind offers; SOURCE's that end in a colon want more behind it.
outline.WORDS = {
  source = { "env:", "file:", "cmd:", "stdin", "prompt", "git", "totp:" },
  method = { "clientlogin", "botpassword", "oauth1", "oauth2", "session" },
  token = { "csrf", "login", "createaccount", "patrol", "rollback", "userrights", "watch" },
  shell = { "bash", "zsh", "fish" },
}

---@class mwlogin.cli.outline.Option
---@field flag string
---@field value string|nil name of what follows; nil: nothing does
---@field kind string|nil "file", "source", "method": what that may be
---@field help string
---@field group string

local function option_of(option, group)
  local flags = option._aliases
  local value = option._maxargs ~= 0 and (option._argname or "VALUE") or nil
  if type(value) == "table" then
    value = value[1]
  end
  return {
    flag = flags[#flags],
    short = #flags > 1 and flags[1] or nil,
    value = value,
    kind = value and KINDS[value],
    help = option._description or "",
    group = group,
  }
end

local function options_of(command)
  local options, seen = {}, {}
  for _, group in ipairs(command._groups) do
    for _, option in ipairs(group) do
      options[#options + 1] = option_of(option, group.name)
      seen[option] = true
    end
  end
  for _, option in ipairs(command._options) do
    if not seen[option] then
      options[#options + 1] = option_of(option, "Other options")
    end
  end
  return options
end

local function arguments_of(command)
  local arguments = {}
  for _, argument in ipairs(command._arguments) do
    arguments[#arguments + 1] = {
      name = argument._name,
      kind = KINDS[argument._name],
      repeats = argument._maxargs > 1,
      help = argument._description or "",
    }
  end
  return arguments
end

---@return table[] subcommands { name, summary, usage, examples, options, arguments }
function outline.read()
  local parser, files = require("mwlogin.cli").tree()
  local subcommands = {}
  for _, command in ipairs(parser._commands) do
    local file = files[command._name]
    subcommands[#subcommands + 1] = {
      name = command._name,
      summary = file.summary,
      usage = file.usage,
      examples = file.examples,
      logs_in = not file.bare,
      options = options_of(command),
      arguments = arguments_of(command),
    }
  end
  return subcommands
end

return outline
