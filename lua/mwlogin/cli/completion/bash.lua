---Completion for bash: one function that knows for each subcommand its options, what follows an
---option, and what its arguments are.
local outline = require "mwlogin.cli.outline"

local bash = {}

local FRONT <const> = [==[
# bash completion for mwlogin; made by `mwlogin completion bash`

_mwlogin_words() {
  COMPREPLY+=($(compgen -W "$1" -- "$cur"))
}

_mwlogin_files() {
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen -f -- "$cur"))
}

# bash takes a colon for the end of a word: what stands before it is no part of a reply
_mwlogin_colons() {
  local whole=$1
  if [[ $whole == *:* && $COMP_WORDBREAKS == *:* ]]; then
    local front=${whole%"${whole##*:}"} i
    for i in "${!COMPREPLY[@]}"; do
      COMPREPLY[i]=${COMPREPLY[i]#"$front"}
    done
  fi
}

_mwlogin_source() {
  case $cur in
    file:*)
      compopt -o filenames 2>/dev/null
      local rest=${cur#file:}
      COMPREPLY+=($(compgen -P file: -f -- "$rest"))
      ;;
    env:*) COMPREPLY+=($(compgen -P env: -e -- "${cur#env:}")) ;;
    *)
      compopt -o nospace 2>/dev/null
      _mwlogin_words "@SOURCES@"
      ;;
  esac
}

# Kept wikis and profiles; nothing is sent.
_mwlogin_wiki() {
  local IFS=$'\n'
  COMPREPLY+=($(compgen -W "$(mwlogin completion wikis 2>/dev/null)" -- "$cur"))
}

_mwlogin() {
  local cur prev words cword i
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n : cur prev words cword
  else
    words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
    cur=${words[cword]} prev=${words[cword - 1]}
  fi
  COMPREPLY=()
  if ((cword == 1)); then
    _mwlogin_words "@SUBCOMMANDS@ help --help --version"
    return
  fi
  local subcommand=${words[1]} options="" valued=" " kinds=""
  case $subcommand in
    help)
      _mwlogin_words "@SUBCOMMANDS@"
      return
      ;;
@TABLE@
    *) return ;;
  esac
  case $prev in
@VALUES@
  esac
  if [[ $cur == -* ]]; then
    _mwlogin_words "$options"
    return
  fi
  # which argument this is: words that are neither options nor what follows one
  local place=0
  for ((i = 2; i < cword; i++)); do
    if [[ $valued == *" ${words[i]} "* ]]; then
      ((i++))
    elif [[ ${words[i]} == -- ]]; then
      ((i == cword - 1)) && { _mwlogin_commands; return; }
      _mwlogin_files
      return
    elif [[ ${words[i]} != -* ]]; then
      ((place++))
    fi
  done
  set -- $kinds
  ((place < $#)) && shift "$place" || { [[ ${!#} == *+ ]] && shift $(($# - 1)) || return; }
  case ${1%+} in
    wiki) _mwlogin_wiki ;;
    file) _mwlogin_files ;;
    shell) _mwlogin_words "@SHELLS@" ;;
    token) _mwlogin_words "@TOKENS@" ;;
  esac
  _mwlogin_colons "$cur"
}

_mwlogin_commands() {
  COMPREPLY+=($(compgen -c -- "$cur"))
}

complete -F _mwlogin mwlogin
]==]

local function flags_of(subcommand, wanted)
  local flags = {}
  for _, option in ipairs(subcommand.options) do
    if wanted(option) then
      flags[#flags + 1] = option.flag
    end
  end
  return flags
end

local function row(subcommand)
  local flags = flags_of(subcommand, function()
    return true
  end)
  local valued = flags_of(subcommand, function(option)
    return option.value and not option.value:find "^%["
  end)
  local kinds = {}
  for position, argument in ipairs(subcommand.arguments) do
    kinds[position] = (argument.kind or "other") .. (argument.repeats and "+" or "")
  end
  return ('    %s)\n      options="%s"\n      valued=" %s "\n      kinds="%s"\n      ;;'):format(
    subcommand.name,
    table.concat(flags, " "),
    table.concat(valued, " "),
    table.concat(kinds, " ")
  )
end

---Each option that takes a value, once, by what that value is.
local function values(subcommands)
  local by_kind, seen = { file = {}, source = {}, method = {}, other = {} }, {}
  for _, subcommand in ipairs(subcommands) do
    for _, option in ipairs(subcommand.options) do
      if option.value and not option.value:find "^%[" and not seen[option.flag] then
        seen[option.flag] = true
        local kind = by_kind[option.kind or ""] and option.kind or "other"
        table.insert(by_kind[kind], option.flag)
      end
    end
  end
  local calls = {
    { "file", "_mwlogin_files" },
    { "source", '_mwlogin_source; _mwlogin_colons "$cur"' },
    { "method", '_mwlogin_words "@METHODS@"' },
    { "other", ":" },
  }
  local rows = {}
  for _, pair in ipairs(calls) do
    if #by_kind[pair[1]] > 0 then
      local form = "    %s)\n      %s\n      return\n      ;;"
      rows[#rows + 1] = form:format(table.concat(by_kind[pair[1]], " | "), pair[2])
    end
  end
  return table.concat(rows, "\n")
end

---@param subcommands table[] as `outline.read` gives them
---@return string script
function bash.script(subcommands)
  local names, rows = {}, {}
  for position, subcommand in ipairs(subcommands) do
    names[position], rows[position] = subcommand.name, row(subcommand)
  end
  local parts = {
    VALUES = values(subcommands),
    TABLE = table.concat(rows, "\n"),
    SUBCOMMANDS = table.concat(names, " "),
    SOURCES = table.concat(outline.WORDS.source, " "),
    METHODS = table.concat(outline.WORDS.method, " "),
    TOKENS = table.concat(outline.WORDS.token, " "),
    SHELLS = table.concat(outline.WORDS.shell, " "),
  }
  local script = FRONT:gsub("@(%u+)@", parts)
  return (script:gsub("@(%u+)@", parts))
end

return bash
