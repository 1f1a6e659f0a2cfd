---Core's "keep me logged in": counts in START and in the answer to RESTART only. Whether the login
---shall last is said by `remember`; a person is not asked again.
return {
  name = "RememberMe",
  version = "1.0",
  kinds = { "RememberMeAuthenticationRequest" },
  fields = { "rememberMe" },
  answer = function(_, _, context)
    local status = context.step.status
    if status ~= "START" and status ~= "RESTART" then
      return nil
    end
    return { rememberMe = context.remember == true }
  end,
}
