---The answers a script gave for a whole login, and which step each of them belongs to.
---
---A plain value answers the first step that asks and is then used up; a source or function is
---asked each time. So OpenID's `code` never becomes the two-factor `code`, nor the password a new
---one.
local errors = require "mwlogin.error"
local secret = require "mwlogin.secret"

local Answers = {}
Answers.__index = Answers

local answers = {}

local CHOICES <const> = { select = true, multiselect = true, checkbox = true, button = true }

---@param values table|nil key → value, source or function; a key is `field` or `Kind.field`
---@param credentials table|nil `username`, `password`
---@return table answers
function answers.new(values, credentials)
  local all = {}
  for key, value in pairs(values or {}) do
    if type(key) ~= "string" then
      error("answers are named: answers = { field = value }", 3)
    end
    all[key] = value
  end
  for name, value in pairs(credentials or {}) do
    if all[name] == nil then
      all[name] = value
    end
  end
  return setmetatable({
    values = all,
    credentials = credentials or {},
    spent = {},
    asked = {},
  }, Answers)
end

local function is_source(value)
  return type(value) == "function" or secret.is_source(value)
end

local Judged = {}

---A plain value that is not for every field: used up like any other, once it was sent.
---@param value any
---@param judge fun(field: mwlogin.Field): string|nil says why this field does not get it
---@return table answer
function answers.judged(value, judge)
  return setmetatable({ value = value, judge = judge }, Judged)
end

---@param key string
---@return boolean available whether it was given, and is not used up yet
function Answers:available(key)
  return self.values[key] ~= nil and not self.spent[key]
end

---@param key string
---@return boolean repeats whether the answer is asked for anew each time
function Answers:repeats(key)
  return is_source(self.values[key])
end

local function key_of_credential(self, step, request, name)
  if step.status == "START" then
    return nil
  end
  if request.fields.retype then
    return self:available "retype" and "retype"
  end
  local tight = request.kind .. "." .. name
  return self:available(tight) and tight
end

---The answer that belongs to a field of this step, by name; nothing is read yet.
---@param step table
---@param request table
---@param field table
---@return string|nil key
function Answers:find(step, request, field)
  local name = field.name
  if field.type == "null" or (step.status ~= "START" and step.status ~= "UI") then
    return nil
  end
  if name == "rememberMe" and step.status ~= "START" then
    return nil
  end
  if step.status ~= "START" and (name == "username" or name == "password") then
    return key_of_credential(self, step, request, name) or nil
  end
  local tight = request.kind .. "." .. name
  if self:available(tight) then
    return tight
  end
  return self:available(name) and name or nil
end

---What is told when an answer could not be had, always with the name of its field.
---@param key string
---@param cause any an error of the source, or words
---@return mwlogin.Error
function answers.not_had(key, cause)
  if errors.is(cause) then
    if cause.kind == "answer" then
      cause.message = ("'%s': %s"):format(key, cause.message)
    end
    return cause
  end
  return errors.new {
    kind = "answer",
    code = "source",
    message = ("the answer for '%s' could not be had: %s"):format(
      key,
      cause and tostring(cause) or "the source gave nothing"
    ),
    advice = "Look at what this answer is read from.",
  }
end

---Reads an answer: a plain value as it is, a source or function asked now.
---@param key string as `find` gave it
---@param field mwlogin.Field
---@param context table what a function gets beside the field
---@return any value nil when the function has no answer
---@return table|nil err
function Answers:read(key, field, context)
  local value, err = self.values[key]
  self.asked[key] = true
  if getmetatable(value) == Judged then
    err = value.judge(field)
    if err then
      return nil, answers.not_had(key, err)
    end
    value = value.value
  end
  if type(value) == "function" then
    local ok
    ok, value, err = pcall(value, field, context)
    if not ok or (value == nil and err ~= nil) then
      return nil, answers.not_had(key, ok and err or tostring(value))
    end
  end
  if secret.is_source(value) then
    if value.key ~= nil then
      value, err = context.totp(value.key)
    else
      value, err = secret.resolve(value)
    end
    if value == nil then
      return nil, answers.not_had(key, err)
    end
  end
  return value
end

---Marks the plain answers of a step that was sent as used.
---@param uses table list of { key, request, field, status }
function Answers:spend(uses)
  for _, use in ipairs(uses) do
    self.asked[use.key] = true
    if not self:repeats(use.key) then
      self.spent[use.key] = use
    end
  end
end

---An answer to a challenge is worth nothing to the next one, nor is a code of a later step.
local function is_for_once(use)
  if CHOICES[use.field.type] then
    return false
  end
  if use.status ~= "START" then
    return true
  end
  for _, field in ipairs(use.request.fields) do
    if field.type == "hidden" then
      return true
    end
  end
  return false
end

---After a login was lost on the wiki: what may be said again is there again, one-time values not.
function Answers:afresh()
  for key, use in pairs(self.spent) do
    if not is_for_once(use) then
      self.spent[key] = nil
    end
  end
end

---@return table<string, true> names of the plain answers that were good for one time, and are used
function Answers:used_up()
  local names = {}
  for key, use in pairs(self.spent) do
    names[key] = is_for_once(use) or nil
  end
  return names
end

---@param step table|nil where the dialogue stands: what it asks is not unused
---@return string[] names of the answers no step asked for, sorted
function Answers:unused(step)
  local names, asked_now = {}, {}
  for _, request in ipairs(step and step.requests or {}) do
    for _, field in ipairs(request.fields) do
      asked_now[self:find(step, request, field) or ""] = true
    end
  end
  for key in pairs(self.values) do
    if not self.asked[key] and not asked_now[key] and self.credentials[key] == nil then
      names[#names + 1] = key
    end
  end
  table.sort(names)
  return names
end

return answers
