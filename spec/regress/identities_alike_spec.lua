-- The Identity of a kept session had groups and rights, that of a fresh login had not: a program
-- that read them worked at the second start only.
local folders = require "spec.folders"
local mwlogin = require "mwlogin"

local SECRET <const> = ("0123456789abcdef"):rep(2)

describe("the identity of a login", function()
  local folder, wiki, store

  folders.for_each(function(path)
    folder = path
  end)

  before_each(function()
    store = mwlogin.store.file { folder = folder .. "/kept" }
    wiki = mwlogin.testing.wiki {
      accounts = { Alice = { password = "open sesame", botpasswords = { app = SECRET } } },
    }
  end)

  local function names_of(map)
    local names = {}
    for name in pairs(map) do
      names[#names + 1] = name
    end
    table.sort(names)
    return names
  end

  local function log_in(credentials, with)
    local session <close> = assert(mwlogin.open(wiki.api, {
      transport = wiki.transport,
      user_agent = "spec",
      store = with,
    }))
    local me = assert(session:login(credentials))
    assert.equal(me, session.identity)
    return me, assert(session:whoami())
  end

  it("has the same fields, whether it is fresh or was kept", function()
    for _, credentials in ipairs {
      { username = "Alice", password = "open sesame" },
      { username = "Alice@app", password = SECRET },
    } do
      local fresh = log_in(credentials, store)
      local kept, whole = log_in(credentials, store)
      assert.same({ true, false }, { fresh.fresh, kept.fresh })
      assert.same({ "anonymous", "fresh", "id", "method", "name" }, names_of(fresh))
      assert.same(names_of(fresh), names_of(kept))
      assert.is_table(whole.groups)
      assert.is_table(whole.rights)
    end
  end)
end)
