local mwlogin = require "mwlogin"

local agent = "Newcomer/1.0 (me@example.org)"
local wiki <close> = assert(mwlogin.open(os.getenv "WIKI", { user_agent = agent }))
local me = assert(wiki:login {
  username = "Alice",
  password = mwlogin.secret.env "WIKI_PASSWORD",
  answers = {
    badgeWay = "mail",
    badgeCode = mwlogin.secret.command { "spec/newcomers/newest-code" },
  },
})
print("I am " .. me.name)
