---One process at a time: waiting for the lock of what is kept.
local core = require "mwlogin.core"

local turn = {}

local DEFAULT_MAX_WAIT <const> = 60
local PAUSE <const> = 0.1

---Waits for the lock, at most max_wait.
---@param session mwlogin.Session its options have a store
---@param id string of the entry
---@param look fun(): any, mwlogin.Error|nil called between; what it finds ends the wait
---@param most number|nil seconds, instead of max_wait
---@return table|nil lock
---@return mwlogin.Error|nil err
---@return any found by `look`; then there is neither lock nor error
function turn.wait(session, id, look, most)
  local store = session.options.store
  local deadline = core.now() + (most or session.options.max_wait or DEFAULT_MAX_WAIT)
  while true do
    local lock, err = store:lock(id)
    if lock or err.code ~= "timeout" then
      return lock, err
    end
    local found, trouble = look()
    if found or trouble then
      return nil, trouble, found
    end
    if core.now() > deadline then
      err.message = "Another process has been logging in to this account for too long"
      err.advice = "Look what it does; end it, and its lock is free."
      return nil, err
    end
    local slept, why = session.pool:sleep(PAUSE)
    if not slept then
      return nil, why
    end
  end
end

---Gives a lock back when the block ends.
---@param lock table
---@return table to be closed
function turn.release_at_end(lock)
  return setmetatable({}, {
    __close = function()
      lock:release()
    end,
  })
end

return turn
