-- Logs in as a person does, with the account's own password, and adds a section to a page.
--
--     export WIKI_PASSWORD=…
--     mwlogin run scripts/clientlogin_edit.lua wiki.example.org Alice Sandbox
--
-- On a terminal, whatever else the wiki asks (a captcha, a code) is asked there.
local mwlogin = require "mwlogin"

local address, name, page = ...
assert(page, "usage: clientlogin_edit.lua WIKI NAME PAGE, with the password in WIKI_PASSWORD")

local agent = "clientlogin_edit.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
local me = assert(wiki:login {
  username = name,
  password = mwlogin.secret.env "WIKI_PASSWORD",
  method = "clientlogin",
  respond = mwlogin.respond.terminal(),
})
print(("Logged in as %s by %s"):format(me.name, me.method))

local reply = assert(wiki:post({
  action = "edit",
  title = page,
  section = "new",
  sectiontitle = "Hello",
  text = "Written by a script as ~~~~",
}, { token = "csrf" }))
print(("%s is now at revision %d"):format(reply.edit.title, reply.edit.newrevid))
