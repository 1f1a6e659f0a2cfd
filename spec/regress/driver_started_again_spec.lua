-- chromedriver takes a free port of IPv4 and ends where another program has that of IPv6, which
-- happens on a busy machine: the login ended with it.
local redirect = require("mwlogin.redirect")
local shared = require("spec.shared")
local stand = require("spec.redirect.stand")

describe("a driver that ends before it has a port", function()
  local site = shared(stand.site)

  after_each(function()
    stand.restore_environment()
    stand.remove_programs()
  end)

  it("is started once more", function()
    local failed = os.tmpname()
    local driver = os.getenv("MWLOGIN_DRIVER") or "chromedriver"
    local once = 'if [ -e %s ]; then rm %s; exit 1; fi; exec %s "$@"'
    stand.environment({
      MWLOGIN_DRIVER = stand.program(once:format(failed, failed, driver)),
    })
    local session <close> = stand.session(site)
    local way <close> = assert(redirect.prepare(session, { browse = true, engine = "webdriver" }))
    local address = way.return_url .. "?code=c0de&state=abc"
    local step = { redirect_url = site.wiki .. "/start?return=" .. way.return_url, requests = {} }
    assert.equal(
      address,
      way:follow(step, {}, function(page)
        assert(page:fill("#login", "alice"))
        assert(page:fill("#password", "Alice & home"))
        assert(page:click("#submit"))
        assert(page:click("#allow"))
      end)
    )
    assert.is_nil(io.open(failed))
  end)
end)
