---Which inputs a step needs on a page, and what each of them is to a browser.
local form_inputs = {}

---One input of the form; its name on the page is its number, since two requests may share a name.
---@class mwlogin.respond.Input
---@field id string "f1"…
---@field request mwlogin.Request
---@field field mwlogin.Field
---@field kind string "text", "password", "select", "multiselect", "checkbox" or "button"
---@field must boolean has to be filled

local CODE_KINDS <const> =
  { TOTPAuthenticationRequest = true, EmailAuthAuthenticationRequest = true }
local CODE_FIELDS <const> = { OATHToken = true, RecoveryCode = true, code = true, otp = true }
local KINDS <const> = {
  string = "text",
  password = "password",
  select = "select",
  multiselect = "multiselect",
  checkbox = "checkbox",
  button = "button",
}

local MUST <const> = { text = true, password = true, select = true }

local function is_code(request, field)
  return field.type == "string"
    and (CODE_FIELDS[field.name] or CODE_KINDS[request.kind] or field.name:lower():find("otp"))
      ~= nil
end

local function kind_of(request, field)
  local kind = KINDS[field.type]
  if kind == "text" and field.secret and not is_code(request, field) then
    return "password"
  end
  return kind
end

---The inputs a step needs, in the wiki's order.
---@param step table
---@return mwlogin.respond.Input[] inputs
---@return boolean ways whether the person chooses one of several ways to log in
function form_inputs.of(step)
  local ways = 0
  for _, request in ipairs(step.requests) do
    ways = ways + (request.required == "primary-required" and 1 or 0)
  end
  local inputs = {}
  for _, request in ipairs(step.requests) do
    for _, field in ipairs(request.fields) do
      local kind = kind_of(request, field)
      if kind then
        local asked = request.required ~= "optional"
          and not (ways > 1 and request.required == "primary-required")
        inputs[#inputs + 1] = {
          id = "f" .. #inputs + 1,
          request = request,
          field = field,
          kind = kind,
          code = is_code(request, field),
          must = asked and not field.optional and MUST[kind] == true,
        }
      end
    end
  end
  return inputs, ways > 1
end

---What helps a browser and a password manager to fill it.
---@param input mwlogin.respond.Input
---@return string autocomplete
function form_inputs.hint(input)
  local name = input.field.name
  if input.code then
    return "one-time-code"
  elseif input.kind == "password" then
    if name == "retype" or input.request.fields.retype then
      return "new-password"
    end
    return "current-password"
  elseif name == "username" then
    return "username"
  elseif name == "email" then
    return "email"
  end
  return "off"
end

return form_inputs
