---WebAuthn: a security key or passkey, which only a browser on the wiki's own page can use. A
---script that has an authenticator of its own gives its JSON as `answers.credential`.
local errors = require "mwlogin.error"

return {
  name = "WebAuthn",
  version = "1.0",
  kinds = { "WebAuthnAuthenticationRequest" },
  secret_fields = { "credential" },
  answer = function(_, request, context)
    if context.step.status == "START" or request.required == "optional" then
      return nil
    end
    return nil,
      errors.new {
        kind = "interaction",
        code = "webauthn",
        message = "this account's second factor is a security key, which only a browser can use",
        advice = "Add an authenticator app on the wiki (Special:AccountSecurity), or log in in a "
          .. "browser and take its cookies with import_cookies.",
      }
  end,
}
