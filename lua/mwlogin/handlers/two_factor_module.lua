---OATHAuth 1.44 and later: which second factor is asked for. Naming another one is sent by itself;
---the wiki then asks for that.
local function other_than_webauthn(metadata)
  for _, name in ipairs { "totp", "recoverycodes" } do
    for _, allowed in pairs(metadata.allowedModules or {}) do
      if allowed == name then
        return name
      end
    end
  end
  return nil
end

return {
  name = "TwoFactorModule",
  version = "1.0",
  kinds = { "TwoFactorModuleSelectAuthenticationRequest" },
  schema = {
    module = { type = "string", help = "the second factor to use: totp, recoverycodes, webauthn" },
  },
  alone = true,
  answer = function(_, request, context)
    local current = request.metadata.currentModule
    local wanted = context.config.module
    if not wanted and current == "webauthn" then
      wanted = other_than_webauthn(request.metadata)
    end
    if not wanted or wanted == current or context.state.named then
      return nil
    end
    context.state.named = true
    return { newModule = wanted }
  end,
}
