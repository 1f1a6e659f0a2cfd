-- Logs in to a wiki with an extension nobody foresaw, by a handler of a few lines: odd_door.lua.
--
--     WIKI_PASSWORD=… mwlogin run scripts/odd_extension.lua https://wiki.example.org Alice \
--       scripts/odd_door.lua
local mwlogin = require "mwlogin"

local address, name, handler = ...
assert(handler, "usage: odd_extension.lua WIKI NAME HANDLER.lua, the password in WIKI_PASSWORD")

local agent = "odd_extension.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
local me = assert(wiki:login {
  username = name,
  password = mwlogin.secret.env "WIKI_PASSWORD",
  handlers = { handler },
})
print(("Logged in as %s"):format(me.name))
