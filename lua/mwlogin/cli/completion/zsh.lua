---Completion for zsh, for its own `_arguments`.
local outline = require "mwlogin.cli.outline"

local zsh = {}

local FRONT <const> = [==[
#compdef mwlogin
# zsh completion for mwlogin; made by `mwlogin completion zsh`

_mwlogin_wikis() {
  local -a wikis
  wikis=(${(f)"$(mwlogin completion wikis 2>/dev/null)"})
  compadd -a wikis
}

_mwlogin_source() {
  if compset -P 'file:'; then
    _files
  elif compset -P 'env:'; then
    _parameters -g '*export*'
  else
    compadd -S '' -- @SOURCES@
  fi
}

_mwlogin() {
  local -a subcommands
  subcommands=(
@SUBCOMMANDS@
    'help:the help of a subcommand'
  )
  if ((CURRENT == 2)); then
    _describe 'subcommand' subcommands
    return
  fi
  local subcommand=$words[2]
  shift words
  ((CURRENT--))
  case $subcommand in
    help) _describe 'subcommand' subcommands ;;
@TABLE@
  esac
}

if [ "$funcstack[1]" = _mwlogin ]; then
  _mwlogin "$@"
else
  compdef _mwlogin mwlogin
fi
]==]

local function actions()
  local function words(kind)
    return "(" .. table.concat(outline.WORDS[kind], " ") .. ")"
  end
  return {
    file = "_files",
    source = "_mwlogin_source",
    method = words "method",
    wiki = "_mwlogin_wikis",
    token = words "token",
    shell = words "shell",
    command = "_normal",
  }
end

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

---Text inside `[…]` or between colons of an _arguments specification.
local function plain(text)
  return (text:gsub("\n", " "):gsub("[%[%]:\\]", "\\%0"))
end

local function option_row(option, action)
  local optional = option.value and option.value:find "^%["
  local text = option.flag .. (optional and "=-" or "") .. "[" .. plain(option.help) .. "]"
  if option.value and not optional then
    text = text .. ":" .. plain(option.value) .. ":" .. (action[option.kind or ""] or "")
  elseif optional then
    text = text .. "::file:_files"
  end
  return "        " .. quoted("*" .. text)
end

local function argument_row(argument, place, action)
  local front = argument.repeats and "*" or tostring(place)
  local what = plain(argument.name) .. ":" .. (action[argument.kind or ""] or "")
  return "        " .. quoted(front .. ":" .. what)
end

local function row(subcommand, action)
  local lines = {}
  for _, option in ipairs(subcommand.options) do
    lines[#lines + 1] = option_row(option, action)
  end
  for place, argument in ipairs(subcommand.arguments) do
    lines[#lines + 1] = argument_row(argument, place, action)
  end
  return ("    %s)\n      _arguments -S \\\n%s\n      ;;"):format(
    subcommand.name,
    table.concat(lines, " \\\n")
  )
end

---@param subcommands table[] as `outline.read` gives them
---@return string script
function zsh.script(subcommands)
  local names, rows, action = {}, {}, actions()
  for position, subcommand in ipairs(subcommands) do
    names[position] = "    " .. quoted(subcommand.name .. ":" .. plain(subcommand.summary))
    rows[position] = row(subcommand, action)
  end
  return (
    FRONT:gsub("@(%u+)@", {
      SUBCOMMANDS = table.concat(names, "\n"),
      TABLE = table.concat(rows, "\n"),
      SOURCES = table.concat(outline.WORDS.source, " "),
    })
  )
end

return zsh
