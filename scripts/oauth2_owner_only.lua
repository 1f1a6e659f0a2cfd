-- Edits with the access token of an owner-only OAuth 2 client (Special:OAuthConsumerRegistration):
-- no password, no login step, and nobody has to be there.
--
--     ACCESS_TOKEN=… mwlogin run scripts/oauth2_owner_only.lua wiki.example.org Sandbox
local mwlogin = require "mwlogin"

local address, page = ...
assert(page, "usage: oauth2_owner_only.lua WIKI PAGE")

local agent = "oauth2_owner_only.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
local me = assert(wiki:login { access_token = mwlogin.secret.env "ACCESS_TOKEN" })
print(("Logged in as %s by %s"):format(me.name, me.method))

local reply = assert(wiki:post({
  action = "edit",
  title = page,
  appendtext = "\nA line by a client.",
  summary = "a line by a client",
}, { token = "csrf" }))
print(("%s: %s"):format(reply.edit.title, reply.edit.result))
