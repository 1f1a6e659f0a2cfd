---Answers given by hand to one step: read, put where they belong, and complained about.
local answers = require "mwlogin.flow.answers"
local choice = require "mwlogin.flow.choice"
local errors = require "mwlogin.error"
local secret = require "mwlogin.secret"
local sheet = require "mwlogin.flow.sheet"

local submission = {}

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
    local read, err = value
    if secret.is_source(value) or type(value) == "function" then
      read, err = secret.resolve(value)
      if read == nil then
        return nil, answers.not_had(tostring(key), err)
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

---What is to be sent of the values given by hand.
---@param self table the flow
---@param values table `field` or `Kind.field` → text, secret, source, boolean or list
---@return table|nil filled
---@return table|nil err
function submission.filled(self, values)
  local plain, err = resolved(values)
  if not plain then
    return nil, err
  end
  local answered
  answered, err = answered_by(self, plain)
  if not answered then
    return nil, err
  end
  local chosen, reason, open = self:choose(answered)
  if not chosen or open then
    return nil, reason or which_way(open)
  end
  local filled, wrong, missing = self:fill(chosen, answered)
  if not filled or #missing > 0 then
    return nil, wrong or missing_fields(missing)
  end
  return filled
end

return submission
