---The AuthManager machine by hand: one dialogue with clientlogin, createaccount or linkaccount. It
---returns, it never prompts.
local choice = require "mwlogin.flow.choice"
local errors = require "mwlogin.error"
local fill = require "mwlogin.flow.fill"
local handlers = require "mwlogin.handlers"
local returning = require "mwlogin.flow.returning"
local secret = require "mwlogin.secret"
local sheet = require "mwlogin.flow.sheet"
local steps = require "mwlogin.flow.step"

local flow = {}

local Flow = {}
Flow.__index = Flow
Flow.__name = "mwlogin.Flow"

---@class mwlogin.flow.Module
---@field api string action of the API
---@field prefix string of its parameters
---@field token string type
---@field begin string value of amirequestsfor

---@type table<string, mwlogin.flow.Module>
local MODULES <const> = {
  login = { api = "clientlogin", prefix = "login", token = "login", begin = "login" },
  createaccount = {
    api = "createaccount",
    prefix = "create",
    token = "createaccount",
    begin = "create",
  },
  linkaccount = { api = "linkaccount", prefix = "link", token = "csrf", begin = "link" },
}

local OPTIONS <const> = {
  return_url = "string",
  preserve_state = "boolean",
  requests = "table",
  resume = "boolean",
  on_pass = "function",
}

---Nobody listens there: it is sent where no browser will come back.
local NO_RETURN <const> = "http://127.0.0.1/mwlogin/return"

local MOST_STEPS <const> = 40
local MOST_REPEATS <const> = 5

---The flow that each Session is in; a newer start ends the older one, on the wiki as well.
local current = setmetatable({}, { __mode = "kv" })

local function check_options(options)
  for name, value in pairs(options) do
    if not OPTIONS[name] then
      local near = require("mwlogin.schema").nearest(tostring(name), OPTIONS)
      local hint = near and ("; did you mean '%s'?"):format(near) or ""
      error(("flow has no option '%s'%s"):format(tostring(name), hint), 4)
    elseif type(value) ~= OPTIONS[name] then
      error(("flow's option '%s' must be a %s"):format(name, OPTIONS[name]), 4)
    end
  end
end

---@param session table Session
---@param action string|nil "login" (default), "createaccount" or "linkaccount"
---@param options table|nil { return_url, preserve_state, requests (ids), resume, on_pass }
---@return table flow
function flow.new(session, action, options)
  local module = MODULES[action or "login"]
  if not module then
    error(("flow takes login, createaccount or linkaccount, not '%s'"):format(tostring(action)), 3)
  end
  check_options(options or {})
  return setmetatable({
    session = session,
    action = action or "login",
    module = module,
    options = options or {},
  }, Flow)
end

---Another dialogue with the same wiki.
---@param action string
---@param options table|nil
---@return table flow
function Flow:another(action, options)
  return flow.new(self.session, action, options)
end

function Flow:return_url()
  return self.options.return_url or NO_RETURN
end

---@return table entries the handlers whose secret fields and rules hold in this dialogue
function Flow:known_handlers()
  self.handlers = self.handlers or handlers.built_in()
  return self.handlers
end

local function refused(code, message, advice)
  return nil, errors.new { kind = "refused", code = code, message = message, advice = advice }
end

-- == start ========================================================================================

local function form_of(reply)
  local query = type(reply.query) == "table" and reply.query or {}
  return query.authmanagerinfo, query.tokens
end

local function check_form(self, form, tokens)
  local what = self.module.api
  if type(form) ~= "table" or type(tokens) ~= "table" then
    return refused(
      "no-authmanager",
      "this wiki does not describe its login form: it is older than MediaWiki 1.27",
      'Log in with method = "botpassword", which uses action=login.'
    )
  elseif self.action == "login" and form.canauthenticatenow == false then
    return refused(
      "userlogin-cannot-login",
      "this session cannot log in: another kind of session is in use (bot password, OAuth, …)",
      "Log out first, or use a fresh Session."
    )
  elseif self.action == "createaccount" and form.cancreateaccounts == false then
    return refused(what, "this wiki creates no accounts", "Ask the people who run the wiki.")
  elseif self.action == "linkaccount" and form.canlinkaccounts == false then
    return refused(what, "this wiki links no accounts", "Ask the people who run the wiki.")
  end
  self.token = tokens[self.module.token .. "token"]
  if type(self.token) ~= "string" then
    return refused(
      "no-token",
      ("the wiki gave no %s token"):format(self.module.token),
      "Log in first if this needs an account; otherwise look at the trace."
    )
  end
  return true
end

local function ask_form(self, what)
  return self.session:request("GET", {
    action = "query",
    meta = { "authmanagerinfo", "tokens" },
    amirequestsfor = what,
    amimessageformat = "html",
    type = self.module.token,
  }, { bare = true })
end

---What the wiki would ask for now; nothing changes in this dialogue.
---@return mwlogin.Request[]|nil requests
---@return table|nil err
function Flow:look()
  local reply, err = ask_form(self, self.module.begin)
  if not reply then
    return nil, err
  end
  return steps.start((form_of(reply) or {}).requests).requests
end

---Fetches token and fields in one request. Nothing is submitted yet.
---@return mwlogin.Step|nil step status START; UI when resumed
---@return table|nil err
function Flow:start()
  local resume = self.options.resume
  local reply, err = ask_form(self, self.module.begin .. (resume and "-continue" or ""))
  if not reply then
    return nil, err
  end
  local form, tokens = form_of(reply)
  local usable, reason = check_form(self, form, tokens)
  if not usable then
    return nil, reason
  end
  if resume and #(form.requests or {}) == 0 then
    return refused(
      "nothing-pending",
      "no dialogue is pending in this session",
      "Start a new one without resume."
    )
  end
  local username = form.preservedusername
  local step = steps.start(form.requests, {
    status = resume and "UI" or "START",
    username = username ~= "" and username or nil,
    preserved = self.options.preserve_state and form.hasprimarypreservedstate == true or nil,
  })
  current[self.session] = self
  self.previous, self.over, self.held = nil, nil, nil
  self.attempt, self.count, self.repeats, self.last = 1, 0, 0, {}
  self.step = steps.mark_secrets(step, self:known_handlers())
  return self.step
end

-- == what is sent =================================================================================

local function ended(self)
  if not self.step then
    error("flow: call start() before anything else", 3)
  end
  if current[self.session] ~= self then
    return errors.new {
      kind = "cancelled",
      code = "superseded",
      message = "a newer dialogue of this Session has taken the place of this one",
      advice = "Go on with the newer one, or use a Session for each.",
    }
  elseif self.over then
    return errors.new {
      kind = "answer",
      code = "over",
      message = "this dialogue is over",
      advice = "Start another one: flow:start().",
    }
  end
  return nil
end

local function control(self, options)
  local prefix, begins = self.module.prefix, self.step.status == "START"
  local params = { [prefix .. "token"] = self.token }
  if begins then
    params[prefix .. "returnurl"] = self:return_url()
    params[prefix .. "preservestate"] = self.options.preserve_state
  else
    params[prefix .. "continue"] = true
  end
  params[prefix .. "requests"] = options.limit
  return params
end

local LOST <const> = { badtoken = true, WrongToken = true, NeedToken = true, sessionlost = true }

local function failed(self, err)
  local code = tostring(err.code)
  if LOST[code] then
    self.over = "lost"
    err.advice = "The session was lost on the wiki: start the dialogue again."
  elseif code:find "^internal_api_error" then
    self.over = "broken"
    err.advice = "The wiki failed inside; this dialogue is over there. Start another one later, and "
      .. "tell the people who run the wiki if it stays so."
  end
  err.step = err.step or self.step
  return nil, err
end

---The same fields asked once more, whether or not an answer was refused.
local function count_repeats(self, step)
  local ids = {}
  for position, request in ipairs(step.requests) do
    ids[position] = request.id
  end
  local signature = step.status .. "\n" .. table.concat(ids, "\n")
  self.repeats = signature == self.signature and self.repeats + 1 or 0
  self.signature = signature
  return self.repeats
end

---A dialogue that a wiki prolongs without end is ended here.
local function too_long(self, step)
  self.count = self.count + 1
  local repeats = count_repeats(self, step)
  if step.done or (self.count < MOST_STEPS and repeats < MOST_REPEATS) then
    return nil
  end
  self.over = "endless"
  local repeated = repeats >= MOST_REPEATS
  return errors.new {
    kind = "refused",
    code = repeated and "too-many-repeats" or "too-many-steps",
    message = repeated and ("the wiki asked the same %d times"):format(repeats + 1)
      or ("the wiki asked for more than %d steps"):format(MOST_STEPS),
    advice = "Log in in a browser to see what the wiki really wants.",
    step = step,
  }
end

local function is_rejected(self, step, chosen)
  if step.status ~= "UI" or self.step.status ~= "UI" then
    return false
  end
  local again = {}
  for _, request in ipairs(step.requests) do
    again[request.id] = true
  end
  for _, request in ipairs(chosen) do
    if again[request.id] and not self:is_alone(request) then
      return true
    end
  end
  return false
end

local function passed(self, step)
  self.token = nil
  if self.action == "login" then
    local identity, err = self.session:prove(step.username, "clientlogin")
    if not identity then
      return nil, err
    end
    step.identity = identity
  end
  if self.options.on_pass then
    self.options.on_pass(step)
  end
  return step
end

local function accept(self, answer, chosen, sent)
  local step = steps.read(answer)
  if not step then
    self.over = "unknown"
    return nil,
      errors.new {
        kind = "protocol",
        code = "unknown-status",
        message = ("the wiki answered with the unknown status '%s'"):format(
          tostring(answer.status):gsub("[^%w_-]", "?"):sub(1, 40)
        ),
        advice = "This wiki speaks a newer dialogue than this mwlogin: look for an update.",
        step = self.step,
      }
  end
  step.rejected = is_rejected(self, step, chosen)
  self.attempt = step.rejected and self.attempt + 1 or 1
  self.previous, self.step, self.last, self.held = self.step, step, sent, nil
  local err = too_long(self, step)
  if err then
    return nil, err
  end
  steps.mark_secrets(step, self:known_handlers())
  if step.done then
    self.over = "done"
    if step.code and step.code:find "%-not%-in%-progress$" then
      self.over = "lost"
    end
  end
  if step.status == "PASS" then
    return passed(self, step)
  end
  return step
end

---Sends an answered step.
---@param chosen mwlogin.Request[] the requests that are answered
---@param filled table as `fill.step` made it
---@param extra table|nil unlisted fields
---@return mwlogin.Step|nil step
---@return table|nil err
function Flow:send(chosen, filled, extra)
  local params = {}
  for name, value in pairs(extra or {}) do
    params[name] = value
  end
  for name, value in pairs(filled.params) do
    params[name] = value
  end
  for name, value in pairs(control(self, filled)) do
    params[name] = value
  end
  for _, value in ipairs(filled.secrets) do
    self.session:protect(value)
  end
  local reply, err = self.session:step(self.module.api, params)
  if not reply then
    return failed(self, err)
  end
  return accept(self, reply[self.module.api], chosen, filled.sent)
end

---@return boolean alone whether an answer to this request is sent without the rest of its step
function Flow:is_alone(request)
  for _, entry in ipairs(self:known_handlers()) do
    if entry.handler.alone and handlers.declares(entry, request) then
      return true
    end
  end
  return false
end

---The requests of the current step that are answered, given what was said so far.
---@return table|nil chosen
---@return table|nil err
---@return table|nil open
function Flow:choose(answered)
  local only
  if self.options.requests and self.step.status == "START" then
    only = {}
    for _, id in ipairs(self.options.requests) do
      only[id] = true
    end
  end
  return choice.requests(self.step, answered, function(request)
    return self:is_alone(request)
  end, only)
end

---Fills the chosen requests.
---@return table|nil filled
---@return table|nil err
---@return table missing list of { request, field }
function Flow:fill(chosen, answered)
  local filled, err, missing = fill.step(self.step, chosen, answered)
  if filled and self.options.requests and self.step.status == "START" then
    filled.limit = self.options.requests
  end
  return filled, err, missing
end

-- == by hand ======================================================================================

local function missing_fields(missing)
  local names = {}
  for position, one in ipairs(missing) do
    names[position] = one.field.name
  end
  local list = table.concat(names, ", ")
  return errors.new {
    kind = "answer",
    code = "missing-field",
    message = "the wiki requires an answer to: " .. list,
    advice = "Add the field to what is submitted; an empty text is no answer to a required one.",
    fields = names,
  }
end

local function which_way(open)
  return errors.new {
    kind = "interaction",
    code = "which-way",
    message = "the wiki offers several ways to log in: " .. choice.labels(open),
    advice = "Answer the fields of one of them.",
  }
end

local function resolved(values)
  local plain = {}
  for key, value in pairs(values) do
    local read, err = value, nil
    if secret.is_source(value) or type(value) == "function" then
      read, err = secret.resolve(value)
      if read == nil then
        return nil, errors.is(err) and err or errors.new {
          kind = "answer",
          code = "source",
          message = ("the answer for '%s' could not be had: %s"):format(tostring(key), tostring(err)),
          advice = "Look at what this answer is read from.",
        }
      end
    end
    plain[key] = read
  end
  return plain
end

---Values given now go before what a run had already found for the same step.
local function answered_by(self, values)
  local answered = sheet.new(self.step)
  local ok, err = answered:put_values(values, "submit")
  if not ok then
    return nil, err
  end
  if self.held then
    for _, request in ipairs(self.step.requests) do
      for name, entry in pairs(self.held.entries[request.id] or {}) do
        if entry.value ~= nil then
          answered:put(request, name, entry)
        end
      end
    end
  end
  return answered
end

local function with_step(self, err)
  err.flow, err.step = err.flow or self, err.step or self.step
  return nil, err
end

---Answers START, UI or RESTART.
---@param values table `field` or `Kind.field` → text, secret, source, boolean or list
---@param options table|nil { extra = unlisted fields to send all the same }
---@return mwlogin.Step|nil step
---@return table|nil err
function Flow:submit(values, options)
  if type(values) ~= "table" then
    error("flow:submit takes a table of answers", 2)
  end
  local err = ended(self)
  if err then
    return with_step(self, err)
  elseif self.step.status == "REDIRECT" then
    return with_step(
      self,
      errors.new {
        kind = "answer",
        code = "redirect-pending",
        message = "a browser has to come back first: continuing now would destroy the login",
        advice = "Open step.redirect_url, then give the address that came back to flow:returned().",
      }
    )
  end
  local plain, reason = resolved(values)
  if not plain then
    return with_step(self, reason)
  end
  local answered
  answered, reason = answered_by(self, plain)
  if not answered then
    return with_step(self, reason)
  end
  local chosen, open
  chosen, reason, open = self:choose(answered)
  if not chosen or open then
    return with_step(self, reason or which_way(open))
  end
  local filled, missing
  filled, reason, missing = self:fill(chosen, answered)
  if not filled or #missing > 0 then
    return with_step(self, reason or missing_fields(missing))
  end
  return self:send(chosen, filled, options and options.extra)
end

---Goes on after a REDIRECT, once the browser came back.
---@param address string at which it came back: the return address with what was added to it
---@return mwlogin.Step|nil step
---@return table|nil err
function Flow:returned(address)
  local err = ended(self)
  if err then
    return with_step(self, err)
  elseif self.step.status ~= "REDIRECT" then
    return with_step(
      self,
      errors.new {
        kind = "answer",
        code = "no-redirect",
        message = "this step waits for no browser",
        advice = "Answer it with flow:submit().",
      }
    )
  end
  local values, reason = returning.values(self.step, address, self:return_url())
  if not values then
    return with_step(self, reason)
  end
  for _, value in pairs(values) do
    self.session:protect(value)
  end
  local answered = sheet.new(self.step)
  answered:put_values(values, "returned")
  local filled
  filled, reason = self:fill(self.step.requests, answered)
  if not filled then
    return with_step(self, reason)
  end
  return self:send(self.step.requests, filled)
end

---Runs the dialogue to its end with answers, handlers and a responder.
---@param options table { answers, username, password, handlers, respond, redirect, remember, extra }
---@return mwlogin.Step|nil step status PASS
---@return table|nil err a FAIL too; of kind `interaction` with `flow` and `step` to go on by hand
function Flow:run(options)
  return require("mwlogin.flow.run")(self, options or {})
end

return flow
