---PluggableAuth (OpenIDConnect, SimpleSAMLphp, WSOAuth, LDAPAuthentication2): the button that
---leads to the identity provider. Which one is configured by name or label where there are
---several.
local function wanted(request, name)
  local field = request.fields[request.suffix]
  return name == request.suffix or (field and name == field.label)
end

return {
  name = "PluggableAuth",
  version = "1.0",
  kinds = { "BeginAuthenticationRequest" },
  match = function(request)
    return request.suffix ~= nil and request.fields[request.suffix] ~= nil
  end,
  schema = {
    button = { type = "string", help = "name of the button (pluggableauthlogin0) or its label" },
  },
  answer = function(_, request, context)
    local button = context.config.button
    if button and not wanted(request, button) then
      return nil
    end
    return { [request.suffix] = true }
  end,
}
