-- Asks a person, in a browser, to allow this program to act for them. The tokens are kept, and
-- renewed, so that the next run asks nobody. The address is the one the client was registered with.
--
--     mwlogin run scripts/oauth2_browser.lua wiki.example.org CLIENT_ID http://127.0.0.1:8765/back
local mwlogin = require "mwlogin"

local address, client_id, redirect_uri = ...
assert(client_id, "usage: oauth2_browser.lua WIKI CLIENT_ID [REDIRECT_URI]")

local wiki <close> = assert(mwlogin.open(address, {
  user_agent = "oauth2_browser.lua/1.0 (example script)",
  store = mwlogin.store.file(),
}))
local me = assert(wiki:login {
  client_id = client_id,
  client_secret = os.getenv "CLIENT_SECRET" and mwlogin.secret.env "CLIENT_SECRET",
  redirect_uri = redirect_uri,
  respond = mwlogin.respond.terminal(),
})
print(("Logged in as %s%s"):format(me.name, me.fresh and "" or ", as was allowed before"))
