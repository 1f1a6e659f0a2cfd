---What a wiki is, offers and asks, for somebody who has never seen it: nothing is submitted, no try
---is used up.
local core = require "mwlogin.core"
local handlers = require "mwlogin.handlers"
local http_date = require "mwlogin.http_date"
local plan = require "mwlogin.doctor.plan"
local plaintext = require "mwlogin.plaintext"
local steps = require "mwlogin.flow.step"
local troubles = require "mwlogin.doctor.troubles"
local upgrade = require "mwlogin.session.upgrade"

local doctor = {}

---@class mwlogin.doctor.Report
---@field api string
---@field found_by string|nil "address", "page" (its EditURI link) or "usual place"
---@field name string|nil of the wiki
---@field version string|nil as the wiki says; nil where it is private or silent
---@field private boolean reading needs a login
---@field read_only string|nil the reason
---@field dialogue boolean whether clientlogin is there
---@field asks mwlogin.doctor.Asked[] what a login asks for
---@field only string[]|nil labels of the ways in, where there is none by password
---@field captcha boolean a login is asked for one now
---@field bot_passwords boolean|nil nil: not to be told from outside
---@field oauth boolean|nil nil: not to be told from outside
---@field second_factors string[] extensions that may ask for one after the password
---@field clock_skew integer|nil seconds that this machine is ahead
---@field user mwlogin.Identity|nil who the session is, when not anonymous
---@field plan mwlogin.doctor.Planned[]|nil what a login would do, when credentials were given
---@field troubles { code: string, cause: string, cure: string }[] the worst first

---@class mwlogin.doctor.Asked
---@field kind string
---@field required string
---@field provider string|nil
---@field fields { name: string, type: string, label: string|nil }[]
---@field handler string|nil the built-in one that would answer; nil: answers, another, a person

local function call(session, params)
  return session:request("GET", params, { bare = true })
end

local function note_warnings(facts, reply)
  for _, warning in ipairs(type(reply.warnings) == "table" and reply.warnings or {}) do
    if type(warning) == "table" and type(warning.code) == "string" then
      facts.warnings[warning.code] = true
    end
  end
end

local function table_or_empty(value)
  return type(value) == "table" and value or {}
end

local function has_extension(query, name)
  for _, extension in ipairs(query.extensions) do
    if type(extension) == "table" and extension.name == name then
      return true
    end
  end
  return false
end

local SECOND_FACTORS <const> = { "OATHAuth", "EmailAuth", "WebAuthn" }

local function has_special_page(query, name)
  for _, page in ipairs(table_or_empty(query.pages)) do
    local title = type(page) == "table" and page.title
    if type(title) == "string" and title:find(":" .. name, 1, true) then
      return not page.missing
    end
  end
end

local function look_at_site(session, facts, report)
  local reply, err = call(session, {
    action = "query",
    meta = "siteinfo",
    siprop = { "general", "extensions" },
    titles = "Special:BotPasswords",
  })
  if not reply then
    facts.site_error = err
    report.private = err.code == "readapidenied"
    return
  end
  note_warnings(facts, reply)
  local query = table_or_empty(reply.query)
  local general = table_or_empty(query.general)
  report.name = plaintext.line(general.sitename)
  report.version = plaintext.line(general.generator)
  local reason = plaintext.line(general.readonlyreason) or "no reason given"
  report.read_only = general.readonly and reason or nil
  facts.server = general.server
  if type(query.extensions) == "table" then
    report.oauth = has_extension(query, "OAuth")
    for _, name in ipairs(SECOND_FACTORS) do
      if has_extension(query, name) then
        report.second_factors[#report.second_factors + 1] = name
      end
    end
  end
  report.bot_passwords = has_special_page(query, "BotPasswords")
end

---Who is logged in sees no difference: what a stranger may read, only a stranger hears.
local function is_closed_to_strangers(session)
  local params = { action = "query" }
  local event = { event = "call", method = "GET", params = params }
  local _, err = session:exchange(function()
    return session.core:call("GET", params, { cookies = false })
  end, event)
  return err ~= nil and err.code == "readapidenied"
end

local function who_answers(request, step)
  for _, entry in ipairs(handlers.built_in()) do
    if steps.matches(entry, request, step) then
      return entry.name or entry.handler.name
    end
  end
end

local function describe(request, step)
  local fields = {}
  for _, field in ipairs(request.fields) do
    fields[#fields + 1] = { name = field.name, type = field.type, label = field.label }
  end
  return {
    kind = request.kind,
    required = request.required,
    provider = request.provider,
    fields = fields,
    handler = who_answers(request, step),
  }
end

local function label_of(request)
  for _, field in ipairs(request.fields) do
    if field.type == "button" and field.label and field.label ~= "" then
      return field.label
    end
  end
  return request.provider or request.kind
end

---Where no request takes a password, the labels of what there is.
local function other_ways(requests)
  local ways = {}
  for _, request in ipairs(requests) do
    if request.fields.password then
      return nil
    elseif request.required == "primary-required" or request.required == "required" then
      ways[#ways + 1] = label_of(request)
    end
  end
  return #ways > 0 and ways or nil
end

local function look_at_form(session, facts, report)
  local reply, err = call(session, {
    action = "query",
    meta = { "authmanagerinfo", "tokens" },
    type = "login",
    amirequestsfor = "login",
    amimessageformat = "html",
  })
  if not reply then
    facts.form_error = err
    return
  end
  note_warnings(facts, reply)
  local form = table_or_empty(reply.query).authmanagerinfo
  if type(form) ~= "table" then
    return
  end
  report.dialogue = true
  facts.can_log_in = form.canauthenticatenow
  local step = steps.mark_secrets(steps.start(form.requests or {}), handlers.built_in())
  for _, request in ipairs(step.requests) do
    report.asks[#report.asks + 1] = describe(request, step)
    report.captcha = report.captcha or request.fields.captchaWord ~= nil
  end
  report.only = other_ways(step.requests)
  facts.step = step
  facts.cookies = #session.core:cookies()
end

---Looks at a wiki: what `wiki:doctor()` does.
---@param session mwlogin.Session
---@param credentials mwlogin.Credentials|nil what a login would be tried with
---@return mwlogin.doctor.Report|nil report
---@return mwlogin.Error|nil err the wiki cannot be reached at all
function doctor.examine(session, credentials)
  local moved, err = upgrade.run(session)
  if not moved then
    return nil, err
  end
  local facts =
    { warnings = {}, address = core.address(session.api), given = session.given or session.api }
  local report = {
    api = session.api,
    found_by = session.found_by or "address",
    private = false,
    dialogue = false,
    captcha = false,
    second_factors = {},
    asks = {},
  }
  look_at_site(session, facts, report)
  look_at_form(session, facts, report)
  if facts.site_error and facts.form_error and facts.form_error.kind ~= "api" then
    return nil, facts.form_error
  end
  report.api = session.api
  report.clock_skew = http_date.ahead_of(session)
  local user = session:whoami()
  if user and not user.anonymous then
    report.user = user
    report.private = report.private or is_closed_to_strangers(session)
  end
  if credentials then
    report.plan, err = plan.make(session, credentials, facts.step)
    if not report.plan then
      return nil, err
    end
  end
  report.troubles = troubles.find(report, facts)
  return report
end

return doctor
