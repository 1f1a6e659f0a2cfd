---A store of a spec's own, in memory: what doc/stores.md asks of one, and no more.
local errors = require("mwlogin.error")

local memory = {}

---@return table store with `kept` (texts by id) and `writes` (how many)
function memory.new()
  local kept, locked = {}, {}
  local store = { kept = kept, writes = 0 }
  function store.read(_, id)
    return kept[id]
  end
  function store.write(self, id, text)
    self.writes = self.writes + 1
    kept[id] = text
    return true
  end
  function store.remove(_, id)
    kept[id] = nil
    return true
  end
  function store.lock(_, id)
    if locked[id] then
      return nil, errors.new({ kind = "store", code = "timeout", message = "held" })
    end
    locked[id] = true
    return {
      release = function()
        locked[id] = nil
      end,
    }
  end
  function store.ids()
    local ids = {}
    for id in pairs(kept) do
      ids[#ids + 1] = id
    end
    return ids
  end
  return store
end

return memory
