local mwlogin = require "mwlogin"

local agent = "Newcomer/1.0 (me@example.org)"
local wiki <close> = assert(mwlogin.open(os.getenv "WIKI", { user_agent = agent }))
local me = assert(wiki:login {
  username = "Alice",
  password = mwlogin.secret.env "WIKI_PASSWORD",
  handlers = { "spec/newcomers/rota_handler.lua" },
})
print("I am " .. me.name)
