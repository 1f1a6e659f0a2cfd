---What is left of a bearer, and of a client's secret, in the memory of the process: while the
---Session lives, what locked memory holds; after it was closed, nothing.
local counts = require "spec.security.counts"
local holding = require "spec.security.holding"
local mwlogin = require "mwlogin"
local oauth2 = require "spec.wiki.oauth2"
local shared = require "spec.shared"

describe("the memory of a program with a bearer", function()
  local wiki = shared(oauth2.start)

  it("holds it in locked memory alone, and no more when the Session is closed", function()
    local bearer
    do
      local session <close> = assert(mwlogin.open(wiki.api, { user_agent = "spec" }))
      assert(session:login { client_id = "public", redirect = wiki:person() })
      bearer = assert(session:token "bearer")
    end
    local secrets = { bearer = bearer }
    local stages = holding.scan({
      address = wiki.api,
      name = "Alice",
      credentials = {},
      sources = { access_token = "file:FOLDER/bearer" },
    }, secrets, { files = secrets })
    assert.same({}, stages.closed.found)
    for _, found in ipairs(stages.login.found) do
      assert.truthy(found:find "^%a+ raw", found)
    end
    counts.record("memory scans after a Session with a bearer was closed", 1, #stages.closed.found)
  end)
end)
