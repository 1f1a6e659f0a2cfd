---mwlogin login WIKI…
local connect = require "mwlogin.cli.connect"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"
local person = require "mwlogin.cli.person"

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
  local words = me.fresh == false and "Still logged in to %s as %s (%s)"
    or "Logged in to %s as %s (%s)"
  out:result({
    wiki = wiki,
    name = me.name,
    id = me.id,
    method = me.method,
    anonymous = me.anonymous or false,
    fresh = me.fresh ~= false,
  }, output.clean(words:format(wiki, me.name, me.method)))
end

local function as_whom(_, identity)
  return identity
end

---Says what came of a wiki; hands on what is to be told of all of them.
local function tell(out, wiki, me, err, first)
  if me then
    report(out, wiki, me)
    return first
  end
  out:failure(wiki, err)
  return first or err
end

---Each after the other: somebody may be asked.
local function in_turn(args, out)
  local first
  for _, wiki in ipairs(args.wikis) do
    local me, err = connect.visit(wiki, args, as_whom, { always = true })
    first = tell(out, wiki, me, err, first)
    if err and err.kind == "cancelled" then
      break
    end
  end
  return first
end

local UNFINISHED <const> = {
  kind = "cancelled",
  code = "interrupted",
  message = "Cancelled before this wiki was done.",
  advice = "Give this wiki again; what was done is kept.",
}

---Of a run that Ctrl-C ended: what was done by then, in the order given, and what was not.
local function tell_until_then(args, out, came)
  local missing = 0
  for position, wiki in ipairs(args.wikis) do
    local one = came[position]
    if one then
      tell(out, wiki, one.me, one.err)
    else
      missing = missing + 1
      out:result { wiki = output.address(wiki), error = UNFINISHED }
    end
  end
  out:say(("%d of %d wikis were not done"):format(missing, #args.wikis))
end

---Many at once, told in the order given.
local function at_once(args, out)
  local line = require("mwlogin.cli.progress").new(#args.wikis)
  local came, positions = {}, {}
  for position in ipairs(args.wikis) do
    positions[position] = position
  end
  local _ <close> = setmetatable({}, {
    __close = function(_, raised)
      line.clear()
      if raised then
        tell_until_then(args, out, came)
      end
    end,
  })
  local results = require "mwlogin.gather"(positions, function(position, pool)
    local purpose = { always = true, pool = pool }
    local me, err = connect.visit(args.wikis[position], args, as_whom, purpose)
    came[position] = { me = me, err = err }
    return me, err
  end, { progress = line.tell })
  line.clear()
  local first
  for position, wiki in ipairs(args.wikis) do
    local result = results[position]
    first = tell(out, wiki, result.ok and result.value, result.err, first)
  end
  return first
end

function login.run(args)
  local out = output.new(args)
  local alone = #args.wikis == 1 or person.may_be_asked(args)
  local first = (alone and in_turn or at_once)(args, out)
  return out:code(first)
end

return login
