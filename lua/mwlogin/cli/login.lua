---mwlogin login WIKI…
local connect = require "mwlogin.cli.connect"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"

local login = {}

login.summary = "log in to one wiki or several and say as whom"
login.usage = "[OPTION…] WIKI…"

login.examples = [[
  mwlogin login wiki.example.org --user Alice
  mwlogin login wiki.example.org --user Alice \
      --password-from env:WIKI_PASSWORD --json
  mwlogin login wiki.example.org --user Alice@tool \
      --password-from env:BOT_PASSWORD
  mwlogin login wiki.example.org --user Alice --no-input \
      --password-from 'cmd:pass show wiki' \
      --field-from OATHToken=totp:env:WIKI_TOTP]]

function login.configure(command)
  command
    :argument("WIKI")
    :args("+")
    :target("wikis")
    :description("address of the wiki (any page, its host, api.php), or a profile's name")
  options.declare_login(command)
  options.declare_open(command)
end

---Reports one login; the words go with the address the user gave.
local function report(out, wiki, me)
  out:result({
    wiki = wiki,
    name = me.name,
    id = me.id,
    method = me.method,
    anonymous = me.anonymous or false,
    fresh = me.fresh ~= false,
  }, output.clean(("Logged in to %s as %s (%s)"):format(wiki, me.name, me.method)))
end

function login.run(args)
  local out = output.new(args)
  local first
  for _, wiki in ipairs(args.wikis) do
    local me, err = connect.visit(wiki, args, function(_, identity)
      return identity
    end, true)
    if me then
      report(out, wiki, me)
    else
      out:failure(wiki, err)
      first = first or err
      if err.kind == "cancelled" then
        break
      end
    end
  end
  return out:code(first)
end

return login
