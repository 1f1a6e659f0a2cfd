-- Logs in where the wiki mails a code (EmailAuth). A program that prints the newest code reads the
-- mail; it is run only after the wiki has sent one.
--
--     WIKI_PASSWORD=… mwlogin run scripts/email_code.lua wiki.example.org Alice ./newest-code
local mwlogin = require "mwlogin"

local address, name, program = ...
assert(program, "usage: email_code.lua WIKI NAME PROGRAM, with the password in WIKI_PASSWORD")

local agent = "email_code.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
local me = assert(wiki:login {
  username = name,
  password = mwlogin.secret.env "WIKI_PASSWORD",
  answers = { token = mwlogin.secret.command({ program }, { timeout = 60 }) },
})
print(("Logged in as %s"):format(me.name))
