---mwlogin exec WIKI -- COMMAND…
local connect = require "mwlogin.cli.connect"
local netscape = require "mwlogin.cli.netscape"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"

local exec = {}

exec.summary = "run a command with the session: curl, wget, other clients"
exec.usage = "[OPTION…] WIKI -- COMMAND…"

exec.examples = [[
  mwlogin exec wiki.example.org -- sh -c 'curl -sb "$MWLOGIN_COOKIES" \
      "$MWLOGIN_API?action=query&meta=userinfo&format=json"'
The command finds MWLOGIN_API, MWLOGIN_USER and MWLOGIN_COOKIES, a file of
Netscape lines that only lives in memory and ends with mwlogin. Its exit code
is that of the command.]]

function exec.configure(command)
  options.declare_wiki(command)
  command:argument("COMMAND"):target("argv"):args("+"):description("program and arguments")
  options.declare_login(command)
  options.declare_open(command)
end

---A shell's way to say that a signal ended a program.
local SIGNALLED <const> = 128

local function wait_for(process)
  while true do
    local ended, err = process:wait(3600)
    if ended then
      return ended.exit or SIGNALLED + ended.signal
    elseif err.code ~= "timeout" then
      return nil, err
    end
  end
end

local function run(session, argv)
  local core = require "mwlogin.core"
  if session.authorize then
    return nil, require("mwlogin.cli.cookies").none()
  end
  local me, err = session:whoami()
  if not me then
    return nil, err
  end
  local jar <close>, trouble = core.unnamed_file(netscape.text(session:export_cookies()) .. "\n")
  if not jar then
    return nil, trouble
  end
  local api = session.api
  -- The command and its children open the jar through our /proc entry, which only a process that
  -- can be dumped shows to its user: what else is secret goes first.
  session:close()
  core.dumpable(true)
  local process <close>, reason = core.process(argv, {
    stdin = "inherit",
    stdout = "inherit",
    stderr = "inherit",
    env = {
      MWLOGIN_API = api,
      MWLOGIN_USER = me.anonymous and "" or me.name,
      MWLOGIN_COOKIES = jar:path(),
    },
  })
  if not process then
    reason.advice = "Check its spelling and PATH; a script must be executable."
    return nil, reason
  end
  return wait_for(process)
end

function exec.run(args)
  local out = output.new(args)
  local code
  local failed = connect.run(args, out, function(session)
    local err
    code, err = run(session, args.argv)
    return code, err
  end)
  return failed ~= 0 and failed or code
end

return exec
