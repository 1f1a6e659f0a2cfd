---What a FAIL means, as an error with advice.
local advice = require "mwlogin.advice"
local errors = require "mwlogin.error"

local refusal = {}

local THROTTLED <const> = {
  ["login-throttled"] = true,
  ["acct_creation_throttle_hit"] = true,
  ratelimited = true,
  actionthrottledtext = true,
}

---@param step mwlogin.Step status FAIL
---@param facts table { unused = names, captcha = "answered"|"wanted"|nil }
---@return table err kind `refused` or `throttled`
function refusal.of(step, facts)
  local code = step.code or "refused"
  local err = errors.new {
    kind = THROTTLED[code] and "throttled" or "refused",
    code = code,
    message = step.message or "the wiki refused without saying why",
    advice = advice.CAPTCHA[facts.captcha],
    captcha = facts.captcha == "wanted" or nil,
    unused = facts.unused,
    step = step,
  }
  if #facts.unused > 0 then
    err.advice = ("%s Answers that no step asked for: %s."):format(
      err.advice,
      table.concat(facts.unused, ", ")
    )
  end
  return err
end

return refusal
