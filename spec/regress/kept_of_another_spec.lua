-- What was kept under a word of the caller's (`account`) for one user was given to another who
-- logged in under the same word.
local memory = require("spec.store.memory")
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

describe("a kept session of one user", function()
  it("is not given to another under the same account", function()
    local wiki = testing.wiki({
      accounts = {
        Alice = { password = "open sesame" },
        Bob = { password = "builder of bridges" },
      },
    })
    local store = memory.new()
    local function log_in(credentials)
      local session <close> = assert(mwlogin.open(wiki.api, {
        transport = wiki.transport,
        user_agent = "spec",
        store = store,
        account = "work",
      }))
      local me = assert(session:login(credentials))
      assert.equal(me.name, session:whoami().name)
      return me
    end
    assert.equal("Alice", log_in({ username = "Alice", password = "open sesame" }).name)
    local bob = log_in({ username = "Bob", password = "builder of bridges" })
    assert.equal("Bob", bob.name)
    assert.is_true(bob.fresh)
  end)
end)
