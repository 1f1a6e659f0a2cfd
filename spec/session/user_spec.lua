-- Whose session it is.
package.path = "./?.lua;" .. package.path
local scripted = require("spec.session.scripted")

local wiki_of, open, logged_in, api_error =
  scripted.wiki_of, scripted.open, scripted.logged_in, scripted.api_error

describe("whoami", function()
  it("names the user with groups and rights", function()
    local session = logged_in(wiki_of())
    local me = assert(session:whoami())
    assert.equal("Alice", me.name)
    assert.equal("clientlogin", me.method)
    assert.is_false(me.anonymous)
    assert.is_table(me.groups)
    assert.is_table(me.rights)
  end)

  it("takes anonymous for an answer, on a private wiki too", function()
    for _, private in ipairs({ false, true }) do
      local me = assert(open(wiki_of({ private = private })):whoami())
      assert.is_true(me.anonymous)
      assert.equal(0, me.id)
    end
  end)

  it("does not take a user without reading right for anonymous", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:fault(1, api_error("readapidenied"))
    local me, err = session:whoami()
    assert.is_nil(me)
    assert.equal("readapidenied", err.code)
  end)
end)
