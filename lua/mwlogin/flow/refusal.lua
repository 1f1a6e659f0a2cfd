---What a FAIL means, as an error with advice.
local errors = require "mwlogin.error"

local refusal = {}

local THROTTLED <const> = {
  ["login-throttled"] = true,
  ["acct_creation_throttle_hit"] = true,
  ratelimited = true,
  actionthrottledtext = true,
}

local ADVICE <const> = {
  wrongpassword = "Check user name and password; it is not tried again, since a few tries lock the "
    .. "account.",
  ["captcha-login-required"] = "Log in again and answer the captcha (answers.captchaWord).",
  ["login-throttled"] = "Wait as long as the message says; until then the right password is "
    .. "refused too.",
  ["authmanager-authn-no-primary"] = "The wiki found no complete way to log in among the answers: "
    .. "look at what it asks (mwlogin doctor).",
  ["authmanager-authn-not-in-progress"] = "The session was lost on the wiki: log in again.",
  ["userlogin-cannot-login"] = "Another kind of session is in use: log out first, or use a fresh "
    .. "Session.",
  ["login-userblocked"] = "The account is blocked: ask the people who run the wiki.",
  ["oathauth-2fa-required-nologin"] = "Set up two-factor authentication in a browser first.",
  ["emailauth-login-retry-limit"] = "Log in again: a new code will be sent.",
  ["userexists"] = "Choose another user name.",
  ["badretype"] = "Give the same new password twice.",
}

local function captcha_advice(had_captcha)
  if had_captcha then
    return "Password or captcha answer was wrong; the captcha is used up, log in again for another."
  end
  return "The wiki now wants a captcha, whatever the password: log in again and answer it "
    .. "(answers.captchaWord, a handler, or respond)."
end

---@param step mwlogin.Step status FAIL
---@param facts table { unused = names, captcha = "answered"|"wanted"|nil }
---@return table err kind `refused` or `throttled`
function refusal.of(step, facts)
  local code = step.code or "refused"
  local advice = ADVICE[code] or "Look at what the wiki says; it will not be asked again by itself."
  if facts.captcha then
    advice = captcha_advice(facts.captcha == "answered")
  end
  if #facts.unused > 0 then
    advice = ("%s Answers that no step asked for: %s."):format(
      advice,
      table.concat(facts.unused, ", ")
    )
  end
  return errors.new {
    kind = THROTTLED[code] and "throttled" or "refused",
    code = code,
    message = step.message or "the wiki refused without saying why",
    advice = advice,
    captcha = facts.captcha == "wanted" or nil,
    unused = facts.unused,
    step = step,
  }
end

return refusal
