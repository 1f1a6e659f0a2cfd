-- Redirects and pages that lead elsewhere: no server there is sent anything.
local counts = require("spec.security.counts")
local mwlogin = require("mwlogin")
local served_wiki = require("spec.security.served_wiki")

describe("transport", function()
  local served = served_wiki.for_block()

  for _, status in ipairs({ 301, 302, 303, 307, 308 }) do
    for name, credentials in pairs(served_wiki.CREDENTIALS) do
      for where, log in pairs({ away = "evil", down = "open" }) do
        it(("follows no %d of a %s POST (%s)"):format(status, name, where), function()
          local stand <close> = served:as(where .. status)
          local session <close> =
            assert(mwlogin.open("https://wiki.example.test/api.php", served:options(stand)))
          local me, err = session:login(credentials)
          assert.is_nil(me)
          assert.equal("http", err.kind)
          assert.equal("redirect", err.code)
          assert.same({}, served:others(log, "evil_http"))
          for _, one in ipairs(stand.proxy:log()) do
            assert.equal("wiki.example.test:443", one.target)
          end
          counts.record("redirects to another origin or back to http", 1, 0)
        end)
      end
    end

    for where, code in pairs({
      page_away = "redirect",
      page_down = "downgrade",
      page_port = "redirect",
    }) do
      it(
        ("follows no %d of a page (%s) while it looks for the wiki"):format(status, where),
        function()
          local stand <close> = served:as(where .. status)
          local opts = served:options(
            stand,
            { http_auth = { username = "front", password = served_wiki.FRONT } }
          )
          local session, err = mwlogin.open("https://wiki.example.test/wiki/Main", opts)
          assert.is_nil(session)
          assert.equal(code, err.code)
          assert.same({}, served:others("evil", "evil_http", "open"))
          counts.record("redirects to another origin or back to http", 1, 0)
        end
      )
    end

    it(("hands a %d of a page to another origin back"):format(status), function()
      local stand <close> = served:as("page_away" .. status)
      local session <close> = assert(
        mwlogin.open(
          "https://wiki.example.test/api.php",
          served:options(
            stand,
            { http_auth = { username = "front", password = served_wiki.FRONT } }
          )
        )
      )
      session:import_cookies({
        "wiki.example.test\tFALSE\t/\tTRUE\t0\twiki_session\tcookie-of-the-wiki",
      })
      local page = assert(session:fetch("/w/index.php"))
      assert.equal("https://evil.example.test/w/index.php", page.location)
      assert.matches("cookie%-of%-the%-wiki", table.concat(served.front:log("page_away" .. status)))
      assert.same({}, served:others("evil", "evil_http"))
      counts.record("redirects to another origin or back to http", 1, 0)
    end)
  end

  it("believes no page that names an API on another origin", function()
    local stand <close> = served:as("link")
    local session, err = mwlogin.open("https://wiki.example.test/wiki/Main", served:options(stand))
    assert.is_nil(session)
    assert.equal("foreign-api", err.code)
    assert.same({}, served:others("evil", "evil_http"))
    counts.record("redirects to another origin or back to http", 1, 0)
  end)
end)
