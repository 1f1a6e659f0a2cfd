---What a wiki asks at the step where a login stopped: shown to whoever has to find answers for it.
local plaintext = require "mwlogin.plaintext"

local asked = {}

local LONGEST <const> = 300

---One line of what the wiki says, at most LONGEST characters of it.
local function short(text)
  local line = plaintext.line(plaintext.from_html(text)) or ""
  local cut = utf8.offset(line, LONGEST + 1)
  return cut and cut <= #line and line:sub(1, cut - 1) .. "…" or line
end

local function choices(field)
  local words = {}
  for position, option in ipairs(field.options) do
    local told = option.label ~= "" and option.label ~= option.value
    words[position] = told and ("%s (%s)"):format(option.value, option.label) or option.value
  end
  return table.concat(words, ", ")
end

local KINDS <const> = {
  hidden = "hidden, goes back by itself",
  checkbox = "a box to tick: 1",
  button = "a button to press: 1",
}

local function describe(field)
  if field.type == "null" then
    return short(field.value or field.label or "")
  elseif field.options then
    return (field.type == "multiselect" and "any of " or "one of ") .. choices(field)
  end
  if KINDS[field.type] then
    return KINDS[field.type]
  elseif field.secret then
    return "a secret text"
  elseif type(field.value) == "string" and field.value ~= "" then
    return ("a text; without an answer: %s"):format(short(field.value))
  end
  return field.optional and "a text, may be empty" or "a text"
end

local function line_of(field)
  local label = field.label and field.type ~= "null" and field.label ~= "" and field.label
  return ("    %s%s: %s"):format(
    field.name,
    label and (" (%s)"):format(short(label)) or "",
    describe(field)
  )
end

---The requests that somebody may have to answer.
local function open_requests(step)
  local list = {}
  for _, request in ipairs(step.requests or {}) do
    if request.required ~= "optional" and #request.fields > 0 then
      list[#list + 1] = request
    end
  end
  return list
end

---@param step mwlogin.Step
---@return string[] lines for a person; none where the step asks nothing
function asked.lines(step)
  local lines = {}
  local requests = open_requests(step)
  if #requests > 0 and step.message and step.message ~= "" then
    lines[1] = "The wiki says: " .. short(step.message)
  end
  for _, request in ipairs(requests) do
    lines[#lines + 1] = ("  %s%s"):format(
      request.kind,
      request.required == "primary-required" and " (a way to log in)" or ""
    )
    for _, field in ipairs(request.fields) do
      lines[#lines + 1] = line_of(field)
    end
  end
  return lines
end

---@param step mwlogin.Step
---@return table[] requests as --json tells them
function asked.requests(step)
  local list = {}
  for position, request in ipairs(open_requests(step)) do
    local fields = {}
    for place, field in ipairs(request.fields) do
      fields[place] = {
        name = field.name,
        type = field.type,
        label = field.label,
        options = field.options,
        value = field.type == "null" and field.value or nil,
      }
    end
    list[position] = { kind = request.kind, required = request.required, fields = fields }
  end
  return list
end

return asked
