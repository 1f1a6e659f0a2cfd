-- What is left of the tokens of an authorization code grant, which come in a reply: while the
-- Session lives, what locked memory holds; after it was closed, nothing.
local counts = require("spec.security.counts")
local holding = require("spec.security.holding")
local oauth2 = require("spec.wiki.oauth2")
local shared = require("spec.shared")

describe("the memory of a program that was granted tokens", function()
  local wiki = shared(oauth2.start)

  -- The tokens are not known beforehand: the wiki tells which it gave.
  it("holds them in locked memory alone, and no more when the Session is closed", function()
    local stages = holding.scan({
      address = wiki.api,
      name = "Alice",
      credentials = { client_id = "public", redirect = "external" },
    }, function()
      local given = wiki:given()
      return { access = given.access_token, refresh = given.refresh_token }
    end, { env = { BROWSER = wiki:browser() } })
    assert.same({}, stages.closed.found)
    for _, found in ipairs(stages.login.found) do
      assert.matches("^%a+ raw %(anonymous%)$", found)
    end
    assert.equal(2, #stages.login.found, table.concat(stages.login.found, "; "))
    counts.record("memory scans after a Session with granted tokens", 4, #stages.closed.found)
  end)
end)
