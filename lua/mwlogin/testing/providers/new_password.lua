---A login that first wants a new password: softly (it can be skipped) or not.
local auth_request = require("mwlogin.testing.auth_request")
local message = require("mwlogin.testing.message")
local password = require("mwlogin.testing.providers.password")

local new_password = { level = "secondary" }

local SKIP_ID = "MediaWiki\\Auth\\ButtonAuthenticationRequest:skipReset"

local KEYS = {
  soft = "resetpass-validity-soft",
  hard = "resetpass-validity",
  expired = "resetpass-expired",
  ["expired-soft"] = "resetpass-expired-soft",
  temporary = "resetpass-temp-emailed",
}

local function ask(account, reason)
  local soft = account.new_password == "soft" or account.new_password == "expired-soft"
  local requests = { password.new_password_request(account, soft and "optional" or "required") }
  if soft then
    requests[2] = auth_request.new({
      id = SKIP_ID,
      required = "optional",
      provider = "MediaWiki\\Auth\\ButtonAuthenticationRequest",
      fields = {
        {
          name = "skipReset",
          type = "button",
          label = message.new("authprovider-resetpass-skip-label"),
          help = message.new("authprovider-resetpass-skip-help"),
        },
      },
    })
  end
  local words = reason or message.new(KEYS[account.new_password])
  return { status = "UI", message = words, requests = requests }
end

function new_password:begin(context)
  if context.action == "login" and context.account.new_password then
    return ask(context.account)
  end
end

function new_password:continue(context)
  local account = context.account
  if context.requests[SKIP_ID] then
    return { status = "PASS" }
  end
  local values = context.requests[password.ID]
  if not values then
    return ask(account)
  end
  local complaint = password.complaint(values)
  if complaint then
    return ask(account, complaint)
  end
  account.password, account.new_password = values.password, nil
  return { status = "PASS" }
end

return new_password
