-- Asks a person, in a browser, to allow this program to act for them; the access is kept, so that
-- the next run asks nobody.
--
--     CONSUMER_SECRET=… mwlogin run scripts/oauth1_browser.lua wiki.example.org CONSUMER_KEY
local mwlogin = require "mwlogin"

local address, consumer_key = ...
assert(consumer_key, "usage: oauth1_browser.lua WIKI CONSUMER_KEY")

local wiki <close> = assert(mwlogin.open(address, {
  user_agent = "oauth1_browser.lua/1.0 (example script)",
  store = mwlogin.store.file(),
}))
local me = assert(wiki:login {
  consumer_key = consumer_key,
  consumer_secret = mwlogin.secret.env "CONSUMER_SECRET",
  respond = mwlogin.respond.terminal(),
})
print(("Logged in as %s%s"):format(me.name, me.fresh and "" or ", as was allowed before"))
