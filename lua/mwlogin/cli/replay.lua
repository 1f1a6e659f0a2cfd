---mwlogin replay FILE [SCRIPT.lua [ARG…]]
local exit = require "mwlogin.cli.exit"
local output = require "mwlogin.cli.output"
local run = require "mwlogin.cli.run"

local replay = {}

replay.summary = "a recorded login again, without its wiki"
replay.usage = "FILE [SCRIPT.lua [ARG…]]"

replay.examples = [[
  mwlogin replay login.transcript
  mwlogin replay login.transcript scripts/two_factor.lua wiki.example.org Zoe
Without a script the login is gone through with made-up answers. With one, each
`mwlogin.open` of it finds the recorded wiki; a request that was not recorded
ends it and says what differs; --json is for a replay without one.]]

replay.bare = true

---What follows the script is the script's, options too.
---@param argv string[]
---@return string[] argv for the parser
function replay.arrange(argv)
  return run.arrange(argv, 2)
end

function replay.configure(command)
  command:argument("FILE"):target("file"):description("a transcript, as `mwlogin record` makes it")
  command:argument("SCRIPT.lua"):target("script"):args("?"):description("a login script")
  command
    :argument("ARG")
    :target("arguments")
    :args("*")
    :description("its arguments, as `arg` and `...`")
  command:flag("--json"):description("what came of it as a JSON object; without SCRIPT.lua")
end

---Every wiki that the script opens is the recorded one.
local function take_over(mwlogin, transcript)
  local open = mwlogin.open
  function mwlogin.open(_, options)
    local given = {}
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    given.transport, given.insecure_http = transcript.transport, true
    given.store = nil
    return open(transcript.api, given)
  end
end

---The logout that `record` adds is not every script's business.
local function only_logout_left(transcript)
  local last = transcript:peek(2)
  return last and last.request.params.action == "logout" and not transcript:peek(3)
end

local function finished(out, transcript)
  local ok, what = pcall(transcript.finish, transcript)
  if not ok and not only_logout_left(transcript) then
    out:say(tostring(what))
    return exit.USAGE
  end
  local count = #transcript.exchanges
  out:say(("all %d exchanges were asked for%s"):format(count, ok and "" or ", but the logout"))
  return exit.DONE
end

function replay.run(args)
  local out = output.new(args)
  if args.json and args.script then
    out:say "--json is for a replay without a script: what a script prints is its own"
    return exit.USAGE
  end
  local mwlogin = require "mwlogin"
  local transcript, err = mwlogin.testing.replay(args.file)
  if not transcript then
    out:failure(args.file, err)
    return exit.code(err)
  end
  if args.script then
    take_over(mwlogin, transcript)
    local code = run.run(args)
    return code == exit.DONE and finished(out, transcript) or code
  end
  local me
  me, err = transcript:login()
  if me then
    out:result({
      wiki = transcript.api,
      name = me.name,
      method = me.method,
      exchanges = #transcript.exchanges,
    }, output.clean(("Logged in as %s (%s)"):format(me.name, me.method)))
  else
    out:failure(transcript.api, err)
  end
  local code = finished(out, transcript)
  return err and exit.code(err) or code
end

return replay
