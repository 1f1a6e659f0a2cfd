---OATHAuth: a code after the password. A wrong one is asked again, a right one works once.
local auth_request = require("mwlogin.testing.auth_request")
local message = require("mwlogin.testing.message")
local one_time_codes = require("mwlogin.testing.one_time_codes")

local two_factor = { level = "secondary" }

local ID = "MediaWiki\\Extension\\OATHAuth\\Auth\\TOTPAuthenticationRequest"
local WRONG_A_MINUTE = 10

local NEWER_WORDS = "Please enter a code from your two-factor authentication application (such as"
  .. " [https://www.authy.com/ Authy], [https://freeotp.github.io/ FreeOTP],"
  .. " [https://support.google.com/accounts/answer/1066447 Google Authenticator],"
  .. " [https://www.microsoft.com/en-us/security/mobile-authenticator-app Microsoft"
  .. " Authenticator] or [https://1password.com/ 1Password])."

local function ask(context, words)
  local request = auth_request.new({
    id = ID,
    provider = message.new("oathauth-describe-provider"),
    account = context.account.name,
    fields = {
      {
        name = "OATHToken",
        label = message.new("oathauth-auth-token-label"),
        help = message.new("oathauth-auth-token-help-ui"),
      },
    },
  })
  return { status = "UI", message = words, requests = { request } }
end

function two_factor:begin(context)
  if context.action == "login" and context.account.totp then
    local newer = context.wiki.minor >= 43
    local words = newer and message.raw(NEWER_WORDS, "oathauth-auth-ui")
      or message.new("oathauth-auth-ui")
    return ask(context, words)
  end
end

-- Wrong codes are counted; above the limit a code is not even looked at.
local function is_throttled(factor, now)
  if not factor.wrong or now >= factor.wrong.ends then
    factor.wrong = { count = 0, ends = now + 60 }
  end
  return factor.wrong.count >= WRONG_A_MINUTE
end

function two_factor:continue(context)
  local factor, now = context.account.totp, context.wiki:now()
  local values = context.requests[ID]
  if not values then
    return ask(context, message.new("oathauth-login-failed"))
  elseif is_throttled(factor, now) then
    return ask(context, message.new("oathauth-throttled", { duration = 60 }))
  elseif one_time_codes.accept(factor, values.OATHToken, now) then
    return { status = "PASS" }
  end
  factor.wrong.count = factor.wrong.count + 1
  return ask(context, message.new("oathauth-login-failed"))
end

return two_factor
