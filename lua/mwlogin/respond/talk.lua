---Asking on a terminal, field by field: text, a choice, several, yes or no.
local display = require "mwlogin.display"
local errors = require "mwlogin.error"
local fresh = require "mwlogin.secret.fresh"
local plaintext = require "mwlogin.plaintext"

local talk = {}

local MOST_TRIES <const> = 5

local function cancelled(message)
  return nil,
    errors.new {
      kind = "cancelled",
      code = "no-answer",
      message = message,
      advice = "Log in again and answer what is asked.",
    }
end

---@param field mwlogin.Field
---@return string label on one line, without a colon at its end
function talk.label_of(field)
  local label = field.label and plaintext.line(field.label)
  if not label or label == "" then
    label = field.name
  end
  return plaintext.without_end(label, "[:%s]")
end

---@class mwlogin.respond.Talk
---@field tty table terminal
---@field options table

local Talk = {}
Talk.__index = Talk

---A line, broken where the terminal ends.
---@param text string
function Talk:say(text)
  self.tty:write(display.wrap(text, display.columns(self.tty:size()), "") .. "\n")
end

---@param prompt string
---@param hidden boolean|nil nothing typed is shown
---@return string|userdata|nil answer
---@return table|nil err
function Talk:ask(prompt, hidden)
  return self.tty:ask(prompt, { echo = not hidden, timeout = self.options.timeout })
end

local function is_blank(answer)
  return #answer == 0
end

---Asks until the answer will do; an empty one is asked again where something is required.
---@param prompt string
---@param hidden boolean
---@param read fun(answer: any): any, string? what it means; nil and words when it will not do
function Talk:ask_until(prompt, hidden, read)
  for _ = 1, MOST_TRIES do
    local answer, err = self:ask(prompt, hidden)
    if answer == nil then
      return nil, err
    end
    local value, reason = read(answer)
    if value ~= nil then
      return value
    end
    self:say(reason)
  end
  return cancelled(("no usable answer in %d tries"):format(MOST_TRIES))
end

-- == fields =======================================================================================

local function hint(field, default)
  if default ~= nil and default ~= "" then
    return (" [%s]"):format(plaintext.line(default))
  end
  return field.optional and " (optional)" or ""
end

function Talk:ask_text(field)
  local hidden = field.secret == true
  local default = not hidden and type(field.value) ~= "table" and field.value or nil
  local prompt = ("%s%s: "):format(talk.label_of(field), hint(field, default))
  return self:ask_until(prompt, hidden, function(answer)
    if not is_blank(answer) then
      return hidden and fresh.mark(answer) or answer
    elseif default ~= nil then
      return tostring(default)
    elseif field.optional then
      return ""
    end
    return nil, "An answer is required."
  end)
end

local function number_of(list, value)
  for number, option in ipairs(list) do
    if option.value == value then
      return number
    end
  end
  return nil
end

function Talk:list(options)
  for number, option in ipairs(options) do
    local label = option.label ~= "" and option.label or plaintext.line(option.value)
    self:say(("  %d  %s"):format(number, label))
  end
end

---One option by its number or its value.
local function pick(options, answer)
  local word = plaintext.line(answer)
  local number = math.tointeger(tonumber(word))
  if number and options[number] then
    return options[number].value
  end
  return number_of(options, word) and word or nil
end

function Talk:ask_choice(field)
  local options = field.options or {}
  self:say(talk.label_of(field) .. ":")
  self:list(options)
  local default = number_of(options, field.value and tostring(field.value))
  local prompt = ("Number%s: "):format(hint(field, default))
  return self:ask_until(prompt, false, function(answer)
    if is_blank(answer) and default then
      return options[default].value
    elseif is_blank(answer) and field.optional then
      return number_of(options, "") and "" or false
    end
    local value = pick(options, answer)
    return value, ("Give a number from 1 to %d."):format(#options)
  end)
end

function Talk:ask_choices(field)
  local options = field.options or {}
  self:say(talk.label_of(field) .. ":")
  self:list(options)
  local prompt = ("Numbers, with blanks between%s: "):format(hint(field))
  return self:ask_until(prompt, false, function(answer)
    local values = {}
    for word in answer:gmatch "[^%s,]+" do
      local value = pick(options, word)
      if not value then
        return nil, ("'%s' is none of the numbers."):format(plaintext.line(word))
      end
      values[#values + 1] = value
    end
    if #values == 0 and not field.optional then
      return nil, "At least one is required."
    end
    return values
  end)
end

local YES <const> = { y = true, yes = true, ["1"] = true }
local NO <const> = { n = true, no = true, ["0"] = true, [""] = true }

function Talk:ask_yes(field)
  local on = field.value ~= nil and field.value ~= false and field.value ~= ""
  local prompt = ("%s [%s]: "):format(talk.label_of(field), on and "Y/n" or "y/N")
  return self:ask_until(prompt, false, function(answer)
    local word = answer:lower():match "^%s*(.-)%s*$"
    if word == "" then
      return on
    elseif YES[word] then
      return true
    elseif NO[word] then
      return false
    end
    return nil, "Answer y or n."
  end)
end

local BY_TYPE <const> = {
  select = Talk.ask_choice,
  multiselect = Talk.ask_choices,
  checkbox = Talk.ask_yes,
}

---@param field mwlogin.Field of any type that is filled in
---@return any value
---@return table|nil err
function Talk:ask_field(field)
  return (BY_TYPE[field.type] or Talk.ask_text)(self, field)
end

---@param tty table terminal
---@param options table of the responder
---@return mwlogin.respond.Talk
function talk.new(tty, options)
  return setmetatable({ tty = tty, options = options }, Talk)
end

return talk
