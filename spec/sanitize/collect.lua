---`walk.lua` with a full collection from a count hook at every VM instruction: what C holds without
---an anchor is gone before it is used.
local walk = assert(loadfile "spec/sanitize/walk.lua")
local thread = coroutine.create(walk)
local busy = false
debug.sethook(thread, function()
  if not busy then
    busy = true
    collectgarbage()
    busy = false
  end
end, "", 1)
local ok, err = coroutine.resume(thread)
debug.sethook(thread)
assert(ok, err)
