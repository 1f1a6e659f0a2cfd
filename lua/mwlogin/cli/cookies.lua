---mwlogin cookies WIKI
local connect = require "mwlogin.cli.connect"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"

local cookies = {}

cookies.summary = "the session's cookies as Netscape lines, for curl -b and wget"
cookies.usage = "[OPTION…] WIKI"

cookies.examples = [[
  umask 077
  mwlogin cookies wiki.example.org --user Alice --password-from env:P > cookies.txt
  curl -b cookies.txt 'https://wiki.example.org/w/api.php?action=query&meta=userinfo&format=json']]

function cookies.configure(command)
  options.declare_wiki(command)
  options.declare_login(command)
  options.declare_open(command)
end

function cookies.run(args)
  local out = output.new(args)
  return connect.run(args, out, function(session)
    local lines, err = session:export_cookies()
    if not lines then
      return nil, err
    end
    if type(lines) == "string" then
      local list = {}
      for line in lines:gmatch("[^\n]+") do
        list[#list + 1] = line
      end
      lines = list
    end
    if #lines == 0 then
      local shown = output.address(args.wiki)
      out:say(shown .. ": there are no cookies; --user and --password-from log in first")
    end
    local text = { "# Netscape HTTP Cookie File", table.unpack(lines) }
    out:result({ wiki = args.wiki, cookies = lines }, table.concat(text, "\n"))
    return true
  end)
end

return cookies
