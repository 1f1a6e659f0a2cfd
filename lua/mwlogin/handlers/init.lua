---Handlers: what knows one extension's questions. A handler is a plain table (doc/handlers.md);
---the built-in ones are files of this folder under the same contract.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local schema = require "mwlogin.schema"

local handlers = {}

local BUILT_IN <const> = {
  "two_factor_module",
  "totp",
  "recovery_codes",
  "webauthn",
  "email_code",
  "captcha",
  "password",
  "new_password",
  "remember_me",
  "confirm_link",
  "pluggable_auth",
  "openid",
}

---@class mwlogin.handlers.Entry
---@field handler table the plain table, never written to
---@field name string
---@field config table checked against the handler's schema
---@field priority number
---@field built_in boolean

local function unusable(where, reason, cause, advice)
  return nil,
    errors.new {
      kind = "handler",
      code = "unusable",
      handler = where,
      message = ("handler '%s' cannot be used: %s"):format(where, reason),
      advice = advice or "Correct it; doc/handlers.md says what a handler must have.",
      cause = cause,
    }
end

local function is_list_of_strings(value)
  if type(value) ~= "table" or #value == 0 then
    return false
  end
  for _, item in pairs(value) do
    if type(item) ~= "string" then
      return false
    end
  end
  return true
end

local FUNCTIONS <const> = { "match", "answer", "redirect", "restart" }
local LISTS <const> = { "kinds", "fields", "secret_fields" }

---What is wrong with a handler, in words; nil when nothing is.
local function fault(handler)
  if type(handler.name) ~= "string" or handler.name == "" then
    return "it has no name, and no `use`"
  end
  for _, name in ipairs(FUNCTIONS) do
    if handler[name] ~= nil and type(handler[name]) ~= "function" then
      return name .. " must be a function"
    end
  end
  for _, name in ipairs(LISTS) do
    if handler[name] ~= nil and not is_list_of_strings(handler[name]) then
      return name .. " must be a list of strings"
    end
  end
  if handler.priority ~= nil and type(handler.priority) ~= "number" then
    return "priority must be a number"
  elseif not (handler.answer or handler.redirect or handler.restart) then
    return "it has none of answer, redirect and restart"
  elseif handler.answer and not (handler.kinds or handler.fields or handler.match) then
    return "it says of no request that it is its own: give kinds, fields or match"
  end
  local _, reason = schema.check(handler.schema)
  return reason
end

---A handler gets secrets: what others can change is no handler of this user.
local function read_file(path)
  local owned, cause = core.private_file.owned(path)
  if not owned and cause.code ~= "missing" then
    local err = select(2, unusable(path, cause.message, cause))
    err.advice = ("Take it back from the others: chmod go-w %s"):format(path)
    return nil, err
  end
  local chunk, reason = loadfile(path, "t")
  if not chunk then
    return unusable(path, reason)
  end
  local ran, handler = pcall(chunk)
  if not ran then
    return unusable(path, tostring(handler))
  elseif type(handler) ~= "table" then
    return unusable(path, ("the file returns a %s, not a table"):format(type(handler)))
  end
  return handler
end

local function read_module(name)
  local found, handler = pcall(require, name)
  if not found then
    local err = select(2, unusable(name, tostring(handler):match "^[^\n]*"))
    local ours = pcall(require, "mwlogin.handlers." .. name)
    err.advice = ours and ("Did you mean 'mwlogin.handlers.%s'?"):format(name)
      or "Check the name, and that the rock is installed; a file's path has a / or ends in .lua."
    return nil, err
  elseif type(handler) ~= "table" then
    return unusable(name, ("the module returns a %s, not a table"):format(type(handler)))
  end
  return handler
end

---The plain table of what a user named.
local function read(use, where)
  if type(use) == "table" then
    return use
  elseif type(use) ~= "string" then
    return unusable("?", ("a handler is a table or a name, not a %s"):format(type(use)))
  elseif use:find("/", 1, true) or use:find "%.lua$" then
    local absolute = use:sub(1, 1) == "/" or not where
    return read_file(absolute and use or where .. "/" .. use)
  end
  return read_module(use)
end

---@param item table|string handler, path, module name or { use, config }
---@param where string|nil folder that paths are relative to
---@param number integer its place in the list, for one without a name
---@return mwlogin.handlers.Entry|nil entry
---@return table|nil err kind `handler`
local function load_one(item, where, number)
  local use, config = item, nil
  if type(item) == "table" and item.use ~= nil then
    for key in pairs(item) do
      if key ~= "use" and key ~= "config" then
        return unusable(tostring(item.use), ("unknown key '%s' beside use"):format(tostring(key)))
      end
    end
    use, config = item.use, item.config
  end
  local handler, err = read(use, where)
  if not handler then
    return nil, err
  end
  local name = type(handler.name) == "string" and handler.name
    or type(use) == "string" and use
    or ("number %d of the list"):format(number)
  local wrong = fault(handler)
  if wrong then
    return unusable(name, wrong)
  end
  local checked, reason = schema.apply(handler.schema, config)
  if not checked then
    local given = "Give it as { use = %q, config = { … } }, to login or in a profile."
    return unusable(name, reason, nil, given:format(type(use) == "string" and use or name))
  end
  return {
    handler = handler,
    name = name,
    config = checked,
    priority = handler.priority or 0,
    built_in = false,
  }
end

local function by_priority(entries)
  for position, entry in ipairs(entries) do
    entry.position = position
  end
  table.sort(entries, function(one, other)
    if one.priority ~= other.priority then
      return one.priority > other.priority
    end
    return one.position < other.position
  end)
  return entries
end

---The handlers that come with mwlogin.
---@return mwlogin.handlers.Entry[]
function handlers.built_in()
  local entries = {}
  for position, name in ipairs(BUILT_IN) do
    local entry = assert(load_one("mwlogin.handlers." .. name, nil, position))
    entry.built_in = true
    entries[position] = entry
  end
  return entries
end

---Loads handlers and puts them in the order in which they are asked: the given ones, then the
---built-in ones; `priority` overrides (higher first).
---@param list table|nil of handlers, paths, module names or { use = …, config = … }
---@param where string|nil folder that relative paths start from; default the working directory
---@return mwlogin.handlers.Entry[]|nil entries
---@return table|nil err kind `handler`, naming the one that cannot be used
function handlers.load(list, where)
  if list ~= nil and type(list) ~= "table" then
    error("handlers must be a list", 2)
  end
  local entries = {}
  for position, item in ipairs(list or {}) do
    local entry, err = load_one(item, where, position)
    if not entry then
      return nil, err
    end
    entries[position] = entry
  end
  table.move(handlers.built_in(), 1, #BUILT_IN, #entries + 1, entries)
  return by_priority(entries)
end

local function has_kind(kinds, kind)
  for _, one in ipairs(kinds) do
    if one == kind then
      return true
    end
  end
  return false
end

local function has_fields(fields, request)
  for _, name in ipairs(fields) do
    if not request.fields[name] then
      return false
    end
  end
  return true
end

---Whether a handler declares a request its own, as far as `kinds` and `fields` say; its `match`, if
---it has one, is to be asked too.
---@param entry mwlogin.handlers.Entry
---@param request mwlogin.Request
---@return boolean
function handlers.declares(entry, request)
  local handler = entry.handler
  if not (handler.kinds or handler.fields or handler.match) then
    return false
  end
  return (not handler.kinds or has_kind(handler.kinds, request.kind))
    and (not handler.fields or has_fields(handler.fields, request))
end

return handlers
