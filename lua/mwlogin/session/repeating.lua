---Waiting and repeating within one bound: only what the wiki did not execute is sent again.
local core = require "mwlogin.core"

local repeating = {}

local FIRST_PAUSE <const>, LONGEST_PAUSE <const> = 2, 30
local SHORTEST_WAIT <const> = 1

---Answers that mean: not executed, later perhaps.
local LATER <const> = { maxlag = true, readonly = true, ratelimited = true }

---A cache in front of the wiki says 503 with Retry-After of a POST, too, that the wiki goes on
---executing when the cache has lost its patience (Varnish does).
local function is_unavailable(session, err)
  if err.status ~= 503 then
    return false -- the Session may be closed by now: then there is nothing to ask
  end
  local last = session.core:last()
  return not (last and last.method == "POST")
end

---A wiki that never answered is more likely misspelt than restarting.
local function may_repeat(session, err)
  if LATER[err.code] then
    return true
  elseif err.status == 429 or is_unavailable(session, err) then
    return err.retry_after ~= nil
  end
  return err.kind == "network" and err.sent == false and session.reached
end

---Calls `once` again after a first try that failed: until it succeeds, fails for good, or the
---deadline would pass.
---@param session mwlogin.Session its pool waits, its trace tells
---@param deadline number as `core.now()` counts
---@param once fun(): any, table|nil
---@param err mwlogin.Error what the first try came to
---@param harmless (fun(err: mwlogin.Error): boolean)|nil what may be repeated although the wiki may
---  have executed it; default: nothing
---@return any result
---@return mwlogin.Error|nil err the last one
function repeating.go_on(session, deadline, once, err, harmless)
  local pause = FIRST_PAUSE
  while may_repeat(session, err) or (harmless and harmless(err)) do
    local wait = math.max(err.retry_after or pause, SHORTEST_WAIT)
    if core.now() + wait > deadline then
      return nil, err
    end
    session:trace_event { event = "wait", seconds = wait, code = err.code }
    local slept, why = session.pool:sleep(wait)
    if not slept then
      return nil, why
    end
    pause = math.min(pause * 2, LONGEST_PAUSE)
    local result
    result, err = once()
    if result ~= nil then
      return result
    end
  end
  return nil, err
end

---Calls `once` until it succeeds, fails for good, or the deadline would pass.
---@param session mwlogin.Session
---@param deadline number as `core.now()` counts
---@param once fun(): any, table|nil
---@param harmless (fun(err: mwlogin.Error): boolean)|nil as for `go_on`
---@return any result
---@return mwlogin.Error|nil err the last one
function repeating.run(session, deadline, once, harmless)
  local result, err = once()
  if result ~= nil then
    return result
  end
  return repeating.go_on(session, deadline, once, err, harmless)
end

---A question is asked once more, under an authorization of its own, where its connection ended
---without an answer: what was signed serves for one sending (T34 of doc/traps.md), so that libcurl
---may not.
---@param method string|nil default: GET
---@param once fun(): any, table|nil, any
---@return any result
---@return mwlogin.Error|nil err
---@return any more what `once` gave besides
function repeating.question(method, once)
  local result, err, more = once()
  local asks = method == nil or method == "GET" or method == "HEAD"
  if result == nil and asks and err.kind == "network" and err.code == "cut" then
    return once()
  end
  return result, err, more
end

return repeating
