---OATHAuth: the code of an authenticator app.
---
---Without a key it leaves the field to others; `answers.OATHToken` may be a totp source as well.
local errors = require "mwlogin.error"

local MOST_ATTEMPTS <const> = 3

local function refused(attempts)
  return nil,
    errors.new {
      kind = "refused",
      code = "oathauth-login-failed",
      message = ("the wiki refused %d one-time codes of this key"):format(attempts),
      advice = "Check that the key belongs to this account, and that the clock here is right.",
    }
end

return {
  name = "TOTP",
  version = "1.0",
  kinds = { "TOTPAuthenticationRequest" },
  schema = {
    secret = { type = "secret", help = "base32 key or otpauth:// address" },
  },
  secret_fields = { "OATHToken" },
  answer = function(_, _, context)
    if not context.config.secret then
      return nil
    elseif context.attempt > MOST_ATTEMPTS then
      return refused(context.attempt - 1)
    end
    local code, err = context.totp(context.config.secret)
    if not code then
      return nil, err
    end
    return { OATHToken = code }
  end,
}
