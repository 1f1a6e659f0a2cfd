---Where sessions are kept. A store is any object with these few methods; `file` and
---`redis` make one:
---
---  read(id) → text | nil, err (nil alone: there is none)      remove(id) → true | nil, err
---  write(id, text, lock) → true | nil, err                     ids() → list of ids | nil, err
---  lock(id) → lock | nil, err (code "timeout": somebody else holds it); lock:release()
---and, if it likes, place(id) → text that names an entry in errors.
local store = {}

---One file for each wiki and account.
---@param opts table|nil { folder } default: $XDG_STATE_HOME/mwlogin
---@return table store
function store.file(opts)
  return require("mwlogin.store.file").new(opts)
end

---The same for a fleet, over a Redis client of yours: redis-lua's, or any with get(key),
---eval(script, number of keys, key…, argument…) and smembers(key).
---@param client table|fun(): table a function makes one, and another when that one fails
---@param opts table|nil { prefix = "mwlogin:", lock_seconds = 120 }
---@return table store
function store.redis(client, opts)
  return require("mwlogin.store.redis").new(client, opts)
end

return store
