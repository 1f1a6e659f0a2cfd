---The OpenID extension of MediaWiki's own example: a provider to name and a button to press; back
---come `code` and `state`, which belong to that step only.
return {
  name = "OpenID",
  version = "1.0",
  match = function(request)
    local fields = request.fields
    return fields.useOpenId ~= nil
      or fields.openIdProvider ~= nil
      or request.kind == "OpenIdConnectResponseAuthenticationRequest"
  end,
  schema = {
    provider = { type = "string", help = "the OpenID provider to use" },
  },
  secret_fields = { "code", "state" },
  answer = function(_, request, context)
    local provider = context.config.provider
    if not provider and not context.given.openIdProvider then
      return nil
    end
    local values = {}
    if request.fields.useOpenId then
      values.useOpenId = true
    end
    if provider and request.fields.openIdProvider then
      values.openIdProvider = provider
    end
    return next(values) and values or nil
  end,
}
