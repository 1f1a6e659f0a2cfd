---Asks a person on the terminal: what the wiki says, then field after field.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local picture = require "mwlogin.respond.picture"
local plaintext = require "mwlogin.plaintext"

local terminal = {}

local MOST_TRIES <const> = 5

local OPTIONS <const> = { terminal = true, draw = true, timeout = true }

local function cancelled(message)
  return nil,
    errors.new {
      kind = "cancelled",
      code = "no-answer",
      message = message,
      advice = "Log in again and answer what is asked.",
    }
end

local function label_of(field)
  local label = field.label and plaintext.line(field.label)
  if not label or label == "" then
    label = field.name
  end
  return (label:gsub("[:%s]+$", ""))
end

---@class mwlogin.respond.Talk
---@field tty table terminal
---@field context table
---@field options table

local Talk = {}
Talk.__index = Talk

function Talk:say(text)
  self.tty:write(text .. "\n")
end

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
  local prompt = ("%s%s: "):format(label_of(field), hint(field, default))
  return self:ask_until(prompt, hidden, function(answer)
    if not is_blank(answer) then
      return answer
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
  self:say(label_of(field) .. ":")
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
  self:say(label_of(field) .. ":")
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
  local prompt = ("%s [%s]: "):format(label_of(field), on and "Y/n" or "y/N")
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

-- == what is only shown ===========================================================================

function Talk:show_picture(field)
  local path, err = picture.save(self.context.session, field.value)
  if not path then
    return nil, err
  end
  self.pictures[#self.pictures + 1] = path
  local size = self.tty:size()
  local drawing = self.options.draw ~= false and picture.draw(path, size and size.columns)
  if drawing then
    self.tty:write(drawing .. "\n")
  end
  self:say(("The picture is in %s"):format(path))
  return true
end

---What a request tells beside its fields: a question, a picture.
function Talk:show(request)
  local pictured = picture.field(request)
  for _, field in ipairs(request.fields) do
    if field == pictured then
      local shown, err = self:show_picture(field)
      if not shown then
        return nil, err
      end
    elseif field.type == "null" then
      local words = plaintext.from_html(field.value)
      local label = field.label
      if label and label ~= "" and label ~= words then
        self:say(label)
      end
      if words and words ~= "" then
        self:say(words)
      end
    end
  end
  return true
end

-- == requests =====================================================================================

local function buttons_of(request)
  local buttons = {}
  for _, field in ipairs(request.fields) do
    if field.type == "button" then
      buttons[#buttons + 1] = { value = field.name, label = label_of(field) }
    end
  end
  return buttons
end

function Talk:ask_buttons(request, values)
  local buttons = buttons_of(request)
  if #buttons == 0 then
    return true
  elseif #buttons == 1 then
    local field = request.fields[buttons[1].value]
    if not field.optional and request.required ~= "optional" then
      values[field.name] = true
      return true
    end
    local pressed, err = self:ask_yes(field)
    if pressed == nil then
      return nil, err
    end
    values[field.name] = pressed
    return true
  end
  local optional = request.required == "optional"
  local choice = { name = "button", label = "Press", options = buttons, optional = optional }
  local name, err = self:ask_choice(choice)
  if name == nil then
    return nil, err
  elseif name then
    values[name] = true
  end
  return true
end

local ASKED <const> = { null = true, hidden = true, button = true }

---Asks what a request needs; an optional one that needs more than a click is offered first.
function Talk:ask_request(request, values)
  local shown, err = self:show(request)
  if not shown then
    return nil, err
  end
  for _, field in ipairs(request.fields) do
    if not ASKED[field.type] then
      if field.help and field.help ~= "" and field.help ~= field.label then
        self:say("  " .. plaintext.line(field.help))
      end
      local wanted = field
      if request.required == "optional" then
        wanted = setmetatable({ optional = true }, { __index = field })
      end
      local value, reason = (BY_TYPE[field.type] or Talk.ask_text)(self, wanted)
      if value == nil then
        return nil, reason
      elseif value == "" and request.required == "optional" and not field.optional then
        return true
      end
      values[field.name] = value
    end
  end
  return self:ask_buttons(request, values)
end

---The name of a way to log in, as a person knows it.
local function way_label(request)
  local buttons = buttons_of(request)
  if #buttons > 0 then
    return buttons[1].label
  end
  return request.provider and request.provider ~= "" and request.provider or request.kind
end

---Which of several ways to log in is taken.
function Talk:ask_way(requests)
  local ways, kept, options = {}, {}, {}
  for _, request in ipairs(requests) do
    if request.required == "primary-required" then
      ways[#ways + 1] = request
      options[#ways] = { value = tostring(#ways), label = way_label(request) }
    end
  end
  if #ways < 2 then
    return requests
  end
  local choice = { name = "way", label = "How to log in", options = options, value = "1" }
  local number, err = self:ask_choice(choice)
  if number == nil then
    return nil, err
  end
  for _, request in ipairs(requests) do
    if request.required ~= "primary-required" or request == ways[tonumber(number)] then
      kept[#kept + 1] = request
    end
  end
  return kept
end

function Talk:introduce(step)
  if step.rejected then
    self:say "The wiki did not accept the answer:"
  end
  if step.message and step.message ~= "" then
    self:say(plaintext.clean(step.message))
  end
end

function Talk:hold(step)
  self:introduce(step)
  local requests, err = self:ask_way(step.requests)
  if not requests then
    return nil, err
  end
  local values, seen = {}, {}
  for _, request in ipairs(requests) do
    if not seen[request.id] then
      seen[request.id] = true
      local ok, reason = self:ask_request(request, values)
      if not ok then
        return nil, reason
      end
    end
  end
  return values
end

local function open(options)
  if options.terminal then
    return options.terminal
  end
  local tty, err = core.terminal()
  if not tty then
    return nil, err
  end
  return tty
end

---A responder that asks on the terminal.
---@param options table|nil { timeout = seconds for an answer, draw = false: pictures are only
---saved, terminal = another one that can `ask`, `write`, `size` and `close` }
---@return fun(step: mwlogin.Step, context: table): table|nil, table|nil
function terminal.new(options)
  options = options or {}
  for name in pairs(options) do
    if not OPTIONS[name] then
      error(("respond.terminal has no option '%s'"):format(tostring(name)), 3)
    end
  end
  return function(step, context)
    local tty, err = open(options)
    if not tty then
      return nil, err
    end
    local talk = setmetatable({
      tty = tty,
      context = context,
      options = options,
      pictures = {},
    }, Talk)
    local _ <close> = setmetatable({}, {
      __close = function()
        for _, path in ipairs(talk.pictures) do
          os.remove(path)
        end
        if not options.terminal then
          tty:close()
        end
      end,
    })
    local values, reason = talk:hold(step)
    if not values then
      return nil, reason
    end
    return values
  end
end

return terminal
