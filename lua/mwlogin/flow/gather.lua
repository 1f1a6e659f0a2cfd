---Gathers the answers to one step: for each request the script's answers, then handlers in turn,
---and what is still missing from a person.
local choice = require "mwlogin.flow.choice"
local context = require "mwlogin.flow.context"
local errors = require "mwlogin.error"
local fill = require "mwlogin.flow.fill"
local guard = require "mwlogin.flow.guard"
local plaintext = require "mwlogin.plaintext"
local sheet = require "mwlogin.flow.sheet"
local steps = require "mwlogin.flow.step"

local gather = {}

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

-- == what a person is asked =======================================================================

local function askable(answered, request)
  local fields, open = {}, false
  for _, field in ipairs(request.fields) do
    local asked = field.type ~= "hidden" and not answered:get(request, field.name)
    if asked then
      fields[#fields + 1] = field
      fields[field.name] = field
      open = open or field.type ~= "null"
    end
  end
  return open and setmetatable({ fields = fields }, { __index = request }) or nil
end

---The step with only what is still to be answered.
local function still_missing(step, answered, chosen, ways)
  local wanted, requests = {}, {}
  for _, list in ipairs { chosen, ways or {} } do
    for _, request in ipairs(list) do
      wanted[request] = true
    end
  end
  for _, request in ipairs(step.requests) do
    local optional = request.required == "optional"
    if wanted[request] or (optional and not answered.entries[request.id]) then
      requests[#requests + 1] = askable(answered, request)
    end
  end
  return setmetatable({ requests = requests }, { __index = step })
end

local function is_blank(value)
  return value == nil or value == "" or value == false or (type(value) == "table" and #value == 0)
end

---A form gives back blanks for all that a person left alone; those answer no optional request.
local function without_blanks(step, values)
  local kept, filled = {}, {}
  for _, request in ipairs(step.requests) do
    for _, field in ipairs(request.fields) do
      local value = values[field.name]
      if request.required == "required" or not is_blank(value) then
        filled[request.id] = true
      end
    end
  end
  for key, value in pairs(values) do
    local keep, known = false, false
    for _, request in ipairs(step.requests) do
      if request.fields[key] then
        known, keep = true, keep or filled[request.id] == true
      end
    end
    if keep or not known then
      kept[key] = value
    end
  end
  return kept
end

local function labels_of(missing)
  local names, words, seen = {}, {}, {}
  for _, one in ipairs(missing) do
    local field, fields = one.field, one.request.fields
    local both = field.name == "password" and fields.retype and fields.skipReset == nil
    if not seen[field.name] and not (both and one.request.required ~= "primary-required") then
      seen[field.name] = true
      names[#names + 1] = field.name
      local label = field.label and field.label ~= "" and (" (%s)"):format(field.label) or ""
      words[#words + 1] = field.name .. label
    end
  end
  return names, table.concat(words, ", ")
end

local function interaction(run, step, missing, ways)
  local names, words = labels_of(missing)
  local message = "the wiki asks for " .. words .. ", and nothing answers it"
  local advice = ("Answer it: answers = { %s = … }, a handler, or respond."):format(
    names[1] or "field"
  )
  if ways then
    message = "the wiki offers several ways to log in: " .. choice.labels(ways)
    advice = "Name one by answering a field of it: username and password, or its button."
  elseif #names == 0 then
    message = "the wiki waits for an answer: " .. (step.message or "it does not say what for")
    advice = "Answer one of its requests with answers, a handler, or respond."
  elseif step.rejected then
    message = ("the wiki refused the answer (%s) and asks again for %s"):format(
      plaintext.line(step.message) or step.code or "it does not say why",
      words
    )
  end
  return nil,
    errors.new {
      kind = "interaction",
      code = ways and "which-way" or step.code or "fields",
      message = message,
      advice = advice,
      fields = names,
      flow = run.flow,
      step = step,
    }
end

local function given_up(err)
  if type(err) == "table" and err.kind then
    return errors.is(err) and err or errors.from(err)
  end
  return errors.new {
    kind = "cancelled",
    code = "no-answer",
    message = err and tostring(err) or "nobody answered what the wiki asks",
    advice = "Log in again and answer it.",
  }
end

local function ask_person(run, step, answered, chosen, ways)
  local shown = still_missing(step, answered, chosen, ways)
  local values, err = run.respond(shown, context.for_responder(run, step, shown))
  if values == nil then
    return nil, given_up(err)
  elseif type(values) ~= "table" then
    error("respond must return a table of answers, or nil and an error", 0)
  end
  return answered:put_values(without_blanks(shown, values), "respond", nil, "respond")
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
function gather.step(run, step, preset)
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
    local ok, err = ask_person(run, step, answered, chosen, ways)
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
    return interaction(run, step, missing, ways)
  end
  return { filled = filled, uses = answered:uses(filled.chosen) }
end

return gather
