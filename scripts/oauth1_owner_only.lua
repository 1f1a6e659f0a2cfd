-- Signs every request with the four values of an owner-only consumer
-- (Special:OAuthConsumerRegistration), and adds a line to a page.
--
--     export CONSUMER_SECRET=… ACCESS_SECRET=…
--     mwlogin run scripts/oauth1_owner_only.lua wiki.example.org CONSUMER_KEY ACCESS_KEY Sandbox
local mwlogin = require "mwlogin"

local address, consumer_key, access_key, page = ...
assert(page, "usage: oauth1_owner_only.lua WIKI CONSUMER_KEY ACCESS_KEY PAGE")

local agent = "oauth1_owner_only.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
local me = assert(wiki:login {
  consumer_key = consumer_key,
  consumer_secret = mwlogin.secret.env "CONSUMER_SECRET",
  access_key = access_key,
  access_secret = mwlogin.secret.env "ACCESS_SECRET",
})
print(("Logged in as %s by %s"):format(me.name, me.method))

local reply = assert(wiki:post({
  action = "edit",
  title = page,
  appendtext = "\nA line by a consumer.",
  summary = "a line by a consumer",
}, { token = "csrf" }))
print(("%s is now at revision %d"):format(reply.edit.title, reply.edit.newrevid))
