---mwlogin record WIKI FILE
local connect = require "mwlogin.cli.connect"
local exit = require "mwlogin.cli.exit"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"

local record = {}

record.summary = "a login as a transcript without secrets, for a bug report or a spec"
record.usage = "[OPTION…] WIKI FILE"

record.examples = [[
  mwlogin record wiki.example.org login.transcript --user Alice \
      --password-from env:WIKI_PASSWORD
  mwlogin replay login.transcript
A login that fails is recorded too. No kept session is used, none is kept, and
the login ends with a logout. Values are replaced by placeholders; words that
the wiki says, its address and the names of fields stay: read the file before
you pass it on.]]

function record.configure(command)
  options.declare_wiki(command)
  command:argument("FILE"):target("file"):description("the transcript; it must not exist yet")
  options.declare_login(command)
  options.declare_open(command)
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

---What the wiki answered to the logout is in the transcript, and no concern of who records.
local function log_in_and_out(session, me)
  if me.method ~= "oauth1" and me.method ~= "oauth2" then
    session:logout()
  end
  return me
end

function record.run(args)
  local out = output.new(args)
  if exists(args.file) then
    out:say(args.file .. " exists: give the name of a new file")
    return exit.USAGE
  end
  local recorder = require("mwlogin.testing").record(args.file)
  local purpose = { always = true, record = recorder }
  local me, err = connect.visit(args.wiki, args, log_in_and_out, purpose)
  local count = #recorder.exchanges
  local written, trouble = recorder:close()
  if not me then
    out:failure(args.wiki, err)
  end
  if not written then
    out:failure(args.file, trouble)
    return out:code(err or trouble)
  end
  if me then
    out:result({
      wiki = args.wiki,
      name = me.name,
      method = me.method,
      file = args.file,
      exchanges = count,
    }, output.clean(("Logged in to %s as %s (%s)"):format(args.wiki, me.name, me.method)))
  end
  out:say(("%d exchanges are in %s; read it before you pass it on"):format(count, args.file))
  return out:code(err)
end

return record
