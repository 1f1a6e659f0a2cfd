---The AuthManager machine by hand: one dialogue with clientlogin, createaccount or linkaccount. It
---returns, it never prompts.
local choice = require "mwlogin.flow.choice"
local errors = require "mwlogin.error"
local exchange = require "mwlogin.flow.exchange"
local fill = require "mwlogin.flow.fill"
local handlers = require "mwlogin.handlers"
local opening = require "mwlogin.flow.opening"
local options_of = require "mwlogin.options"
local returning = require "mwlogin.flow.returning"
local steps = require "mwlogin.flow.step"
local submission = require "mwlogin.flow.submission"

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

local SUBMIT_OPTIONS <const> = { extra = "table" }

---Nobody listens there: it is sent where no browser will come back.
local NO_RETURN <const> = "http://127.0.0.1/mwlogin/return"

---The flow that each Session is in; a newer start ends the older one, on the wiki as well.
local current = setmetatable({}, { __mode = "kv" })

---@param session table Session
---@param action string|nil "login" (default), "createaccount" or "linkaccount"
---@param opts table|nil { return_url, preserve_state, requests (ids), resume, on_pass }
---@return table flow
function flow.new(session, action, opts)
  if session.closed then
    error("this Session is closed", 2)
  end
  local module = MODULES[action or "login"]
  if not module then
    error(("flow takes login, createaccount or linkaccount, not '%s'"):format(tostring(action)), 2)
  end
  options_of.check(opts, OPTIONS, "flow")
  return setmetatable({
    session = session,
    action = action or "login",
    module = module,
    options = opts or {},
  }, Flow)
end

---Another dialogue with the same wiki.
---@param action string
---@param options table|nil
---@return table flow
function Flow:another(action, options)
  return flow.new(self.session, action, options)
end

---@return string address where a dialogue that goes on elsewhere comes back to
function Flow:return_url()
  return self.options.return_url or NO_RETURN
end

---@return table entries the handlers whose secret fields and rules hold in this dialogue
function Flow:known_handlers()
  self.handlers = self.handlers or handlers.built_in()
  return self.handlers
end

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

---What the wiki would ask for now; nothing changes in this dialogue.
---@return mwlogin.Request[]|nil requests
---@return table|nil err
function Flow:look()
  return opening.look(self)
end

---Fetches token and fields in one request. Nothing is submitted yet.
---@return mwlogin.Step|nil step status START; UI when resumed
---@return table|nil err
function Flow:start()
  local opened, err = opening.read(self)
  if not opened then
    return nil, err
  end
  current[self.session] = self
  self.previous, self.over, self.held, self.signature = nil, nil, nil, nil
  self.attempt, self.count, self.repeats, self.last = 1, 0, 0, {}
  self.answered, self.put_off = {}, nil
  self.token = opened.token
  self.step = steps.mark_secrets(opened.step, self:known_handlers())
  return self.step
end

---@param request table
---@return boolean alone whether an answer to this request is sent without the rest of its step
function Flow:is_alone(request)
  for _, entry in ipairs(self:known_handlers()) do
    if entry.handler.alone and handlers.declares(entry, request) then
      return true
    end
  end
  return false
end

---Whose turn it is where the last answer left requests out, if they are answered and asked again.
local function turn_of(self, answered)
  local turn
  for _, request in ipairs(self.put_off and self.step.requests or {}) do
    if self.put_off[request.id] and answered:touched(request) then
      turn = turn or {}
      turn[request.id] = true
    end
  end
  return turn
end

---The requests of the current step that are answered, given what was said so far.
---@param answered table the sheet
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
  only = only or turn_of(self, answered)
  return choice.requests(self.step, answered, function(request)
    return self:is_alone(request)
  end, only)
end

---Fills the chosen requests.
---@param chosen table[] as `choose` gave them
---@param answered table the sheet
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

---Sends an answered step.
---@param filled table as `fill.step` made it
---@param extra table|nil unlisted fields
---@return mwlogin.Step|nil step
---@return table|nil err
function Flow:send(filled, extra)
  local err = ended(self)
  if err then
    return nil, err
  end
  return exchange.send(self, filled, extra)
end

-- == by hand ======================================================================================

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
  options_of.check(options, SUBMIT_OPTIONS, "flow:submit")
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
  local filled, reason = submission.filled(self, values)
  if not filled then
    return with_step(self, reason)
  end
  return self:send(filled, options and options.extra)
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
  local filled, wrong = submission.filled(self, values)
  if not filled then
    return with_step(self, wrong)
  end
  return self:send(filled)
end

---Runs the dialogue to its end with answers, handlers and a responder.
---@param options table { answers, username, password, handlers, handlers_folder, handler_seconds,
---respond, redirect, redirect_timeout, remember, extra }
---@return mwlogin.Step|nil step status PASS
---@return table|nil err a FAIL too; of kind `interaction` with `flow` and `step` to go on by hand
function Flow:run(options)
  return require("mwlogin.flow.run")(self, options or {})
end

return flow
