---Runs a handler's code: in the caller's coroutine, with an end to it, and with its failures
---named.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"

local guard = {}

local Guard = {}
Guard.__index = Guard

---Seconds of its own that a call of a handler may take.
local SECONDS <const> = 10
local INSTRUCTIONS <const> = 10000

local OVERTIME <const> = setmetatable({}, {
  __tostring = function()
    return "the handler took too long"
  end,
})

---@param seconds number|nil
---@return table guard
function guard.new(seconds)
  return setmetatable({ seconds = seconds or SECONDS, outside_seconds = 0 }, Guard)
end

---@return number seconds of the handler's own, without what it spent outside
function Guard:elapsed()
  return core.now() - self.started - self.outside_seconds
end

local run

---A handler that catches the error would go on; with a hook at each instruction it cannot.
local function stop(self)
  self.over = true
  debug.sethook(function()
    if debug.getinfo(2, "f").func ~= run then
      error(OVERTIME, 0)
    end
  end, "", 1)
  error(OVERTIME, 0)
end

---Watches the handler from now on.
function Guard:arm()
  self.armed = true
  debug.sethook(function()
    if self:elapsed() > self.seconds then
      stop(self)
    end
  end, "", INSTRUCTIONS)
end

---Runs `fn` outside the handler's own time: what it does has bounds of its own.
---@param fn function
---@param ... any for it
---@return any ... what it returns
function Guard:outside(fn, ...)
  if not self.armed then
    return fn(...)
  end
  debug.sethook()
  self.armed = false
  local began = core.now()
  local results = table.pack(pcall(fn, ...))
  self.outside_seconds = self.outside_seconds + core.now() - began
  self:arm()
  if not results[1] then
    error(results[2], 0)
  end
  return table.unpack(results, 2, results.n)
end

function run(self, fn, ...)
  local hook, mask, count = debug.gethook()
  local ours = hook == nil or type(hook) == "function"
  self.started = core.now()
  if ours then
    self:arm()
  end
  local results = table.pack(pcall(fn, ...))
  self.armed = false
  if ours then
    debug.sethook(hook, mask or "", count or 0)
  end
  return results
end

---@param entry table handler as loaded
---@param code string
---@param message string
---@param cause any
---@param advice string|nil
---@return table err kind `handler`
function guard.failure(entry, code, message, cause, advice)
  return errors.new {
    kind = "handler",
    code = code,
    handler = entry.name,
    message = ("handler '%s': %s"):format(entry.name, message),
    advice = advice or "Correct the handler; doc/handlers.md says what it must return.",
    cause = cause,
  }
end

---What was raised, where that can be read: the address of a table tells nobody anything.
local function text_of(raised)
  local made, text = pcall(tostring, raised)
  if type(raised) == "string" or (made and not text:find "^%a+: 0x%x+$" and raised ~= nil) then
    return text
  end
  return ("a %s, which is no text"):format(type(raised))
end

---Calls one function of a handler.
---@param entry table handler as loaded
---@param method string "answer", "match", "redirect" or "restart"
---@param wanted table<string, boolean> types it may return beside nil
---@param ... any for the handler's function
---@return any value nil when the handler has nothing to say
---@return table|nil err
function Guard:call(entry, method, wanted, ...)
  local results = run(self, entry.handler[method], ...)
  if self.over then
    local words = ("%s ran for more than %g seconds"):format(method, self.seconds)
    return nil, guard.failure(entry, "overtime", words)
  elseif not results[1] then
    local raised = results[2]
    local words = ("%s raised an error: %s"):format(method, text_of(raised))
    return nil, guard.failure(entry, "raised", words, errors.is(raised) and raised or nil)
  end
  local value, err = results[2], results[3]
  if value == nil then
    if type(err) == "table" and err.kind then
      return nil, errors.is(err) and err or errors.from(err)
    elseif err ~= nil then
      local advice = "Look at what the handler says; it has stopped the login by itself."
      return nil, guard.failure(entry, "stopped", tostring(err), nil, advice)
    end
    return nil
  elseif not wanted[type(value)] then
    local words = "%s returned a %s, not a %s or nil"
    local list = table.concat(require "mwlogin.sorted_names"(wanted), " or a ")
    return nil, guard.failure(entry, "wrong-type", words:format(method, type(value), list))
  end
  return value
end

return guard
