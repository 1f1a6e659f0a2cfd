---Core's "keep me logged in": counts in START and in the answer to RESTART only.
return {
  name = "RememberMe",
  version = "1.0",
  kinds = { "RememberMeAuthenticationRequest" },
  fields = { "rememberMe" },
  answer = function(_, _, context)
    local status = context.step.status
    if (status ~= "START" and status ~= "RESTART") or context.remember == nil then
      return nil
    end
    return { rememberMe = context.remember }
  end,
}
