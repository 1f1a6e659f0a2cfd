-- The login of example 22 in MediaWiki's API documentation, to its end: a captcha, an OpenID
-- provider, the way through a browser and back, a second factor. Nobody has to sit at the browser.
--
--     OPENID_PASSWORD=… CODE=… CAPTCHA=… \
--       mwlogin run scripts/example22.lua https://wiki.example.org openid.example.net alice
local mwlogin = require "mwlogin"

local address, provider, name = ...
assert(name, "usage: example22.lua WIKI PROVIDER NAME, the rest in OPENID_PASSWORD, CODE, CAPTCHA")
local password = mwlogin.secret.env "OPENID_PASSWORD"

-- What a person would do on the provider's pages.
local function person(page)
  assert(page:fill("#login", name))
  assert(page:fill("#password", assert(password:read())))
  assert(page:click "#submit")
  assert(page:click "#allow")
end

-- The wiki's own return page wants this login's cookies: `browse` opens a browser that has them.
local through_the_provider = {
  name = "Example22",
  kinds = { "OpenIdConnectResponseAuthenticationRequest" },
  redirect = function(_, step, context)
    print("REDIRECT    " .. step.redirect_url:match "^[^?]*")
    return context.browse(step, person)
  end,
}

local function second_factor()
  print "UI          the second factor, in a field that is called code once more"
  return mwlogin.secret.env("CODE"):read()
end

local agent = "example22.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
print("START       " .. wiki.api)
local me = assert(wiki:login {
  answers = {
    captchaWord = mwlogin.secret.env "CAPTCHA",
    rememberMe = true,
    openIdProvider = provider,
    useOpenId = true,
    ["TwoFactorAuthenticationRequest.code"] = second_factor,
  },
  handlers = { through_the_provider },
})
print("PASS        as " .. me.name)
