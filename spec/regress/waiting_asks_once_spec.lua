-- Who waited for another's login asked the wiki ten times a second whether what is kept is alive.
local entries = require("mwlogin.store.entry")
local memory = require("spec.store.memory")
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

describe("waiting for another's login", function()
  local CREDENTIALS <const> = { username = "Alice", password = "open sesame", remember = false }

  it("asks the wiki once about each entry that is kept, not once a look", function()
    local wiki = testing.wiki({ accounts = { Alice = { password = "open sesame" } } })
    local store = memory.new()
    local function open()
      return assert(mwlogin.open(wiki.api, {
        transport = wiki.transport,
        user_agent = "spec",
        store = store,
        max_wait = 0.5,
      }))
    end
    do
      local session <close> = open()
      assert(session:login(CREDENTIALS))
    end
    wiki:lose_session()
    local id = store:ids()[1]
    assert(store:lock(id))
    local looks, read = 0, store.read
    function store.read(...)
      looks = looks + 1
      -- as if another process had kept a session that is lost again already
      if looks == 2 then
        local entry = assert(entries.decode(id, store.kept[id]))
        entry.stamp = "another"
        store.kept[id] = entries.encode(entry)
      end
      return read(...)
    end
    wiki.requests = {}
    local session <close> = open()
    local me, err = session:login(CREDENTIALS)
    assert.is_nil(me)
    assert.equal("timeout", err.code)
    assert.is_true(looks > 3)
    assert.equal(2, #wiki.requests)
  end)
end)
