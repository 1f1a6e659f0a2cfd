-- Logs in to an account with two-factor authentication; the code is made of the key that the wiki
-- showed at set-up (base32 letters or the otpauth:// address of its QR code).
--
--     WIKI_PASSWORD=… TOTP_KEY=… mwlogin run scripts/two_factor.lua https://wiki.example.org Alice
local mwlogin = require "mwlogin"

local address, name = ...
assert(name, "usage: two_factor.lua WIKI NAME, with WIKI_PASSWORD and TOTP_KEY in the environment")

local agent = "two_factor.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
local me = assert(wiki:login {
  username = name,
  password = mwlogin.secret.env "WIKI_PASSWORD",
  answers = { OATHToken = mwlogin.secret.totp(mwlogin.secret.env "TOTP_KEY") },
})
print(("Logged in as %s"):format(me.name))
