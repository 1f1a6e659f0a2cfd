local mwlogin = require "mwlogin"

local join = {
  name = "Join",
  restart = function(_, step)
    return step.can_preserve_state
        and { createaccount = { username = "Stranger", captchaWord = "Paris" } }
      or nil
  end,
}

local agent = "Newcomer/1.0 (me@example.org)"
local wiki <close> = assert(mwlogin.open(os.getenv "WIKI", { user_agent = agent }))
local me = assert(wiki:login {
  answers = { partnerName = "stranger", partnerSecret = mwlogin.secret.env "PARTNER_SECRET" },
  handlers = { join },
})
print("I am " .. me.name)
