---EmailAuth: a code is mailed when the step begins (`wiki.mails` holds it), three tries.
local auth_request = require("mwlogin.testing.auth_request")
local message = require("mwlogin.testing.message")

local email_code = { level = "secondary" }

local ID = "MediaWiki\\Extension\\EmailAuth\\EmailAuthAuthenticationRequest"
local TRIES = 3

local function ask(words)
  local request = auth_request.new({
    id = ID,
    fields = {
      {
        name = "token",
        label = message.new("emailauth-login-label"),
        help = message.new("emailauth-login-help"),
      },
    },
  })
  return { status = "UI", message = words, requests = { request } }
end

function email_code:begin(context)
  local account, wiki = context.account, context.wiki
  if context.action ~= "login" or not account.email_auth then
    return nil
  end
  local code = ("%06d"):format(tonumber(wiki.sessions:unique(7), 16) % 1000000)
  context.state.code, context.state.wrong = code, 0
  table.insert(wiki.mails, { to = account.email or account.name, code = code })
  return ask(message.new("emailauth-login-message", account.email or "***"))
end

function email_code:continue(context)
  local values, state = context.requests[ID], context.state
  if values and values.token == state.code then
    return { status = "PASS" }
  elseif values then
    state.wrong = state.wrong + 1
  end
  if state.wrong >= TRIES then
    return { status = "FAIL", message = message.new("emailauth-login-retry-limit") }
  end
  return ask(message.new("emailauth-login-failure"))
end

return email_code
