---What a person is asked of a step: only what is still missing. And the error where nobody is
---there.
local choice = require "mwlogin.flow.choice"
local context = require "mwlogin.flow.context"
local errors = require "mwlogin.error"
local plaintext = require "mwlogin.plaintext"

local person = {}

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

---The error where nobody is there to ask.
---@param run table
---@param step table
---@param missing table[] { request, field }
---@param ways table[]|nil several ways to log in, of which none is chosen
---@return table err kind interaction
function person.needed(run, step, missing, ways)
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
  return errors.new {
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

---Asks whoever `respond` stands for, and takes down what is said.
---@param run table
---@param step table
---@param answered table the sheet
---@param chosen table[] requests that are answered
---@param ways table[]|nil several ways to log in, of which none is chosen
---@return true|nil
---@return table|nil err
function person.ask(run, step, answered, chosen, ways)
  local shown = still_missing(step, answered, chosen, ways)
  local values, err = run.respond(shown, context.for_responder(run, step, shown))
  if values == nil then
    return nil, given_up(err)
  elseif type(values) ~= "table" then
    error("respond must return a table of answers, or nil and an error", 0)
  end
  return answered:put_values(without_blanks(shown, values), "respond", nil, "respond")
end

return person
