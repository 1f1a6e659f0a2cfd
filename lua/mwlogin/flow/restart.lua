---RESTART: a third party vouched for someone whom the wiki does not know. What then is a decision,
---and only `restart` handlers or a person take it: login credentials are never sent by themselves.
local answers = require "mwlogin.flow.answers"
local context = require "mwlogin.flow.context"
local errors = require "mwlogin.error"
local guard = require "mwlogin.flow.guard"
local handlers = require "mwlogin.handlers"

local restart = {}

local TABLE <const> = { table = true }
local WAYS <const> = { continue = true, createaccount = true, login = true }

local function check(entry, decision)
  local count = 0
  for key, value in pairs(decision) do
    if not WAYS[key] or type(value) ~= "table" then
      local words = "restart returned '%s', not continue, createaccount or login with a table"
      return nil, guard.failure(entry, "wrong-type", words:format(tostring(key)))
    end
    count = count + 1
  end
  if count == 0 or (decision.continue and count > 1) then
    local words = "restart must return one of continue, createaccount and login"
    return nil, guard.failure(entry, "wrong-type", words)
  end
  return decision
end

local function declares_any(entry, requests)
  for _, request in ipairs(requests) do
    if handlers.declares(entry, request) then
      return true
    end
  end
  return false
end

---Handlers that know something of this login are asked; those that name no requests always.
local function is_concerned(entry, run, step)
  local handler = entry.handler
  if not (handler.kinds or handler.fields or handler.match) or run.states[entry] then
    return true
  end
  return declares_any(entry, step.requests) or declares_any(entry, run.flow.answered)
end

local function decide(run, step)
  for _, entry in ipairs(run.flow:known_handlers()) do
    if entry.handler.restart and is_concerned(entry, run, step) then
      local watch = guard.new(run.handler_seconds)
      local made = context.new(run, step, { entry = entry, guard = watch })
      local decision, err = watch:call(entry, "restart", TABLE, entry.handler, step, made)
      if err then
        return nil, err
      elseif decision then
        return check(entry, decision)
      end
    end
  end
  return nil
end

local function undecided(run, step)
  return nil,
    errors.new {
      kind = "interaction",
      code = step.code,
      message = step.message or "the third party vouched for you, but the wiki has no such account",
      advice = "Decide with a restart handler: { continue = … } links a local account, "
        .. "{ createaccount = … } makes one; or flow:submit().",
      flow = run.flow,
      step = step,
    }
end

local function create(run, step, values)
  if not step.can_preserve_state then
    return nil,
      errors.new {
        kind = "refused",
        code = step.code,
        message = "the wiki keeps nothing of this login for a new account",
        advice = "Create the account first, then link it.",
        step = step,
      }
  end
  local creating = run.flow:another("createaccount", {
    preserve_state = true,
    return_url = run.own_return_url,
  })
  return creating:run {
    answers = values,
    handlers = run.options.handlers,
    respond = run.respond,
    redirect = run.options.redirect,
  }
end

---Creating an account does not log in: the login begins again.
local function create_then_login(run, step, decision)
  local created, err = create(run, step, decision.createaccount)
  if not created then
    return nil, err
  end
  run.flow.session:trace_event { event = "account-created", username = created.username }
  if decision.login then
    run.answers = answers.new(decision.login)
  else
    run.answers:afresh()
  end
  run.flow.options.preserve_state = nil
  return run.flow:start()
end

---@param run table
---@param step mwlogin.Step status RESTART
---@return mwlogin.Step|nil step the next one
---@return table|nil err
function restart.go_on(run, step)
  run.restarts = (run.restarts or 0) + 1
  local decision, err
  if run.restarts <= 3 and not run.continued then
    decision, err = decide(run, step)
  end
  if err then
    return nil, err
  elseif not decision then
    if run.respond then
      return run:answer(step)
    end
    return undecided(run, step)
  elseif decision.continue then
    run.continued = true -- what came back to where it was is not sent a second time
    return run:answer(step, decision.continue)
  elseif decision.createaccount then
    return create_then_login(run, step, decision)
  end
  run.answers = answers.new(decision.login)
  run.flow.options.preserve_state = true
  return run.flow:start()
end

return restart
