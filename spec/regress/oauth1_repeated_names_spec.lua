---A name that came twice in an address was signed once, so that the wiki refused the signature; and
---the hop of a redirect was sent under the signature of the first address.
local wiki = require "spec.oauth.wiki"

describe("a page that is fetched with OAuth 1", function()
  it("may have a name twice in its address, also after a redirect", function()
    local site <close> = setmetatable({ it = wiki.start() }, {
      __close = function(self)
        self.it:close()
      end,
    })
    local session <close> = site.it:session()
    assert(session:login(wiki.OWNER_ONLY))
    for _, path in ipairs { "rest.php/v1/x?a=1&a=2&a=1", "rest.php/v1/hop" } do
      local response = assert(session:fetch(path))
      assert.equal(200, response.status, response.body)
    end
  end)
end)
