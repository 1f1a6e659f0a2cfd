--- `make wiki`: keeps a wiki up to play with, says how to log in to it, ends with Ctrl-C.
--- `lua5.4 spec/wiki/up.lua private` keeps a private one.

package.path = "./?.lua;./?/init.lua;" .. package.path

local socket = require("socket")
local provider = require("spec.wiki.provider")
local wiki = require("spec.wiki")

local one <close> = wiki.start({
  private = arg[1] == "private",
  extensions = { "MwloginTest", "OATHAuth", "ConfirmEdit/QuestyCaptcha" },
})
local secret = one:two_factor("Carol")
local has_provider, openid = pcall(provider.for_wiki, one)
local steps = has_provider and "'Partner', 'OpenId', 'Pluggable'" or "'Partner'"
one:set(("$wgMwloginTest = [ %s ];\n%s"):format(steps, has_provider and openid.settings or ""))

local function say(text, values)
  io.write((text:gsub("{([%w_]+)}", values)), "\n")
end

say(
  [[
A MediaWiki is up: {page}
  its API: {api}

By password:
  WIKI_PASSWORD='{alice}' mwlogin login {api} --user Alice --password-from env:WIKI_PASSWORD
By bot password:
  WIKI_PASSWORD='{bot}' mwlogin login {api} --user {bot_name} --password-from env:WIKI_PASSWORD
With a second factor (Carol):
  WIKI_PASSWORD='{carol}' TOTP='{secret}' mwlogin login {api} --user Carol \
    --password-from env:WIKI_PASSWORD --field-from OATHToken=totp:env:TOTP
With an account at a partner's (stranger is one this wiki does not know):
  PARTNER=alice-at-partner mwlogin login {api} --field partnerName=alice \
    --field-from partnerSecret=env:PARTNER

After three wrong passwords it asks a question (the answer is Paris). A second factor called code,
a mailed code, a field of every type: change $wgMwloginTest in
  {folder}/live.php
to e.g. [ 'Code', 'Mail', 'AllFields', 'Odd', 'SharedName', 'ConfirmLink' ].]],
  {
    page = one:page("Main Page"),
    api = one.api,
    folder = one.folder,
    alice = one.accounts.Alice,
    carol = one.accounts.Carol,
    secret = secret,
    bot = one.botpassword.password,
    bot_name = one.botpassword.name,
  }
)
if has_provider then
  say(
    [[

By OpenID, through a browser (account alice, password "{password}"):
  mwlogin login {api} --field openIdProvider=openid.example.net --field useOpenId=1]],
    { api = one.api, password = openid.accounts.alice }
  )
else
  say("\nNo OpenID provider: {why}", { why = tostring(openid) })
end
print("\nCtrl-C ends it and removes everything.")
io.stdout:flush()

-- Short naps: Lua raises "interrupted!" between two of them, and that is the way out.
pcall(function()
  while true do
    socket.sleep(0.3)
  end
end)
if has_provider then
  openid:stop()
end
