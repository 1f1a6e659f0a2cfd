---OATHAuth: recovery (scratch) codes, each of them used once. Until 1.44 they go into the field of
---the authenticator's code.
return {
  name = "RecoveryCodes",
  version = "1.0",
  kinds = { "RecoveryCodesAuthenticationRequest", "TOTPAuthenticationRequest" },
  schema = {
    codes = { type = "list", help = "the codes that are left" },
  },
  secret_fields = { "RecoveryCode", "OATHToken" },
  answer = function(_, request, context)
    local used = (context.state.used or 0) + 1
    local code = context.config.codes and context.config.codes[used]
    if not code then
      return nil
    end
    context.state.used = used
    return { [request.fields.RecoveryCode and "RecoveryCode" or "OATHToken"] = code }
  end,
}
