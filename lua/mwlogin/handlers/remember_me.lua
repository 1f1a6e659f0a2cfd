---Core's "keep me logged in": counts in START and in the answer to RESTART only.
return {
  name = "RememberMe",
  version = "1.0",
  kinds = { "RememberMeAuthenticationRequest" },
  fields = { "rememberMe" },
  answer = function(_, _, context)
    if context.step.status ~= "START" or context.remember == nil then
      return nil
    end
    return { rememberMe = context.remember }
  end,
}
