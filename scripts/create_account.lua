-- Logs in through a partner site. Where the partner vouches for somebody the wiki does not know, an
-- account of the given name is created and tied to the partner's; then the login goes on with it.
--
--     PARTNER_SECRET=… mwlogin run scripts/create_account.lua https://wiki.example.org alice Alice
local mwlogin = require "mwlogin"

local address, partner_name, new_name = ...
assert(new_name, "usage: create_account.lua WIKI PARTNER-NAME NEW-NAME, with PARTNER_SECRET")

-- What to do at a RESTART is a decision: mwlogin never takes it by itself.
local create = {
  name = "CreateAccount",
  restart = function(_, step, context)
    context.log(step.message)
    return { createaccount = { username = new_name } }
  end,
}

local agent = "create_account.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
local me = assert(wiki:login {
  answers = {
    partnerName = partner_name,
    partnerSecret = mwlogin.secret.env "PARTNER_SECRET",
  },
  handlers = { create },
})
print(("Logged in as %s"):format(me.name))
