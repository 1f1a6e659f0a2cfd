---The secrets of a Session: what must never be seen in an error, or by whoever listens to it.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local fresh = require "mwlogin.secret.fresh"

local tracer = {}

---Lists of nothing, which no Session has of its own.
local NONE <const> = {}

local Tracer = { secrets = NONE, passing = NONE, kept = NONE } -- until there are some
Tracer.__index = Tracer

local MOST_SECRETS <const> = 200

---Tokens come as texts and die soon; what the user gave is kept as a secret, and stays.
local function forget_oldest_text(secrets)
  for position, value in ipairs(secrets) do
    if type(value) == "string" then
      table.remove(secrets, position)
      return
    end
  end
end

---@param sink? fun(event: table) who listens; nobody does as a rule
---@param file? file* what to close at the end
---@return table tracer
function tracer.new(sink, file)
  return setmetatable({ sink = sink, file = file }, Tracer)
end

---All that must not be seen now: the secrets remembered here, and those the Session keeps.
local function hidden_by(self)
  local kept = self.kept
  if #kept == 0 then
    return self.secrets
  end
  return table.move(kept, 1, #kept, #self.secrets + 1, { table.unpack(self.secrets) })
end

---@return boolean whether anybody is told
function Tracer:is_on()
  return self.sink ~= nil
end

local function added(list, value)
  if list == NONE then
    return { value }
  end
  list[#list + 1] = value
  return list
end

local function holds(secrets, value)
  for position = 1, #secrets do
    if secrets[position] == value then
      return true
    end
  end
  return false
end

---Remembers what must never be seen.
---@param value any a secret or a string; anything else is none
function Tracer:protect(value)
  local is_one = core.is_secret(value) or (type(value) == "string" and #value >= 4)
  if is_one and not holds(self.secrets, value) then
    if #self.secrets >= MOST_SECRETS then
      forget_oldest_text(self.secrets)
    end
    self.secrets = added(self.secrets, value)
  end
end

---As `protect`, for what was read for one login: `release` ends it.
---@param value any
function Tracer:protect_once(value)
  self:protect(value)
  if fresh.is(value) then
    self.passing = added(self.passing, value)
  end
end

---After a login: what was read for it alone is wiped.
function Tracer:release()
  if #self.passing == 0 then
    return
  end
  local is_over = {}
  for _, value in ipairs(self.passing) do
    is_over[value] = true
    fresh.wipe(value)
  end
  self.passing = NONE
  local kept = {}
  for _, value in ipairs(self.secrets) do
    if not is_over[value] then
      kept[#kept + 1] = value
    end
  end
  self.secrets = kept
end

---@param value any
---@return any value with every secret in its strings replaced by ***
function Tracer:redact(value)
  if type(value) == "string" then
    return core.redact(value, hidden_by(self))
  elseif type(value) == "table" and getmetatable(value) == nil then
    local copy = {}
    for name, item in pairs(value) do
      copy[self:redact(name)] = self:redact(item)
    end
    return copy
  elseif core.is_secret(value) then
    return "***"
  end
  return value
end

---As `redact`, for a code that programs compare: one of a wiki's usual shape stays, though a short
---password may be a part of it, unless it is the secret itself.
---@param code any
---@return any code
function Tracer:redact_code(code)
  if type(code) == "table" and getmetatable(code) == nil then
    local copy = {}
    for position, one in pairs(code) do
      copy[position] = self:redact_code(one)
    end
    return copy
  end
  local hidden = self:redact(code)
  local usual = type(code) == "string" and code:find "^[%l%d_-]+$" and hidden ~= "***"
  return usual and code or hidden
end

---The dialogue an error carries is the program's to go on with: its values stay.
local CARRIED <const> = { flow = true, step = true, kind = true }

local CODES <const> = { code = true, codes = true, module = true }

---Takes every secret out of what an error says, and out of the errors that caused it.
---@param err mwlogin.Error
---@return mwlogin.Error err the same
function Tracer:clean(err)
  for name, value in pairs(err) do
    if errors.is(value) then
      self:clean(value)
    elseif CODES[name] then
      err[name] = self:redact_code(value)
    elseif not CARRIED[name] then
      err[name] = self:redact(value)
    end
  end
  return err
end

---@param event table plain; `event` names it
function Tracer:event(event)
  if self.sink then
    self.sink(self:redact(event))
  end
end

---Closes the file, wipes what was read for one login and forgets the other secrets.
function Tracer:close()
  self:release()
  if self.file then
    self.file:close()
  end
  self.file, self.sink, self.secrets = nil, nil, nil
end

return tracer
