--- Steps for specs of what a person is shown, made as authrequest makes them.

local authrequest = require("mwlogin.authrequest")

local step = {}

--- A field as a wiki sends it.
function step.field(name, kind, more)
  local field = more or {}
  field.name, field.type, field.label = name, kind, field.label or name
  return field
end

--- A request as a wiki sends it.
function step.request(kind, required, fields, more)
  local raw = more or {}
  raw.id, raw.required, raw.fields, raw.metadata = kind, required, fields, raw.metadata or {}
  for _, field in ipairs(table.move(fields, 1, #fields, 1, {})) do
    fields[field.name] = field
  end
  return raw
end

--- A step with these requests.
function step.new(status, requests, more)
  local made = more or {}
  made.status, made.requests = status, authrequest.read(requests)
  return made
end

return step
