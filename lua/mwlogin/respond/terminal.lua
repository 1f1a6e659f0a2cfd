---Asks a person on the terminal: what the wiki says, then field after field.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local options_of = require "mwlogin.options"
local picture = require "mwlogin.respond.picture"
local plaintext = require "mwlogin.plaintext"
local talk = require "mwlogin.respond.talk"

local terminal = {}

local OPTIONS <const> = { terminal = "any", draw = "boolean", timeout = "number" }

local Form = {}
Form.__index = Form

-- == what is only shown ===========================================================================

function Form:show_picture(field)
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
  self.talk:say(("The picture is in %s"):format(path))
  return true
end

---What a request tells beside its fields: a question, a picture.
function Form:show(request)
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
        self.talk:say(label)
      end
      if words and words ~= "" then
        self.talk:say(words)
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
      buttons[#buttons + 1] = { value = field.name, label = talk.label_of(field) }
    end
  end
  return buttons
end

function Form:ask_buttons(request, values)
  local buttons = buttons_of(request)
  if #buttons == 0 then
    return true
  elseif #buttons == 1 then
    local field = request.fields[buttons[1].value]
    if not field.optional and request.required ~= "optional" then
      values[field.name] = true
      return true
    end
    local pressed, err = self.talk:ask_yes(field)
    if pressed == nil then
      return nil, err
    end
    values[field.name] = pressed
    return true
  end
  local optional = request.required == "optional"
  local choice = { name = "button", label = "Press", options = buttons, optional = optional }
  local name, err = self.talk:ask_choice(choice)
  if name == nil then
    return nil, err
  elseif name then
    values[name] = true
  end
  return true
end

local ASKED <const> = { null = true, hidden = true, button = true }

---Asks what a request needs; an optional one that needs more than a click is offered first.
function Form:ask_request(request, values)
  local shown, err = self:show(request)
  if not shown then
    return nil, err
  end
  for _, field in ipairs(request.fields) do
    if not ASKED[field.type] then
      if field.help and field.help ~= "" and field.help ~= field.label then
        self.talk:say("  " .. plaintext.line(field.help))
      end
      local wanted = field
      if request.required == "optional" then
        wanted = setmetatable({ optional = true }, { __index = field })
      end
      local value, reason = self.talk:ask_field(wanted)
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
function Form:ask_way(requests)
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
  local number, err = self.talk:ask_choice(choice)
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

function Form:introduce(step)
  if step.rejected then
    self.talk:say "The wiki did not accept the answer:"
  end
  if step.message and step.message ~= "" then
    self.talk:say(plaintext.clean(step.message))
  end
end

function Form:hold(step)
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
    return nil, errors.from(err)
  end
  return tty
end

---A responder that asks on the terminal.
---@param options table|nil { timeout = seconds for an answer, draw = false: pictures are only
---saved, terminal = another one that can `ask`, `write`, `size` and `close` }
---@return fun(step: mwlogin.Step, context: table): table|nil, table|nil
function terminal.new(options)
  if type(options) == "table" and options.requests then
    error("give respond = mwlogin.respond.terminal(): the call makes what asks", 0)
  end
  options_of.check(options, OPTIONS, "respond.terminal", 3)
  options_of.bound(options, { "timeout" }, "respond.terminal", 3)
  options = options or {}
  return function(step, context)
    local tty, err = open(options)
    if not tty then
      return nil, err
    end
    local form = setmetatable({
      talk = talk.new(tty, options),
      tty = tty,
      context = context,
      options = options,
      pictures = {},
    }, Form)
    local _ <close> = setmetatable({}, {
      __close = function()
        for _, path in ipairs(form.pictures) do
          os.remove(path)
        end
        if not options.terminal then
          tty:close()
        end
      end,
    })
    local values, reason = form:hold(step)
    if not values then
      return nil, errors.is(reason) and reason or errors.from(reason)
    end
    return values
  end
end

return terminal
