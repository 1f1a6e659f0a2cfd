---mwlogin token WIKI TYPE
local connect = require "mwlogin.cli.connect"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"

local token = {}

token.summary = "a token of the wiki, for other tools"
token.usage = "[OPTION…] WIKI TYPE"

token.examples = [[
  mwlogin token wiki.example.org csrf --user Alice \
      --password-from env:WIKI_PASSWORD
  mwlogin token wiki.example.org bearer]]

---What everybody has who is not logged in.
local ANONYMOUS <const> = "+\\"

local function type_of(text)
  local name = text:lower()
  if not name:find "^[%l_-]+$" then
    return nil, ("'%s' is no type of token: that is a word such as csrf"):format(text)
  end
  return name
end

function token.configure(command)
  options.declare_wiki(command)
  command
    :argument("TYPE")
    :target("type")
    :convert(type_of)
    :description("csrf, patrol, rollback, userrights, watch, …; bearer: OAuth 2's own")
  options.declare_login(command)
  options.declare_open(command)
end

function token.run(args)
  local out = output.new(args)
  return connect.run(args, out, function(session)
    local text, err = session:token(args.type)
    if not text then
      return nil, err
    end
    out:result({ wiki = args.wiki, type = args.type, token = text }, output.clean(text))
    if text == ANONYMOUS then
      out:say(output.address(args.wiki) .. ": not logged in: this is the token of everybody")
    end
    return true
  end)
end

return token
