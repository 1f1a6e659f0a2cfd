---mwlogin whoami WIKI
local connect = require "mwlogin.cli.connect"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"

local whoami = {}

whoami.summary = "who the wiki says we are, with groups and rights"
whoami.usage = "[OPTION…] WIKI"

whoami.examples = [[
  mwlogin whoami wiki.example.org
  mwlogin whoami wiki.example.org --user Alice \
      --password-from env:WIKI_PASSWORD --json]]

function whoami.configure(command)
  options.declare_wiki(command)
  options.declare_login(command)
  options.declare_open(command)
end

function whoami.run(args)
  local out = output.new(args)
  return connect.run(args, out, function(session, logged_in)
    local told = logged_in and session.told
    local me, err = logged_in, nil
    if not told then
      me, err = session:whoami()
      told = me
    end
    if not me then
      return nil, err
    end
    out:result({
      wiki = args.wiki,
      name = me.name,
      id = me.id,
      method = me.method or logged_in and logged_in.method,
      anonymous = me.anonymous or false,
      fresh = logged_in and logged_in.fresh,
      groups = told.groups,
      rights = told.rights,
    }, output.clean(me.name))
    if me.anonymous then
      out:say(("%s: not logged in"):format(args.wiki))
    elseif not args.json then
      out:say(("%s: groups: %s"):format(args.wiki, table.concat(told.groups or {}, ", ")))
    end
    return true
  end)
end

return whoami
