--- `make wiki`: keeps a wiki up to play with, says how to log in to it, ends with Ctrl-C.
--- `lua5.4 spec/wiki/up.lua [private] [FILE]`: a private one; its variables in another file.

package.path = "./?.lua;./?/init.lua;" .. package.path

local playground = require("spec.wiki.playground")
local socket = require("socket")

local private = arg[1] == "private"
local environment = arg[private and 2 or 1] or "build/wiki.env"

local WORDS <const> = [[
A MediaWiki is up: {page}

In another terminal, in this folder:

  . {file}
  export PATH="$PWD/scripts:$PATH"

and then

  by password     mwlogin login "$WIKI" --user Alice --password-from env:WIKI_PASSWORD
  bot password    mwlogin login "$WIKI" --user Alice@app --password-from env:BOT_PASSWORD
  second factor   mwlogin login "$WIKI" --user Carol --password-from env:CAROL_PASSWORD \
                    --field-from OATHToken=totp:env:CAROL_TOTP
  at a partner's  mwlogin login "$WIKI" --field partnerName=alice \
                    --field-from partnerSecret=env:PARTNER_SECRET
  {openid}

doc/tutorial.md begins here. After three wrong passwords the wiki asks a question (the answer is
Paris). To make it odder, change $wgMwloginTest in the file "$WIKI_SETTINGS", to
[ 'Odd' ] for instance, or any of 'Code', 'Mail', 'AllFields', 'SharedName', 'ConfirmLink'.

Ctrl-C ends it and removes everything.]]

local one = playground.start({ private = private })
os.execute(("mkdir -p build && touch '%s' && chmod 600 '%s'"):format(environment, environment))
local file = assert(io.open(environment, "w"))
file:write(playground.shell(one))
file:close()

local openid = [[by OpenID       mwlogin login "$WIKI" --field openIdProvider=openid.example.net \
                    --field useOpenId=1    (in a browser: alice, $OPENID_PASSWORD)]]
if one.no_provider then
  openid = "(no OpenID provider: " .. tostring(one.no_provider) .. ")"
end
local told = { page = one:page("Main Page"), openid = openid, file = environment }
print((WORDS:gsub("{(%w+)}", told)))
io.stdout:flush()

-- Short naps: Lua raises "interrupted!" between two of them, and that is the way out.
pcall(function()
  while true do
    socket.sleep(0.3)
  end
end)
os.remove(environment)
playground.stop(one)
