---mwlogin logout WIKI
local connect = require "mwlogin.cli.connect"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"

local logout = {}

logout.summary = "end the session on the wiki"
logout.usage = "[OPTION…] WIKI"

logout.examples = [[
  mwlogin logout wiki.example.org --account Alice]]

function logout.configure(command)
  options.declare_wiki(command)
  options.declare_login(command)
  options.declare_open(command)
end

function logout.run(args)
  local out = output.new(args)
  return connect.run(args, out, function(session, me, _, gone)
    local wiki = output.address(args.wiki)
    if me then
      local done, err = session:logout()
      if not done then
        return nil, err
      end
    end
    local words = me and ("Logged out of %s as %s"):format(wiki, output.clean(me.name))
      or gone and ("Forgot the session of %s, %s"):format(wiki, gone)
    out:result({ wiki = args.wiki, anonymous = true }, words)
    if not words then
      local account = args.open_account
      local whose = account and (" of the account %s"):format(output.clean(account)) or ""
      out:say(("%s: no session%s is kept, there is nothing to end"):format(wiki, whose))
    end
    return true
  end, { ends = true })
end

return logout
