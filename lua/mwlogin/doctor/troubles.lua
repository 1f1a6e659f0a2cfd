---From what the doctor saw to causes and cures, the worst first.
local core = require "mwlogin.core"

local troubles = {}

---Seconds beyond which one-time codes and signed requests are refused.
local SKEW <const> = 60

local function spoken_list(words)
  return table.concat(words, ", ")
end

---What the wiki calls itself.
local function own_address(facts)
  return type(facts.server) == "string" and core.address(facts.server) or nil
end

---Each looks at the report and the facts, and returns cause and cure where it has something to say.
local RULES <const> = {
  {
    code = "https-expected",
    find = function(report, facts)
      local home = own_address(facts)
      if facts.address.scheme == "https" then
        if tostring(facts.given):find "^http://" then
          return ("This wiki is at https: the address %s only leads there"):format(facts.given),
            ("Give the https address: %s"):format(report.api)
        end
      elseif facts.warnings["https-expected"] or (home and home.scheme == "https") then
        return "This wiki wants https, and was asked by http: its cookies will not come back",
          ("Use the https address of the wiki%s."):format(home and ": " .. home.origin or "")
      end
    end,
  },
  {
    code = "read-only",
    find = function(report, facts)
      local err = facts.form_error or facts.site_error
      local reason = report.read_only
      if not reason and err and err.code == "readonly" then
        reason = err.message
      end
      if reason then
        return "The wiki takes no changes at the moment, logins included: " .. reason,
          "Try again later."
      end
    end,
  },
  {
    code = "no-dialogue",
    find = function(report, facts)
      if not report.dialogue and not facts.form_error then
        return "The wiki is older than MediaWiki 1.27: it has no clientlogin and no bot passwords",
          'Log in with method = "botpassword", which uses the action=login of old.'
      end
    end,
  },
  {
    code = "form-refused",
    find = function(_, facts)
      local err = facts.form_error
      if err and err.code ~= "readonly" then
        return "The wiki does not show its login form: " .. err.message, err.advice or ""
      end
    end,
  },
  {
    code = "other-session",
    find = function(report, facts)
      if facts.can_log_in == false then
        return ("A session is in use that cannot log in%s"):format(
          report.user and (" (" .. report.user.name .. ")") or ""
        ),
          "Log out first, or use a fresh session."
      end
    end,
  },
  {
    code = "cookies",
    find = function(report, facts)
      if facts.cookies == 0 and not report.user and report.dialogue then
        local home = own_address(facts)
        return "No cookie of this wiki is taken here: it sets none, for another host, or for https",
          home
              and home.origin == facts.address.origin
              and "Tell those who run the wiki: its cookie settings do not fit its address."
            or ("Use the address that the wiki calls itself%s"):format(
              home and ": " .. home.origin or ", host and https included."
            )
      end
    end,
  },
  {
    code = "no-password",
    find = function(report)
      if report.only then
        return "This wiki offers only: " .. spoken_list(report.only),
          "Press the button by its name (answers or --field) and go through a browser "
            .. '(redirect = "auto", or mwlogin login on a terminal); or use a bot password.'
      end
    end,
  },
  {
    code = "captcha",
    find = function(report)
      if report.captcha then
        return "A login from here must answer a captcha now",
          "Answer it by answers.captchaWord, a handler or a person; "
            .. "bot passwords and OAuth need none."
      end
    end,
  },
  {
    code = "unknown-requests",
    find = function(report)
      local kinds = {}
      for _, asked in ipairs(report.asks) do
        if asked.required == "required" and not asked.handler and #asked.fields > 0 then
          kinds[#kinds + 1] = asked.kind
        end
      end
      if #kinds > 0 then
        return "No built-in handler knows: " .. spoken_list(kinds),
          "Answer the fields by name, or write a handler: doc/handlers.md."
      end
    end,
  },
  {
    code = "second-factor",
    find = function(report)
      if #report.second_factors > 0 then
        return ("Accounts here may be asked for a second factor after the password (%s)"):format(
          spoken_list(report.second_factors)
        ),
          "One-time codes: answers.OATHToken = mwlogin.secret.totp(KEY), or --field-from "
            .. "OATHToken=totp:SOURCE; mailed ones: answers.token. Bot passwords need none."
      end
    end,
  },
  {
    code = "private",
    find = function(report)
      if report.private then
        return "The wiki is private: reading needs a login too",
          "Log in; nothing else is needed. Its version and extensions show only after that."
      end
    end,
  },
  {
    code = "clock",
    find = function(report)
      if report.clock_skew and math.abs(report.clock_skew) > SKEW then
        return ("This machine's clock is %d seconds %s the wiki's"):format(
          math.abs(report.clock_skew),
          report.clock_skew > 0 and "ahead of" or "behind"
        ),
          "Set the clock: one-time codes and OAuth 1 signatures depend on it."
      end
    end,
  },
}

---@param report mwlogin.doctor.Report
---@param facts table what else was seen
---@return { code: string, cause: string, cure: string }[]
function troubles.find(report, facts)
  local found = {}
  for _, rule in ipairs(RULES) do
    local cause, cure = rule.find(report, facts)
    if cause then
      found[#found + 1] = { code = rule.code, cause = cause, cure = cure }
    end
  end
  return found
end

return troubles
