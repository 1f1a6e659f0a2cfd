---What has been answered of one step so far: values by request and field, and who gave them.
local authrequest = require "mwlogin.authrequest"
local errors = require "mwlogin.error"

local Sheet = {}
Sheet.__index = Sheet

local sheet = {}

---@class mwlogin.flow.Entry
---@field value any
---@field key string|nil the answer it is to be read from, not read yet
---@field tight boolean|nil named by `Kind.field`
---@field from string "answers", "handler", "built-in", "submit" or "respond"

---@param step table
---@return table sheet
function sheet.new(step)
  return setmetatable({ step = step, entries = {} }, Sheet)
end

---@param request table
---@param name string of a field
---@return mwlogin.flow.Entry|nil entry
function Sheet:get(request, name)
  local entries = self.entries[request.id]
  return entries and entries[name]
end

---Puts a value; one that is there already stays.
---@param request table
---@param name string of a field
---@param entry mwlogin.flow.Entry
function Sheet:put(request, name, entry)
  local entries = self.entries[request.id] or {}
  self.entries[request.id] = entries
  if entries[name] == nil then
    entries[name] = entry
  end
end

---Takes a value away.
---@param request table
---@param name string of a field
function Sheet:drop(request, name)
  local entries = self.entries[request.id]
  if entries then
    entries[name] = nil
  end
end

local function says_something(entry)
  return entry.key ~= nil or (entry.value ~= nil and entry.value ~= false)
end

---@param request table
---@return boolean touched whether someone answered anything of this request
function Sheet:touched(request)
  for _, entry in pairs(self.entries[request.id] or {}) do
    if says_something(entry) then
      return true
    end
  end
  return false
end

---Whether answers single this request out among other ways to log in: username and password alone
---do not, other ways may ask for them too.
---@param request table
---@return boolean named
function Sheet:names(request)
  for name, entry in pairs(self.entries[request.id] or {}) do
    local credential = name == "username" or name == "password"
    if says_something(entry) then
      if entry.tight or entry.from == "handler" or not credential then
        return true
      end
    end
  end
  return false
end

---@param request table
---@return boolean both whether username and password of this request are given
function Sheet:has_credentials(request)
  local username, password = self:get(request, "username"), self:get(request, "password")
  return username ~= nil
    and password ~= nil
    and says_something(username)
    and says_something(password)
end

---@param request table
---@return boolean done whether nothing is left that a handler or a person could answer
function Sheet:full(request)
  local visible = 0
  for _, field in ipairs(request.fields) do
    if field.type ~= "null" and field.type ~= "hidden" then
      visible = visible + 1
      if not self:get(request, field.name) then
        return false
      end
    end
  end
  if visible > 0 then
    return true
  end
  for _, field in ipairs(request.fields) do
    if field.type == "hidden" and not self:get(request, field.name) then
      return false
    end
  end
  return true
end

---The requests that have a field of this name; with `preferred` only that one if it has it.
local function askers(self, name, kind, preferred)
  if preferred and (not kind or kind == preferred.kind) then
    if preferred.fields[name] then
      return { preferred }
    end
  end
  local found = {}
  for _, request in ipairs(self.step.requests) do
    if request.fields[name] and (not kind or kind == request.kind) then
      found[#found + 1] = request
    end
  end
  return found
end

local function nobody_asked(self, key, who)
  local asked = table.concat(authrequest.names(self.step.requests), ", ")
  return nil,
    errors.new {
      kind = "answer",
      code = "unknown-field",
      message = ("%sthe wiki does not ask for '%s' in this step"):format(who, key),
      advice = asked ~= "" and ("It asks for: %s."):format(asked)
        or "It asks for nothing: continue with an empty table.",
    }
end

---Puts values that must fit: a field nobody asked for is an error that names what was asked.
---@param values table key → value; a key is `field` or `Kind.field`
---@param from string who gave them
---@param request table|nil the request a handler was asked about
---@param who string|nil for the message
---@return boolean|nil ok
---@return table|nil err kind `answer`
function Sheet:put_values(values, from, request, who)
  for key, value in pairs(values) do
    local name, kind = key, nil
    if type(key) == "string" and key:find(".", 1, true) then
      kind, name = key:match("^(.*)%.([^.]*)$")
    end
    local found = type(key) == "string" and askers(self, name, kind, request) or {}
    if #found == 0 then
      return nobody_asked(self, tostring(key), who and who .. ": " or "")
    end
    for _, asker in ipairs(found) do
      if asker.fields[name].type == "null" then
        return nobody_asked(self, tostring(key), who and who .. ": " or "")
      end
      self:put(asker, name, { value = value, from = from, tight = kind ~= nil })
    end
  end
  return true
end

---Notes which answers of a script belong to this step; they are read later, if they are needed.
---@param answers table of `flow/answers.lua`
function Sheet:put_answers(answers)
  for _, request in ipairs(self.step.requests) do
    for _, field in ipairs(request.fields) do
      local key = answers:find(self.step, request, field)
      if key then
        local tight = key:find(".", 1, true) ~= nil
        self:put(request, field.name, { key = key, from = "answers", tight = tight })
      end
    end
  end
end

---Reads what is not read yet of the answers to one request.
---@param request table
---@param answers table
---@param context fun(request: table): table what a function among the answers gets
---@param unlike fun(request: table, field: table, value: any): boolean false when the wiki has just
---refused this very value
---@return boolean|nil ok
---@return table|nil err
function Sheet:read(request, answers, context, unlike)
  for _, field in ipairs(request.fields) do
    local entry = self:get(request, field.name)
    if entry and entry.key and entry.value == nil then
      local value, err = answers:read(entry.key, field, context(request))
      if err then
        return nil, err
      end
      entry.value = value
      if value == nil or (answers:repeats(entry.key) and not unlike(request, field, value)) then
        self:drop(request, field.name)
      end
    end
  end
  return true
end

---@param requests table[] those that are sent
---@return table uses list of { key, request, field, status } of the answers that were used
function Sheet:uses(requests)
  local uses = {}
  for _, request in ipairs(requests) do
    for _, field in ipairs(request.fields) do
      local entry = self:get(request, field.name)
      if entry and entry.key then
        local use = { key = entry.key, request = request, field = field }
        use.status = self.step.status
        uses[#uses + 1] = use
      end
    end
  end
  return uses
end

return sheet
