---One login of a Session at a time, whether a script, a task or a lost session begins it. Who comes
---meanwhile waits for what it comes to: nothing is sent under a session that is just being changed.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"

local flight = {}

local DEFAULT_MAX_WAIT <const> = 60
local PAUSE <const> = 0.02
local BUSY <const> = "busy"

---The name of a logout, which holds the Session like a login, and which a login waits for.
flight.LOGOUT = {}

local Flight = {}
Flight.__index = Flight

function Flight:__close()
  local session = self.session
  session.flight = nil
  if self.is_held then -- it raised, or its task was closed
    session:release()
  end
end

---@return mwlogin.Error kind cancelled
function flight.busy()
  return errors.new {
    kind = "cancelled",
    code = BUSY,
    message = "Another login of this Session is running",
    advice = "Wait for it, or use a Session for each.",
  }
end

---What becomes of something that goes on under an authorization that is gone.
---@return mwlogin.Error kind cancelled
function flight.logged_out()
  return errors.new {
    kind = "cancelled",
    code = "other-user",
    message = "Another task has logged out, or in again, since this was begun",
    advice = "Use a Session for each user.",
  }
end

---@param session mwlogin.Session
---@return table|nil running the login that somebody else than the caller has under way
function flight.elsewhere(session)
  local running = session.flight
  return running and running.owner ~= coroutine.running() and running or nil
end

---Waits, within `max_wait`, as long as a condition holds.
---@param session mwlogin.Session
---@param holds fun(session: mwlogin.Session): any
---@return true|nil
---@return mwlogin.Error|nil err
function flight.wait_while(session, holds)
  local deadline
  while holds(session) do
    deadline = deadline or core.now() + (session.options.max_wait or DEFAULT_MAX_WAIT)
    if core.now() > deadline then
      return nil, flight.busy()
    end
    local slept, why = session.pool:sleep(PAUSE)
    if not slept then
      return nil, why
    end
  end
  return true
end

local function is_busy(session)
  return not session.closed and session.core:is_busy()
end

local function closed()
  return errors.new {
    kind = "cancelled",
    code = "closed",
    message = "The session was closed before the login began",
  }
end

---Waits, within `max_wait`, until nobody else is logging in.
---@param session mwlogin.Session
---@return true|nil
---@return mwlogin.Error|nil err
function flight.await(session)
  if not session.flight then
    return true
  end
  return flight.wait_while(session, flight.elsewhere)
end

---What the login of somebody else comes to.
---@param session mwlogin.Session
---@param running table as of `elsewhere`
---@return any result
---@return mwlogin.Error|nil err
function flight.join(session, running)
  local free, err = flight.await(session)
  if not free then
    return nil, err
  elseif running.result == nil and running.err == nil then
    return nil, flight.busy() -- it raised, or its task was closed
  end
  return running.result, running.err
end

---Runs a login, unless the caller is in one already: then it is part of that.
---@param session mwlogin.Session
---@param name string|table|nil the account; or `flight.LOGOUT`
---@param act fun(...: any): any, mwlogin.Error|nil
---@param ... any what `act` is called with
---@return any result
---@return mwlogin.Error|nil err
function flight.run(session, name, act, ...)
  if session.flight then
    return act(...)
  end
  local running <close> = setmetatable({
    session = session,
    name = name,
    owner = coroutine.running(),
    is_held = nil, -- room for it and the result
  }, Flight)
  session.flight = running
  -- an answer to what other tasks sent before may change the cookies that this login gets; one that
  -- takes longer, an upload, is not waited for
  if is_busy(session) then
    local quiet, why = flight.wait_while(session, is_busy)
    if session.closed then
      quiet, why = nil, closed()
    end
    if not quiet and why.code ~= BUSY then
      running.err = why
      return nil, why
    end
  end
  running.result, running.err = act(...)
  return running.result, running.err
end

---Holds the Session, whose login is running, until `act` returns: no other login begins within it.
---What was read for it alone is wiped then, unless a dialogue goes on by hand.
---@param session mwlogin.Session
---@param act fun(session: mwlogin.Session, credentials: table): any, mwlogin.Error|nil
---@param credentials table
---@return any result
---@return mwlogin.Error|nil err
function flight.hold(session, act, credentials)
  local running = session.flight
  if running.is_held then
    return nil, flight.busy()
  end
  running.is_held = true
  local result, err = act(session, credentials)
  running.is_held = nil
  if err then
    session:clean(err) -- while it is known what it must not say
  end
  if not (err and err.flow) then
    session:release()
  end
  return result, err
end

return flight
