---Core asks for a new password after the right one. Where it lets us, we skip it: nobody asked for
---a change. A new password is taken only from `answers.retype`, a person, or this configuration.
return {
  name = "NewPassword",
  version = "1.0",
  match = function(request, step)
    return step.status == "UI" and (request.fields.retype or request.fields.skipReset) ~= nil
  end,
  schema = {
    password = { type = "secret", help = "the new password to set" },
  },
  secret_fields = { "password", "retype" },
  answer = function(_, request, context)
    local new = context.config.password
    if request.fields.skipReset then
      local asked = new or context.given.retype or context.given.password
      return not asked and { skipReset = true } or nil
    elseif new and context.attempt == 1 then
      return { password = new, retype = new }
    end
    return nil
  end,
}
