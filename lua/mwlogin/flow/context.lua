---What a handler, a responder or a function among the answers can see and do.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local picture = require "mwlogin.respond.picture"
local plaintext = require "mwlogin.plaintext"
local totp = require "mwlogin.totp"

local context = {}

---Seconds that all waits of one login may take together.
local MOST_WAITING <const> = 900
---One-time codes of one key that are given one after the other, while the wiki refuses them.
local MOST_CODES <const> = 3

local function nobody(what)
  return nil,
    errors.new {
      kind = "interaction",
      code = "no-person",
      message = ("a handler wants to ask a person for '%s', and nobody can be asked"):format(what),
      advice = "Give the login a respond function, or configure the handler.",
    }
end

local function as_field(asked)
  if type(asked) == "string" then
    asked = { name = "answer", label = asked }
  end
  return setmetatable({
    name = asked.name or "answer",
    type = asked.type or "string",
    secret = asked.secret or asked.type == "password" or false,
    optional = asked.optional or false,
  }, { __index = asked })
end

---A step with just this question, and what the wiki says beside it.
local function question(step, request, field)
  local fields = { [field.name] = field }
  for _, other in ipairs(request and request.fields or {}) do
    if other.type == "null" and other.name ~= field.name then
      fields[#fields + 1] = other
      fields[other.name] = other
    end
  end
  fields[#fields + 1] = field
  local asked = {
    id = request and request.id or "handler",
    kind = request and request.kind or "handler",
    required = "required",
    metadata = request and request.metadata or {},
    provider = request and request.provider,
    fields = fields,
  }
  return setmetatable({ requests = { asked } }, { __index = step })
end

local function ask(run, step, request, asked)
  local field = as_field(asked)
  if not run.respond then
    return nobody(field.label or field.name)
  end
  local shown = question(step, request, field)
  local values, err = run.respond(shown, context.for_responder(run, step, shown))
  if not values then
    return nil,
      err or errors.new {
        kind = "cancelled",
        code = "no-answer",
        message = ("no answer was given for '%s'"):format(field.label or field.name),
        advice = "Log in again and answer it.",
      }
  end
  local value = values[field.name]
  if field.secret and value ~= nil then
    run.flow.session:protect_once(value)
  end
  return value
end

local function wait(run, seconds)
  if type(seconds) ~= "number" or seconds < 0 or seconds ~= seconds then
    error("context.wait takes a number of seconds", 0)
  end
  run.waited = (run.waited or 0) + seconds
  if run.waited > MOST_WAITING then
    return nil,
      errors.new {
        kind = "handler",
        code = "overtime",
        message = ("a handler waits for more than %d seconds"):format(MOST_WAITING),
        advice = "Ask the person to come back later instead.",
      }
  end
  run.flow.session:trace_event { event = "wait", seconds = seconds }
  local waited, err = run.flow.session.pool:sleep(seconds)
  if waited == nil and err ~= nil then
    return nil, err
  end
  return true
end

---The wiki may have seen a code elsewhere, so that one is no proof of a wrong key; and each further
---code is a wait for the next window.
local function key_refused(codes)
  return errors.new {
    kind = "refused",
    code = "oathauth-login-failed",
    message = ("The wiki refused %d one-time codes of this key, one after the other"):format(codes),
    advice = "Check that the key belongs to this account, and that the clock here is right.",
  }
end

local function one_time_code(run, key)
  if key == nil then
    return nil,
      errors.new {
        kind = "answer",
        code = "totp",
        message = "no key for one-time codes is configured",
        advice = "Give the handler the key that the wiki showed at set-up.",
      }
  elseif run.flow.attempt > MOST_CODES then
    return nil, key_refused(run.flow.attempt - 1)
  end
  local source = totp.source(key, {
    wait = function(seconds)
      return wait(run, seconds)
    end,
  })
  local code, err = source:read()
  if code == nil then
    return nil, err
  end
  run.flow.session:protect_once(code)
  return code
end

local function show_image(run, address)
  local path, err = picture.save(run.flow.session, address)
  if not path then
    return nil, err
  end
  run.pictures[#run.pictures + 1] = path
  if run.respond and core.isatty(2) then
    io.stderr:write(picture.draw(path) or "", "\n")
  end
  run.flow.session:trace_event { event = "picture", path = path }
  return path
end

local function log(run, name, text)
  local session = run.flow.session
  session:trace_event { event = "handler", handler = name, text = plaintext.line(text) }
end

---Only these are called by handlers with time of their own.
local FUNCTIONS <const> = { "ask", "show_image", "totp", "wait", "browse", "log" }

local function bound_functions(run, step, options)
  return {
    ask = function(field)
      return ask(run, step, options.request, field)
    end,
    show_image = function(address)
      return show_image(run, address)
    end,
    totp = function(key)
      return one_time_code(run, key)
    end,
    wait = function(seconds)
      return wait(run, seconds)
    end,
    browse = function(target, drive)
      return run:browse(target or step, drive)
    end,
    log = function(text)
      return log(run, options.entry and options.entry.name, text)
    end,
  }
end

---The Session as a handler sees it: the wiki's time in its calls is not the handler's own.
local function session_of(session, watch)
  return setmetatable({}, {
    __index = function(self, name)
      local value = session[name]
      if type(value) ~= "function" then
        return value
      end
      return function(first, ...)
        return watch:outside(value, first == self and session or first, ...)
      end
    end,
  })
end

---@param run table
---@param step table
---@param options table { entry, request, guard, given }
---@return table context
function context.new(run, step, options)
  local flow, entry = run.flow, options.entry
  local made = {
    session = options.guard and session_of(flow.session, options.guard) or flow.session,
    step = step,
    request = options.request,
    previous = flow.previous,
    attempt = flow.attempt,
    state = entry and run:state(entry) or {},
    config = entry and entry.config or {},
    given = options.given or {},
    remember = run.remember,
    can_ask = run.respond ~= nil,
  }
  local functions = bound_functions(run, step, options)
  for _, name in ipairs(FUNCTIONS) do
    local fn = functions[name]
    made[name] = options.guard and function(...)
      return options.guard:outside(fn, ...)
    end or fn
  end
  return made
end

---@param run table
---@param step table the step as the wiki sent it
---@param shown table the step with only what is still to be answered
---@return table context
function context.for_responder(run, step, shown)
  local made = context.new(run, step, {})
  made.shown = shown
  return made
end

return context
