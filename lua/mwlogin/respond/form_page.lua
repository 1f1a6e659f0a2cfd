---A step's fields as an HTML form: no script, every input with its label, works by keyboard alone.
local form_inputs = require("mwlogin.respond.form_inputs")
local page = require("mwlogin.listener.page")
local plaintext = require("mwlogin.plaintext")

local form_page = {}

local escape = page.escape

local function label_of(field)
  local label = field.label
  label = label and plaintext.without_end(label, "[:%s]") or ""
  return label ~= "" and label or field.name
end

local function attributes(list)
  local parts = {}
  for _, pair in ipairs(list) do
    if pair[2] == true then
      parts[#parts + 1] = " " .. pair[1]
    elseif pair[2] then
      parts[#parts + 1] = (' %s="%s"'):format(pair[1], escape(pair[2]))
    end
  end
  return table.concat(parts)
end

local IS_MARKED <const> = { text = true, password = true, select = true }

local function described_by(input, view)
  local ids = {}
  if input.field.help and input.field.help ~= "" then
    ids[#ids + 1] = input.id .. "-help"
  end
  if view.problem and (view.wrong[input.id] or view.rejected) and IS_MARKED[input.kind] then
    ids[#ids + 1] = "problem"
  end
  return #ids > 0 and table.concat(ids, " ") or nil
end

local function help_html(input)
  local help = input.field.help
  if not help or help == "" then
    return ""
  end
  return ('<p class="help" id="%s-help">%s</p>\n'):format(input.id, escape(help))
end

local function value_of(input, view)
  local kept = view.values[input.id]
  if kept ~= nil then
    return kept
  end
  return input.field.value
end

local function note(input, view)
  if input.must or view.ways or input.kind == "button" or input.kind == "checkbox" then
    return ""
  end
  return ' <span class="note">(may stay empty)</span>'
end

local CONTROLS <const> = {}

function CONTROLS.text(input, view)
  local value = value_of(input, view)
  local plain = input.kind == "text" and not input.code and not input.field.secret
  local wrong = view.wrong[input.id] or view.rejected
  return ('<label for="%s">%s%s</label>\n%s<input%s>\n'):format(
    input.id,
    escape(label_of(input.field)),
    note(input, view),
    help_html(input),
    attributes({
      { "type", input.kind },
      { "id", input.id },
      { "name", input.id },
      { "class", input.code and "code" },
      { "value", plain and value ~= "" and value },
      { "autocomplete", form_inputs.hint(input) },
      { "inputmode", input.code and input.field.name ~= "RecoveryCode" and "numeric" },
      { "autocapitalize", "none" },
      { "spellcheck", "false" },
      { "maxlength", "8192" },
      { "required", input.must },
      { "aria-invalid", wrong and "true" },
      { "aria-describedby", described_by(input, view) },
      { "autofocus", view.focus == input.id },
    })
  )
end
CONTROLS.password = CONTROLS.text

function CONTROLS.select(input, view)
  local chosen = value_of(input, view)
  local options = {}
  if chosen == nil then
    options[1] = '<option value="" selected>Please choose</option>'
  end
  for _, option in ipairs(input.field.options or {}) do
    options[#options + 1] = ("<option%s>%s</option>"):format(
      attributes({ { "value", "=" .. option.value }, { "selected", option.value == chosen } }),
      escape(option.label ~= "" and option.label or option.value)
    )
  end
  return ('<label for="%s">%s%s</label>\n%s<select%s>%s</select>\n'):format(
    input.id,
    escape(label_of(input.field)),
    note(input, view),
    help_html(input),
    attributes({
      { "id", input.id },
      { "name", input.id },
      { "required", input.must },
      { "aria-invalid", view.wrong[input.id] and "true" },
      { "aria-describedby", described_by(input, view) },
      { "autofocus", view.focus == input.id },
    }),
    table.concat(options)
  )
end

local function is_among(value, list)
  for _, one in ipairs(type(list) == "table" and list or {}) do
    if one == value then
      return true
    end
  end
  return false
end

function CONTROLS.multiselect(input, view)
  local chosen = value_of(input, view)
  local boxes = {}
  for position, option in ipairs(input.field.options or {}) do
    local id = ("%s.%d"):format(input.id, position)
    local box = '<div class="field check"><input%s><label for="%s">%s</label></div>\n'
    boxes[position] = box:format(
      attributes({
        { "type", "checkbox" },
        { "id", id },
        { "name", id },
        { "value", "1" },
        { "checked", is_among(option.value, chosen) },
      }),
      id,
      escape(option.label ~= "" and option.label or option.value)
    )
  end
  return ('<fieldset class="plain"%s><legend>%s%s</legend>\n%s%s</fieldset>\n'):format(
    attributes({ { "aria-describedby", described_by(input, view) } }),
    escape(label_of(input.field)),
    note(input, view),
    help_html(input),
    table.concat(boxes)
  )
end

function CONTROLS.checkbox(input, view)
  local checked = value_of(input, view)
  return ('<div class="check"><input%s><label for="%s">%s</label></div>\n%s'):format(
    attributes({
      { "type", "checkbox" },
      { "id", input.id },
      { "name", input.id },
      { "value", "1" },
      { "checked", checked == true or checked == "1" },
      { "aria-describedby", described_by(input, view) },
      { "autofocus", view.focus == input.id },
    }),
    input.id,
    escape(label_of(input.field)),
    help_html(input)
  )
end

function CONTROLS.button(input, view)
  return ("<button%s>%s</button>\n%s"):format(
    attributes({
      { "type", "submit" },
      { "class", "second" },
      { "name", input.id },
      { "value", "1" },
      { "formnovalidate", true },
      { "aria-describedby", described_by(input, view) },
    }),
    escape(label_of(input.field)),
    help_html(input)
  )
end

local function to_read(field, view)
  local label = escape(view.plain(field.label or "") or "")
  local value = type(field.value) == "string" and escape(view.plain(field.value) or "") or ""
  if label ~= "" and value ~= "" then
    label = ("<strong>%s</strong>\n"):format(label)
  end
  return label .. value
end

local function picture_html(picture)
  return ('<figure><img src="%s" alt="%s"></figure>\n'):format(
    escape(picture.src),
    escape(picture.alt)
  )
end

local function field_html(request, field, view)
  local picture = view.pictures[field]
  if picture then
    return picture_html(picture)
  end
  if field.type == "null" then
    local text = to_read(field, view)
    return text ~= "" and ('<p class="lead">%s</p>\n'):format(text) or ""
  end
  local input = view.by_field[field]
  if not input then
    if field.type == "hidden" or field.optional then
      return ""
    end
    local odd = '<p class="help odd">%s: this kind of question (%s) cannot be answered here.</p>\n'
    return odd:format(escape(label_of(field)), escape(field.type))
  end
  return ('<div class="field">\n%s</div>\n'):format(CONTROLS[input.kind](input, view, request))
end

---What a way to log in is called: in the wiki's words, else by what its class is called. A button
---says by itself what it is.
local function legend_html(request)
  local legend = request.provider
  if not legend or legend == "" then
    local speaks = false
    for _, field in ipairs(request.fields) do
      speaks = speaks or field.type ~= "button" and field.type ~= "hidden"
    end
    if not speaks then
      return ""
    end
    legend = request.kind:gsub("Request$", ""):gsub("Authentication$", "")
    legend = legend:gsub("(%l)(%u)", "%1 %2")
  end
  return ("<legend>%s</legend>"):format(escape(legend))
end

local function request_html(request, view)
  local parts = {}
  for _, field in ipairs(request.fields) do
    parts[#parts + 1] = field_html(request, field, view)
  end
  local body = table.concat(parts)
  if not view.ways or body == "" or request.required ~= "primary-required" then
    return body
  end
  return ("<fieldset>%s\n%s</fieldset>\n"):format(legend_html(request), body)
end

local TITLES <const> = { START = "Log in", RESTART = "No account here yet" }

local function problem_html(view)
  if not view.problem then
    return ""
  end
  return ('<div class="alert" id="problem" role="alert">%s</div>\n'):format(escape(view.problem))
end

local function needs_continue(view)
  for _, input in ipairs(view.inputs) do
    if input.kind ~= "button" then
      return true
    end
  end
  return #view.inputs == 0
end

---The first thing to fill in gets the focus: what was wrong, else the first input.
local function first_focus(view)
  for _, input in ipairs(view.inputs) do
    if input.kind ~= "button" and input.kind ~= "multiselect" then
      local filled = input.kind == "text" and value_of(input, view)
      if view.wrong[input.id] or (not next(view.wrong) and (not filled or filled == "")) then
        return input.id
      end
    end
  end
end

---The whole page.
---@param step table with only what is to be answered
---@param view table
---  inputs, ways: from `form_inputs.of`; action: where the form goes; token: against forgery;
---  where: the wiki's name; problem: what was wrong, plain text; rejected: the wiki said so;
---  wrong: set of input ids; values: by input id, what was typed before; pictures: by field,
---  { src, alt }; plain(text): mark-up taken off
---@return string html
function form_page.html(step, view)
  view.by_field = {}
  for _, input in ipairs(view.inputs) do
    view.by_field[input.field] = input
  end
  view.focus = first_focus(view)
  local title = TITLES[step.status] or "One more step"
  local parts = { problem_html(view) }
  if step.message and step.message ~= "" and not view.rejected then
    parts[#parts + 1] = ('<p class="lead">%s</p>\n'):format(escape(step.message))
  end
  if view.ways then
    parts[#parts + 1] = '<p class="lead">There are several ways; fill in one of them.</p>\n'
  end
  parts[#parts + 1] = ('<form method="post" action="%s" accept-charset="utf-8">\n'):format(
    escape(view.action)
  )
  parts[#parts + 1] = ('<input type="hidden" name="token" value="%s">\n'):format(view.token)
  if needs_continue(view) then
    -- Enter presses the first button of a form: it must not be one of the wiki's alternatives.
    parts[#parts + 1] = '<button type="submit" name="go" value="1" hidden tabindex="-1"></button>\n'
  end
  for _, request in ipairs(step.requests) do
    parts[#parts + 1] = request_html(request, view)
  end
  parts[#parts + 1] = '<div class="actions">\n'
  if needs_continue(view) then
    parts[#parts + 1] = '<button type="submit" name="go" value="1">Continue</button>\n'
  end
  parts[#parts + 1] = '<button type="submit" class="second" name="cancel" value="1" '
    .. "formnovalidate>Cancel</button>\n</div>\n</form>"
  local shown = view.problem and "Please check: " .. title or title
  return page.html(title, table.concat(parts), { where = view.where, tab = shown })
end

return form_page
