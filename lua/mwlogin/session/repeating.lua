---Waiting and repeating within one bound: only what the wiki did not execute is sent again.
local core = require "mwlogin.core"

local repeating = {}

local FIRST_PAUSE <const>, LONGEST_PAUSE <const> = 2, 30

---Answers that mean: not executed, later perhaps.
local LATER <const> = { maxlag = true, readonly = true, ratelimited = true }

local function may_repeat(err)
  if LATER[err.code] then
    return true
  elseif err.status == 429 or err.status == 503 then
    return err.retry_after ~= nil
  end
  return err.kind == "network" and err.sent == false
end

---Calls `once` until it succeeds, fails for good, or `seconds` are over.
---@param session table its pool waits, its trace tells
---@param seconds number bound of all waiting together
---@param once fun(): any, table|nil
---@return any result
---@return table|nil err the last one
function repeating.run(session, seconds, once)
  local deadline = core.now() + seconds
  local pause = FIRST_PAUSE
  while true do
    local result, err = once()
    if result ~= nil or not may_repeat(err) then
      return result, err
    end
    local wait = err.retry_after or pause
    if core.now() + wait > deadline then
      return nil, err
    end
    session:trace_event { event = "wait", seconds = wait, code = err.code }
    local slept, why = session.pool:sleep(wait)
    if not slept then
      return nil, why
    end
    pause = math.min(pause * 2, LONGEST_PAUSE)
  end
end

return repeating
