---Core's password form: the password itself is answered by `username` and `password`; a domain by
---configuration, or by itself where the wiki has only one.
return {
  name = "Password",
  version = "1.0",
  kinds = { "PasswordAuthenticationRequest", "PasswordDomainAuthenticationRequest" },
  schema = {
    domain = { type = "string", help = "the domain, on wikis that have several" },
  },
  secret_fields = { "password", "retype" },
  answer = function(_, request, context)
    local domain = request.fields.domain
    if not domain then
      return nil
    elseif context.config.domain then
      return { domain = context.config.domain }
    end
    local options = domain.options or {}
    return #options == 1 and { domain = options[1].value } or nil
  end,
}
