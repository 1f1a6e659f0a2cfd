---OATHAuth: the code of an authenticator app.
---
---Without a key it leaves the field to others; `answers.OATHToken` may be a totp source as well.
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
    end
    local code, err = context.totp(context.config.secret)
    if not code then
      return nil, err
    end
    return { OATHToken = code }
  end,
}
