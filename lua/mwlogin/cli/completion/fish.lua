---Completion for fish: a line for each subcommand, option and argument.
local outline = require "mwlogin.cli.outline"

local fish = {}

local FRONT <const> = [==[
# fish completion for mwlogin; made by `mwlogin completion fish`

function __mwlogin_source
    set -l word (commandline -ct)
    if string match -q 'file:*' -- $word
        __fish_complete_path (string replace 'file:' '' -- $word) | string replace -r '^' 'file:'
    else if string match -q 'env:*' -- $word
        set -nx | string replace -r '^' 'env:'
    else
        printf '%s\n' @SOURCES@
    end
end

function __mwlogin_bare
    not __fish_seen_subcommand_from @SUBCOMMANDS@ help
end

complete -c mwlogin -f
complete -c mwlogin -n __mwlogin_bare -l version -d 'the version'
complete -c mwlogin -n __mwlogin_bare -a help -d 'the help of a subcommand'
complete -c mwlogin -n '__fish_seen_subcommand_from help' -a '@SUBCOMMANDS@'
]==]

local function quoted(text)
  return "'" .. text:gsub("\n", " "):gsub("[\\']", "\\%0") .. "'"
end

local function words(kind)
  return "-xa " .. quoted(table.concat(outline.WORDS[kind], " "))
end

local function value_of(option)
  if not option.value or option.value:find "^%[" then
    return ""
  elseif option.kind == "file" then
    return " -rF"
  elseif option.kind == "source" then
    return " -xa '(__mwlogin_source)'"
  elseif option.kind == "method" then
    return " " .. words "method"
  end
  return " -x"
end

local ARGUMENTS <const> = {
  wiki = "-a '(mwlogin completion wikis 2>/dev/null)'",
  file = "-F",
  command = "-a '(__fish_complete_subcommand)'",
}

local function add(lines, subcommand)
  local seen = quoted("__fish_seen_subcommand_from " .. subcommand.name)
  local form = "complete -c mwlogin -n __mwlogin_bare -a %s -d %s"
  lines[#lines + 1] = form:format(subcommand.name, quoted(subcommand.summary))
  for _, option in ipairs(subcommand.options) do
    local long = option.flag:match "^%-%-(.*)$"
    local short = option.short and " -s " .. option.short:sub(2) or ""
    lines[#lines + 1] = ("complete -c mwlogin -n %s%s -l %s%s -d %s"):format(
      seen,
      short,
      long,
      value_of(option),
      quoted(option.help)
    )
  end
  for _, argument in ipairs(subcommand.arguments) do
    local kind = argument.kind or ""
    local offer = ARGUMENTS[kind] or outline.WORDS[kind] and words(kind)
    if offer then
      lines[#lines + 1] = ("complete -c mwlogin -n %s %s"):format(seen, offer)
    end
  end
end

---@param subcommands table[] as `outline.read` gives them
---@return string script
function fish.script(subcommands)
  local names, lines = {}, {}
  for position, subcommand in ipairs(subcommands) do
    names[position] = subcommand.name
    add(lines, subcommand)
  end
  local front = FRONT:gsub("@(%u+)@", {
    SUBCOMMANDS = table.concat(names, " "),
    SOURCES = table.concat(outline.WORDS.source, " "),
  })
  return front .. table.concat(lines, "\n") .. "\n"
end

return fish
