---A dialogue from its start to PASS or an error, with answers, handlers and a responder.
local answers = require "mwlogin.flow.answers"
local collect = require "mwlogin.flow.collect"
local context = require "mwlogin.flow.context"
local errors = require "mwlogin.error"
local guard = require "mwlogin.flow.guard"
local handlers = require "mwlogin.handlers"
local options_of = require "mwlogin.options"
local redirect = require "mwlogin.redirect"
local refusal = require "mwlogin.flow.refusal"
local restart = require "mwlogin.flow.restart"
local steps = require "mwlogin.flow.step"

local Run = {}
Run.__index = Run

local STRING <const> = { string = true }

local OPTIONS <const> = {
  answers = true,
  username = true,
  password = true,
  handlers = true,
  handlers_folder = true,
  handler_seconds = true,
  respond = true,
  redirect = true,
  redirect_timeout = true,
  remember = true,
  extra = true,
}

local function check_options(options)
  for name in pairs(options) do
    if not OPTIONS[name] then
      local near = require "mwlogin.nearest"(tostring(name), OPTIONS)
      local hint = near and ("; did you mean '%s'?"):format(near) or ""
      error(("flow:run has no option '%s'%s"):format(tostring(name), hint), 4)
    end
  end
  options_of.bound(options, { "handler_seconds", "redirect_timeout" }, "flow:run", 5)
end

---@param entry table handler as loaded
---@return table state a handler's own table in this login
function Run:state(entry)
  self.states[entry] = self.states[entry] or {}
  return self.states[entry]
end

-- == REDIRECT =====================================================================================

---Whether a handler of the user may want a browser.
local function may_browse(entries)
  for _, entry in ipairs(entries) do
    if entry.handler.redirect and not entry.built_in then
      return true
    end
  end
  return false
end

function Run:prepare_way()
  local flow = self.flow
  local way, err = redirect.prepare(flow.session, {
    redirect = self.options.redirect,
    timeout = self.options.redirect_timeout,
    return_url = flow.options.return_url,
    browse = may_browse(flow:known_handlers()),
  })
  if not way then
    return nil, err
  end
  self.way, self.own_return_url = way, flow.options.return_url
  flow.options.return_url = way.return_url
  return true
end

---@param step table REDIRECT
---@param drive (fun(page: table): any)|nil what drives a browser without a window
---@return string|nil address that came back
---@return table|nil err
function Run:browse(step, drive)
  return self.way:browse(step, context.new(self, step, {}), drive)
end

local function redirected(self, step)
  for _, entry in ipairs(self.flow:known_handlers()) do
    if entry.handler.redirect then
      local watch = guard.new(self.handler_seconds)
      local made = context.new(self, step, { entry = entry, guard = watch })
      local address, err = watch:call(entry, "redirect", STRING, entry.handler, step, made)
      if address or err then
        return address, err
      end
    end
  end
  return self.way:follow(step, context.new(self, step, {}))
end

-- == one step =====================================================================================

---A wiki that counts wrong codes does not even look at the next one: only a person answers now.
---@param step table
---@return boolean
function Run.is_throttled(_, step)
  return step.rejected and step.code ~= nil and step.code:find "%-throttled$" ~= nil
end

local function throttled(step)
  return errors.new {
    kind = "throttled",
    code = step.code,
    message = step.message or "the wiki has seen too many wrong answers",
    advice = "Wait a few minutes, then log in again.",
    step = step,
  }
end

---Answers a step and sends it.
---@param step table
---@param preset table|nil values that must be sent
---@return mwlogin.Step|nil step
---@return table|nil err
function Run:answer(step, preset)
  if self:is_throttled(step) and not self.respond then
    return nil, throttled(step)
  end
  local result, err = collect.step(self, step, preset)
  if not result then
    return nil, err
  end
  self.answers:spend(result.uses)
  self.flow.used_up = self.answers:used_up()
  local extra = step.status == "START" and self.options.extra or nil
  return self.flow:send(result.filled, extra)
end

local function go_on(self, step)
  if step.status == "REDIRECT" then
    local address, err = redirected(self, step)
    if not address then
      return nil, err
    end
    return self.flow:returned(address)
  elseif step.status == "RESTART" then
    return restart.go_on(self, step)
  end
  return self:answer(step)
end

-- == the end ======================================================================================

local function lists_captcha(requests)
  for _, request in ipairs(requests or {}) do
    if request.kind:find "Captcha" or request.fields.captchaWord then
      return true
    end
  end
  return false
end

---A wiki that wants a captcha says "wrong password": only its form tells.
local function captcha_of(self, step)
  if step.code ~= "wrongpassword" and step.code ~= "captcha-login-required" then
    return nil
  elseif self.flow.action ~= "login" then
    return nil
  elseif lists_captcha(self.first and self.first.requests) then
    return "answered"
  end
  return lists_captcha(self.flow:look()) and "wanted" or nil
end

local function name_unused(self)
  local unused = self.answers:unused(self.flow.step)
  if #unused > 0 then
    self.flow.session:trace_event { event = "answers-unused", names = unused }
  end
  return unused
end

local function failed(self, err)
  if not errors.is(err) then
    err = errors.new {
      kind = "handler",
      code = "stopped",
      message = tostring(err),
      advice = "Look at the handlers and the redirect function of this login.",
    }
  end
  err.step = err.step or self.flow.step
  if err.kind == "interaction" then
    err.flow = err.flow or self.flow
  end
  local unused = err.kind ~= "handler" and name_unused(self) or {}
  if #unused > 0 and not err.unused then
    err.unused = unused
    err.advice = ("%s Answers that no step asked for: %s."):format(
      err.advice or "",
      table.concat(unused, ", ")
    )
  end
  return nil, err
end

---A lost session is begun again once; what was for one use is asked for anew.
local function may_begin_again(self)
  if self.flow.over ~= "lost" or self.began_again or self.flow.options.resume then
    return false
  end
  self.began_again = true
  self.answers:afresh()
  self.flow.session:trace_event { event = "begin-again" }
  return true
end

local function loop(self)
  local flow = self.flow
  local step, err = flow.step, nil
  if not step or flow.over then
    step, err = flow:start()
  end
  while true do
    local lost = (not step or step.status == "FAIL") and may_begin_again(self)
    if lost then
      step, err = flow:start()
    elseif not step then
      return failed(self, err)
    elseif step.status == "PASS" then
      name_unused(self)
      return step
    elseif step.status == "FAIL" then
      local facts = { captcha = captcha_of(self, step), unused = name_unused(self) }
      return nil, refusal.of(step, facts)
    else
      if step.status == "START" then
        self.first = step
      end
      step, err = go_on(self, step)
    end
  end
end

---What must be released, whether the loop ends or raises.
local function release(self)
  if self.way then
    self.way:close()
  end
  for _, path in ipairs(self.pictures) do
    os.remove(path)
  end
end

---@param flow table
---@param options table
---@return mwlogin.Step|nil step status PASS
---@return table|nil err
local function run(flow, options)
  check_options(options)
  local loaded, err = handlers.load(options.handlers, options.handlers_folder)
  if not loaded then
    return nil, err
  end
  local credentials = { username = options.username, password = options.password }
  local self = setmetatable({
    flow = flow,
    options = options,
    answers = answers.new(options.answers, credentials),
    respond = options.respond,
    remember = options.remember,
    handler_seconds = options.handler_seconds,
    states = {},
    pictures = {},
  }, Run)
  local _ <close> = setmetatable({}, {
    __close = function()
      release(self)
    end,
  })
  flow.handlers = loaded
  if flow.step and not flow.over then
    steps.mark_secrets(flow.step, loaded)
  end
  local prepared
  prepared, err = self:prepare_way()
  if not prepared then
    return nil, err
  end
  return loop(self)
end

return run
