---mwlogin cookies WIKI [--import FILE]
local connect = require "mwlogin.cli.connect"
local netscape = require "mwlogin.cli.netscape"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"

local cookies = {}

local LARGEST <const> = 4 * 1024 * 1024

cookies.summary = "the session's cookies as Netscape lines, for curl -b and wget; or a browser's"
cookies.usage = "[OPTION…] WIKI [--import FILE]"

cookies.examples = [[
  umask 077
  mwlogin cookies wiki.example.org --user Alice \
      --password-from env:WIKI_PASSWORD > cookies.txt
  curl -sb cookies.txt \
      'https://wiki.example.org/w/api.php?action=query&meta=userinfo'
  mwlogin cookies wiki.example.org --import cookies.txt]]

function cookies.configure(command)
  options.declare_wiki(command)
  command
    :option("--import")
    :argname("FILE")
    :description("keep the session in a browser's Netscape export (only this wiki's cookies)")
  options.declare_login(command)
  options.declare_open(command)
end

local function unusable(path, reason, advice)
  return nil,
    require("mwlogin.error").new {
      kind = "answer",
      code = "import",
      message = ("%s: %s"):format(path, reason),
      advice = advice,
    }
end

---Takes the wiki's cookies out of a file, which may hold those of many sites.
local function take(session, path)
  local file, reason = io.open(path, "rb")
  local text
  if file then
    text, reason = file:read(LARGEST)
    file:close()
  end
  if not text then
    local why = reason and reason:gsub("^.*: ", "") or "it is empty"
    return unusable(path, why, "Give the file that the browser exported.")
  end
  local taken, err = session:import_cookies(text)
  if not taken then
    return nil, err
  elseif taken == 0 then
    return unusable(
      path,
      "it holds no cookie of this wiki",
      "Export the cookies in Netscape format (cookies.txt) while logged in to this wiki."
    )
  end
  return true
end

---Proves the imported session, which is kept then like any other.
local function import(args, out)
  args.login_method = "session"
  local function before(session)
    return take(session, args.import)
  end
  return connect.run(args, out, function(_, me)
    out:result(
      { wiki = args.wiki, name = me.name, id = me.id, method = me.method, anonymous = false },
      output.clean(("Keeping the session of %s at %s"):format(me.name, args.wiki))
    )
    return true
  end, { always = true, before = before })
end

---An OAuth login has nothing to hand on here: with an empty jar others would be nobody unawares.
---@return mwlogin.Error
function cookies.none()
  return require("mwlogin.error").new {
    kind = "answer",
    code = "no-cookies",
    message = "This login is by OAuth, which has no cookies",
    advice = "Use mwlogin api, or give other tools what `mwlogin token WIKI bearer` prints.",
  }
end

function cookies.run(args)
  local out = output.new(args)
  if args.import then
    return import(args, out)
  end
  return connect.run(args, out, function(session)
    if session.authorize then
      return nil, cookies.none()
    end
    local lines, err = session:export_cookies()
    if not lines then
      return nil, err
    end
    if #lines == 0 then
      local shown = output.address(args.wiki)
      out:say(shown .. ": there are no cookies; --user and --password-from log in first")
    end
    out:result({ wiki = args.wiki, cookies = netscape.lines(lines) }, netscape.text(lines))
    return true
  end)
end

return cookies
