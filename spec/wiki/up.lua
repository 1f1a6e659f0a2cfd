--- `make wiki`: keeps a wiki up to play with, says how to log in to it, ends with Ctrl-C.

package.path = "./?.lua;./?/init.lua;" .. package.path

local wiki = require("spec.wiki").start({ private = arg[1] == "private" })

print(([[
A MediaWiki is up: %s
  its API: %s

Log in with a password:
  WIKI_PASSWORD='%s' mwlogin login %s --user Alice --password-from env:WIKI_PASSWORD
Log in with a bot password:
  WIKI_PASSWORD='%s' mwlogin login %s --user '%s' --password-from env:WIKI_PASSWORD

Accounts:]]):format(
  wiki:page("Main Page"),
  wiki.api,
  wiki.accounts.Alice,
  wiki.api,
  wiki.botpassword.password,
  wiki.api,
  wiki.botpassword.name
))
for name, password in pairs(wiki.accounts) do
  print(("  %-8s %s"):format(name, password))
end
print("\nCtrl-C ends it and removes everything.")
io.stdout:flush()

-- Ctrl-C ends the sleep, and the wiki's keeper sees us go.
os.execute("exec sleep infinity")
wiki:stop()
