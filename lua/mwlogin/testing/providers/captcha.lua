---ConfirmEdit: asked for in the begin step only, after some bad logins from an address; each id
---belongs to one session and is used up by any try. A wrong answer looks like a wrong password.
local auth_request = require("mwlogin.testing.auth_request")
local message = require("mwlogin.testing.message")
local ordered_json = require("mwlogin.testing.ordered_json")

local captcha = { level = "pre" }

local ID = "CaptchaAuthenticationRequest"
local WINDOW = 300

local KINDS = {
  question = { mime = "text/html", task = "answer the question that appears below" },
  simple = {
    mime = "text/plain",
    task = "solve the following task below and enter the answer in the box",
  },
  image = { mime = "image/png", task = "enter the words that appear below in the box" },
}

local PURPOSE = { login = "password cracking", createaccount = "account creation" }

-- Captchas where a provider's script makes the token: one field, no id.
local TOKEN_KINDS = { hcaptcha = true, recaptchanocaptcha = true, turnstile = true }

local function is_wanted(context)
  local wiki = context.wiki
  local script = wiki.captcha
  if not script then
    return false
  elseif context.action == "createaccount" then
    return script.create ~= false
  elseif context.action ~= "login" then
    return false
  end
  local bad = wiki.bad_logins
  local recent = bad and wiki:now() < bad.ends and bad.count or 0
  return script.always or recent >= (script.after or 3)
end

local function new_captcha(context)
  local wiki, record = context.wiki, context.keeper.record
  context.keeper:persist()
  record.data.captchas = record.data.captchas or {}
  wiki.captcha_serial = wiki.captcha_serial + 1
  local id = ("%d"):format(3513021641887612155 + wiki.captcha_serial)
  local question, answer = wiki.captcha.question, wiki.captcha.answer
  if type(question) == "function" then
    question, answer = question(wiki.captcha_serial)
  end
  record.data.captchas[id] = answer
  return id, question
end

local function token_request(script)
  return auth_request.new({
    id = ID,
    metadata = ordered_json.object(
      "type",
      script.type,
      "mime",
      "application/javascript",
      "key",
      script.key
    ),
    provider = "MediaWiki\\Extension\\ConfirmEdit\\Auth\\CaptchaAuthenticationRequest",
    fields = {
      {
        name = "captchaWord",
        label = message.new("captcha-label"),
        help = message.new("captcha-help-word"),
      },
    },
  })
end

function captcha:requests(context)
  if not is_wanted(context) then
    return {}
  end
  local script = context.wiki.captcha
  if TOKEN_KINDS[script.type] then
    return { token_request(script) }
  end
  local kind = KINDS[script.type or "question"]
  local id, question = new_captcha(context)
  local words = (
    "To protect the wiki against automated %s, we kindly ask you to %s"
    .. " ([[Special:Captcha/help|more info]]):"
  ):format(PURPOSE[context.action], kind.task)
  local request = auth_request.new({
    id = ID,
    metadata = ordered_json.object("type", script.type or "question", "mime", kind.mime),
    provider = "MediaWiki\\Extension\\ConfirmEdit\\Auth\\CaptchaAuthenticationRequest",
    fields = {
      {
        name = "captchaId",
        type = "hidden",
        value = id,
        label = message.new("captcha-apihelp-param-captchaid"),
        help = message.new("captcha-help-id"),
      },
      {
        name = "captchaInfo",
        type = "null",
        value = question,
        label = message.raw(words),
        help = message.new("captcha-help-info"),
      },
      {
        name = "captchaWord",
        label = message.new("captcha-label"),
        help = message.new("captcha-help-word"),
      },
    },
  })
  return { request }
end

local function is_solved(context)
  local values = context.requests[ID]
  if not values then
    return false
  elseif not values.captchaId then
    return values.captchaWord == context.wiki.captcha.answer
  end
  local open = context.keeper.record.data.captchas or {}
  local answer = open[values.captchaId]
  open[values.captchaId] = nil
  return answer ~= nil and values.captchaWord:lower() == tostring(answer):lower()
end

function captcha:test(context)
  if not is_wanted(context) or is_solved(context) then
    return nil
  elseif context.action == "createaccount" then
    return message.new("captcha-createaccount-fail")
  end
  return message.new("wrongpassword")
end

function captcha:after(context, response)
  local wiki = context.wiki
  if context.action ~= "login" then
    return
  elseif response.status == "PASS" then
    wiki.bad_logins = nil
  elseif not wiki.bad_logins or wiki:now() >= wiki.bad_logins.ends then
    wiki.bad_logins = { count = 1, ends = wiki:now() + WINDOW }
  else
    wiki.bad_logins.count = wiki.bad_logins.count + 1
  end
end

return captcha
