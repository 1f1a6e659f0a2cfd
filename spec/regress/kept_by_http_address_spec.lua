-- A Session that was given an http address looked for what is kept under that address, and kept it
-- under the https one it had moved to: nothing was ever found again, and each start logged in. One
-- that was dropped unclosed could not save its cookies: what it had moved to was collected first.
local memory = require("spec.store.memory")
local mwlogin = require("mwlogin")
local scripted = require("spec.session.scripted")

describe("what is kept of a wiki with an http address", function()
  local wiki, store

  before_each(function()
    wiki, store = scripted.wiki_of(), memory.new()
  end)

  local function open()
    return assert(mwlogin.open("http://wiki.example.org/w/api.php", {
      user_agent = "spec",
      store = store,
      transport = function(request)
        if request.url:find("^https:") then
          return wiki.transport(request)
        end
        return { status = 301, headers = { Location = wiki.api }, body = "" }
      end,
    }))
  end

  it("is found again at the https one", function()
    local fresh = {}
    for start = 1, 3 do
      local session <close> = open()
      fresh[start] = assert(session:login({ username = "Alice", password = "open sesame" })).fresh
    end
    assert.same({ true, false, false }, fresh)
    local session <close> = open()
    assert.equal("Alice", assert(session:login({})).name)
  end)

  it("has the cookies of a Session that was dropped unclosed", function()
    local writes
    do
      local session = open()
      assert(session:login({ username = "Alice", password = "open sesame" }))
      session.core:cookies({ "wiki.example.org\tFALSE\t/\tTRUE\t0\tfresh\tx" })
      writes = store.writes
    end
    collectgarbage()
    collectgarbage()
    assert.equal(writes + 1, store.writes)
    local _, text = next(store.kept)
    assert.matches("fresh\\tx", text, 1, true)
  end)

  it("is told by the account that is kept", function()
    do
      local session <close> = open()
      assert(session:login({ username = "Alice", password = "open sesame" }))
    end
    local session <close> = open()
    assert.equal("Alice", (require("mwlogin.login.account").kept(session)))
  end)
end)
