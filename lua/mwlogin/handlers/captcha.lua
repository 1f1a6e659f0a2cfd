---ConfirmEdit: sums are worked out, known questions answered; pictures and other questions are
---left to a person. Captchas that run in a page cannot be answered here: said so, with the way
---out.
local errors = require "mwlogin.error"
local plaintext = require "mwlogin.plaintext"

local PAGE_CAPTCHAS <const> = {
  hcaptcha = "hCaptcha",
  recaptchanocaptcha = "reCAPTCHA",
  recaptcha = "reCAPTCHA",
  turnstile = "Turnstile",
}

---The wiki writes its minus as U+2212.
local function worked_out(question)
  local sum = question:gsub("\u{2212}", "-"):gsub("\u{2013}", "-")
  local first, sign, second = sum:match "^%s*(%d+)%s*([-+])%s*(%d+)%s*=?%s*%??%s*$"
  if not first or #first > 9 or #second > 9 then
    return nil
  end
  local one, other = math.tointeger(first), math.tointeger(second)
  return tostring(sign == "+" and one + other or one - other)
end

local function needs_a_page(name, metadata)
  local key = metadata.key and (" (site key %s)"):format(plaintext.line(metadata.key)) or ""
  return nil,
    errors.new {
      kind = "interaction",
      code = "captcha",
      message = ("the wiki wants %s%s, which runs only in a browser"):format(name, key),
      advice = "Solve it where you can and give its token as answers.captchaWord, "
        .. "or use a bot password or OAuth, which need no captcha.",
    }
end

return {
  name = "Captcha",
  version = "1.0",
  kinds = { "CaptchaAuthenticationRequest" },
  schema = {
    answers = { type = "table", help = "question as the wiki shows it → answer" },
  },
  answer = function(_, request, context)
    local metadata = request.metadata
    local in_page = PAGE_CAPTCHAS[tostring(metadata.type):lower()]
    if in_page then
      return needs_a_page(in_page, metadata)
    end
    local info = request.fields.captchaInfo
    local question = info and metadata.type ~= "image" and plaintext.from_html(info.value)
    if not question then
      return nil
    end
    local known = context.config.answers and context.config.answers[question]
    local word = known or worked_out(question)
    return word and { captchaWord = word } or nil
  end,
}
