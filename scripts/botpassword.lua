-- Logs in with a bot password (Special:BotPasswords) and adds a line to a page.
--
--     export BOT_PASSWORD=…
--     mwlogin run scripts/botpassword.lua wiki.example.org Alice@tool Sandbox
local mwlogin = require "mwlogin"

local address, name, page = ...
assert(page, "usage: botpassword.lua WIKI NAME@APP PAGE, with the password in BOT_PASSWORD")

local agent = "botpassword.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
local me = assert(wiki:login { username = name, password = mwlogin.secret.env "BOT_PASSWORD" })
print(("Logged in as %s by %s"):format(me.name, me.method))

local reply = assert(wiki:post({
  action = "edit",
  title = page,
  appendtext = "\nA line by a bot.",
  summary = "a line by a bot",
}, { token = "csrf" }))
print(("%s is now at revision %d"):format(reply.edit.title, reply.edit.newrevid))
