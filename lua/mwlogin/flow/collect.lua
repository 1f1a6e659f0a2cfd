---Collects the answers to one step: for each request the script's answers, then handlers in turn,
---and what is still missing from a person.
local choice = require "mwlogin.flow.choice"
local context = require "mwlogin.flow.context"
local fill = require "mwlogin.flow.fill"
local guard = require "mwlogin.flow.guard"
local person = require "mwlogin.flow.person"
local sheet = require "mwlogin.flow.sheet"
local steps = require "mwlogin.flow.step"

local collect = {}

local TABLE <const> = { table = true }

---What is answered so far in this step, by name: handlers that stand back for answers look at it.
local function given_in(answered)
  local given = {}
  for _, entries in pairs(answered.entries) do
    for name in pairs(entries) do
      given[name] = true
    end
  end
  return given
end

local function ask_handler(run, step, answered, entry, request)
  local watch = guard.new(run.handler_seconds)
  local options = { entry = entry, request = request, guard = watch, given = given_in(answered) }
  local made = context.new(run, step, options)
  local values, err = watch:call(entry, "answer", TABLE, entry.handler, request, made)
  if not values then
    return nil, err
  end
  local who = ("handler '%s'"):format(entry.name)
  local from = entry.built_in and "built-in" or "handler"
  local ok, reason = answered:put_values(values, from, request, who)
  if not ok then
    reason.handler = entry.name
    return nil, reason
  end
  return true
end

---Asks the handlers of a request in turn, until nothing of it is left to answer.
---@param accept fun(entry: table): boolean which of them
---@return boolean|nil answered whether one of them had something to say
---@return table|nil err
local function ask_handlers(run, step, answered, request, accept)
  local said = false
  for _, entry in ipairs(run.flow:known_handlers()) do
    if entry.handler.answer and accept(entry) and not answered:full(request) then
      local matches, err = steps.matches(entry, request, step)
      if err then
        return nil, err
      end
      if matches then
        local values, reason = ask_handler(run, step, answered, entry, request)
        if reason then
          return nil, reason
        end
        said = said or values == true
      end
    end
  end
  return said
end

local function any()
  return true
end

local function of_the_user(entry)
  return not entry.built_in
end

---The value was just refused: giving it again can only be refused again.
local function unlike_last(run, step)
  return function(request, field, value)
    local last = step.rejected and run.flow.last[request.id]
    local refused = last and last[field.name]
    return not refused or type(value) == "table" or not fill.same(refused, value)
  end
end

local function read_answers(run, step, answered, request)
  return answered:read(request, run.answers, function(one)
    return context.new(run, step, { request = one })
  end, unlike_last(run, step))
end

---Lets handlers of the user name one of several ways to log in, where no answer does.
local function let_handlers_name(run, step, answered)
  local named, err = choice.named(step, answered)
  if named or err then
    return err == nil, err
  end
  for _, request in ipairs(step.requests) do
    if request.required == "primary-required" then
      local said, reason = ask_handlers(run, step, answered, request, of_the_user)
      if reason then
        return nil, reason
      elseif said then
        return true
      end
    end
  end
  return true
end

---A request whose answer goes out alone comes first, so that no one-time code is spent beside it.
local function alone_first(run, step)
  local list, rest = {}, {}
  for _, request in ipairs(step.requests) do
    table.insert(run.flow:is_alone(request) and list or rest, request)
  end
  local lonely = #list
  return table.move(rest, 1, #rest, lonely + 1, list), lonely
end

local function to_work_on(request, primary)
  return request.required ~= "primary-required" or request == primary
end

---@return boolean|nil ok
---@return table|nil err
local function from_answers_and_handlers(run, step, answered)
  local ok, err = let_handlers_name(run, step, answered)
  if not ok then
    return nil, err
  end
  local primary
  primary, err = choice.primary(step, answered)
  if err then
    return nil, err
  end
  local list, lonely = alone_first(run, step)
  for position, request in ipairs(list) do
    if to_work_on(request, primary) then
      ok, err = read_answers(run, step, answered, request)
      if ok then
        ok, err = ask_handlers(run, step, answered, request, any)
      end
      if ok == nil then
        return nil, err
      elseif position <= lonely and answered:touched(request) then
        return true
      end
    end
  end
  return true
end

-- == the whole ====================================================================================

---@return table|nil chosen
---@return table|nil filled_or_err
---@return table|nil missing nil when everything is there
---@return table|nil ways
local function judged(run, step, answered)
  local chosen, err, ways = run.flow:choose(answered)
  if not chosen then
    return nil, err
  end
  local filled, reason, missing = run.flow:fill(chosen, answered)
  if not filled then
    return nil, reason
  end
  local idle = #chosen == 0 and #step.requests > 0 and not step.preserved
  if #missing == 0 and not ways and not idle then
    missing = nil
  end
  return chosen, filled, missing, ways
end

---@param run table
---@param step table START, UI, or a RESTART that someone decided on
---@param preset table|nil values that a `restart` handler gave
---@return table|nil result { filled, uses }
---@return table|nil err
function collect.step(run, step, preset)
  local answered = sheet.new(step)
  if preset then
    local fits, err = answered:put_values(preset, "handler", nil, "restart")
    if not fits then
      return nil, err
    end
  end
  local asks_handlers = step.status ~= "RESTART" or preset ~= nil
  if asks_handlers and not run:is_throttled(step) then
    answered:put_answers(run.answers)
    local ok, err = from_answers_and_handlers(run, step, answered)
    if not ok then
      return nil, err
    end
  end
  local chosen, filled, missing, ways = judged(run, step, answered)
  if not chosen then
    return nil, filled
  end
  if missing and run.respond then
    local ok, err = person.ask(run, step, answered, chosen, ways)
    if not ok then
      return nil, err
    end
    chosen, filled, missing, ways = judged(run, step, answered)
    if not chosen then
      return nil, filled
    end
  end
  if missing then
    run.flow.held = answered
    return nil, person.needed(run, step, missing, ways)
  end
  return { filled = filled, uses = answered:uses(filled.chosen) }
end

return collect
