---One exchange of a dialogue: the answered step is sent, the next one comes back, and the dialogue
---is judged: refused, lost, broken, endless, passed.
local errors = require "mwlogin.error"
local plaintext = require "mwlogin.plaintext"
local steps = require "mwlogin.flow.step"

local exchange = {}

local MOST_STEPS <const> = 40
local MOST_REPEATS <const> = 5

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
    err.advice = "The wiki failed inside; this dialogue is over there. Start another one later, "
      .. "and tell the people who run the wiki if it stays so."
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
  local says = plaintext.line(step.message)
  return errors.new {
    kind = "refused",
    code = repeated and "too-many-repeats" or "too-many-steps",
    message = (
      repeated and ("the wiki asked the same %d times"):format(repeats + 1)
      or ("the wiki asked for more than %d steps"):format(MOST_STEPS)
    ) .. (says and says ~= "" and "; it says: " .. says or ""),
    advice = "Log in in a browser to see what the wiki really wants.",
    step = step,
  }
end

local function is_rejected(self, step, chosen)
  if step.status ~= "UI" or self.step.status ~= "UI" or self.put_off then
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
    self.session:release()
  end
  if self.options.on_pass then
    self.options.on_pass(step)
  end
  return step
end

---A wiki that repeats what it was told: a program prints its words, a log keeps them.
local function hide_repeated(session, step)
  step.message, step.code = session:redact(step.message), session:redact_code(step.code)
  for _, request in ipairs(step.requests) do
    for _, field in ipairs(request.fields) do
      field.label, field.help = session:redact(field.label), session:redact(field.help)
    end
  end
end

local function accept(self, answer, filled)
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
  hide_repeated(self.session, step)
  table.move(filled.chosen, 1, #filled.chosen, #self.answered + 1, self.answered)
  self.put_off = filled.put_off
  step.rejected = is_rejected(self, step, filled.chosen)
  self.attempt = step.rejected and self.attempt + 1 or 1
  self.previous, self.step, self.last, self.held = self.step, step, filled.sent, nil
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

---A field name the wiki does not know is the one hint it gives at a request it took as not sent.
local function trace_unknown_fields(self, reply)
  for _, warning in ipairs(type(reply.warnings) == "table" and reply.warnings or {}) do
    if type(warning) == "table" and warning.code == "unrecognizedparams" then
      local text = plaintext.line(warning.text)
      self.session:trace_event { event = "unknown-fields", text = text }
    end
  end
end

---Sends an answered step.
---@param self table the flow
---@param filled table as `fill.step` made it
---@param extra table|nil unlisted fields
---@return mwlogin.Step|nil step
---@return table|nil err
function exchange.send(self, filled, extra)
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
    for _, one in ipairs(type(value) == "table" and value or { value }) do
      self.session:protect_once(one)
    end
  end
  local reply, err = self.session:step(self.module.api, params)
  if not reply then
    return failed(self, err)
  end
  trace_unknown_fields(self, reply)
  return accept(self, reply[self.module.api], filled)
end

return exchange
