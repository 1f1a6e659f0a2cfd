---What a Session tells about its exchanges: names and shapes, never a secret.
local core = require "mwlogin.core"
local sorted_names = require "mwlogin.sorted_names"
local tracer = require "mwlogin.tracer"

local trace = {}

---Parameters whose values say nothing about anybody's secrets.
local HARMLESS <const> = {
  action = true,
  meta = true,
  list = true,
  prop = true,
  type = true,
  format = true,
  formatversion = true,
  errorformat = true,
  uselang = true,
  assert = true,
  assertuser = true,
  maxlag = true,
  amirequestsfor = true,
  amimessageformat = true,
  siprop = true,
  uiprop = true,
  titles = true,
  title = true,
  username = true,
  lgname = true,
}

local function shape(name, value)
  if core.is_secret(value) then
    return "***"
  end
  local kind = type(value)
  if kind == "table" then
    if not HARMLESS[name] then
      return ("list(%d)"):format(#value)
    end
    local items = {}
    for position, item in ipairs(value) do
      items[position] = tostring(item)
    end
    return table.concat(items, "|")
  elseif kind == "boolean" or (HARMLESS[name] and kind ~= "userdata") then
    return tostring(value)
  elseif kind == "userdata" then
    return "file"
  end
  return kind
end

---Parameters as names and shapes: values of a few harmless ones, else what sort of value it is.
---@param params table
---@return table<string, string>
function trace.shape(params)
  local shapes = {}
  for name, value in pairs(params) do
    if value ~= false then
      shapes[name] = shape(name, value)
    end
  end
  return shapes
end

local function render(value)
  if type(value) ~= "table" then
    return type(value) == "number" and ("%.14g"):format(value) or tostring(value)
  end
  local parts = {}
  if #value > 0 then
    for position, item in ipairs(value) do
      parts[position] = render(item)
    end
  else
    for _, name in ipairs(sorted_names(value)) do
      parts[#parts + 1] = ("%s=%s"):format(name, render(value[name]))
    end
  end
  return "{" .. table.concat(parts, " ") .. "}"
end

---An event as one line of text.
---@param event table
---@return string
function trace.line(event)
  local parts = { os.date "!%Y-%m-%dT%H:%M:%SZ", tostring(event.event) }
  for _, name in ipairs(sorted_names(event)) do
    if name ~= "event" then
      parts[#parts + 1] = ("%s=%s"):format(name, render(event[name]))
    end
  end
  return (table.concat(parts, " "):gsub("%c", "?"))
end

---@param target function|string|file*|nil where events go: called with each, or a file's path
---@return table|nil tracer
---@return string|nil reason the file cannot be written
function trace.new(target)
  if not target or type(target) == "function" then
    return tracer.new(target)
  end
  local file, reason, own = target, nil, nil
  if type(target) == "string" then
    file, reason = io.open(target, "a")
    own = file
  end
  if not file then
    return nil, reason
  end
  return tracer.new(function(event)
    file:write(trace.line(event), "\n")
    file:flush()
  end, own)
end

return trace
