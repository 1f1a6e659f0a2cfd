---mwlogin completion SHELL
local exit = require "mwlogin.cli.exit"
local output = require "mwlogin.cli.output"

local completion = {}

completion.summary = "what makes a shell complete mwlogin's words"
completion.usage = "bash|zsh|fish"

completion.examples = [[
  eval "$(mwlogin completion bash)"              # in ~/.bashrc
  eval "$(mwlogin completion zsh)"               # in ~/.zshrc
  mwlogin completion fish | source               # in config.fish
`mwlogin completion wikis` prints what they offer as WIKI: the kept ones and
the names of profiles.]]

completion.bare = true

local SHELLS <const> = { bash = true, zsh = true, fish = true, wikis = true }

function completion.configure(command)
  command
    :argument("SHELL")
    :target("shell")
    :convert(function(text)
      if SHELLS[text] then
        return text
      end
      return nil, ("'%s' is no shell we know; there are bash, zsh and fish"):format(text)
    end)
    :description("bash, zsh or fish")
end

---Kept wikis and profiles; whatever cannot be read is not offered.
local function wikis()
  local entries = require "mwlogin.store.entry"
  local names, seen = {}, {}
  local function add(name)
    if not seen[name] and not name:find "[%c ]" then
      seen[name] = true
      names[#names + 1] = output.clean(name)
    end
  end
  local store = require("mwlogin").store.file()
  for _, id in ipairs(store:ids() or {}) do
    local text = store:read(id)
    local entry = text and entries.decode(id, text)
    if entry then
      add(entry.api)
    end
  end
  for name in pairs(require("mwlogin.profile").all() or {}) do
    add(name)
  end
  table.sort(names)
  return names
end

function completion.run(args)
  local out = output.new {}
  if args.shell == "wikis" then
    for _, name in ipairs(wikis()) do
      out:write(name)
    end
    return exit.DONE
  end
  local subcommands = require("mwlogin.cli.outline").read()
  local script = require("mwlogin.cli.completion." .. args.shell).script(subcommands)
  out:write((script:gsub("\n$", "")))
  return out:code(nil)
end

return completion
