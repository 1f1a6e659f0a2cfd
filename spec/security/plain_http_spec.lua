-- Wikis over plain http: https before the first secret, or nothing is said.
local counts = require("spec.security.counts")
local mwlogin = require("mwlogin")
local nginx = require("spec.security.nginx")
local served_wiki = require("spec.security.served_wiki")

describe("transport", function()
  local served = served_wiki.for_block()

  it("moves to https before the first secret where the wiki wants it", function()
    local stand <close> =
      served:as("wiki", { ["wiki.example.test:80"] = served.front.ports.forced })
    for _, address in ipairs({
      "http://wiki.example.test/api.php",
      "http://wiki.example.test/index.php",
      "http://wiki.example.test",
    }) do
      served.front:reset()
      local session <close> = assert(mwlogin.open(
        address,
        served:options(stand, {
          http_auth = { username = "front", password = served_wiki.FRONT },
        })
      ))
      assert(session:login({ username = "Alice", password = served.wiki.accounts.Alice }))
      assert.equal("https://wiki.example.test/api.php", session.api)
      local lines = served.front:log("forced")
      assert.is_true(#lines >= 1)
      served_wiki.assert_nothing_said(lines, "Wonder")
      for _, line in ipairs(lines) do
        assert.matches("^GET ", line)
      end
      counts.record("http addresses: what was said before https", #lines, 0)
    end
  end)

  it("sends no secret over http beyond this machine, nor by a proxy there", function()
    local stand <close> = served:as("wiki")
    for name, credentials in pairs(served_wiki.CREDENTIALS) do
      local session <close> =
        assert(mwlogin.open("http://wiki.example.test/api.php", served:options(stand)))
      local me, err = session:login(credentials)
      assert.is_nil(me)
      assert.equal("tls", err.kind)
      assert.equal("insecure_http", err.code, name)
      assert.matches("https", err.advice)
      counts.record("http addresses: what was said before https", 1, 0)
    end
    served_wiki.assert_nothing_said(served:others("open"))
  end)

  it("sends no kept cookie over http beyond this machine", function()
    local stand <close> = served:as("wiki")
    local session <close> =
      assert(mwlogin.open("http://wiki.example.test/api.php", served:options(stand)))
    session:import_cookies({
      "wiki.example.test\tFALSE\t/\tFALSE\t0\twiki_session\tcookie-of-the-wiki",
    })
    local _, err = session:whoami()
    assert.equal("insecure_http", err.code)
    assert.is_string(err.advice)
    _, err = session:fetch("/index.php")
    assert.equal("insecure_http", err.code)
    local later <close> =
      assert(mwlogin.open("http://wiki.example.test/api.php", served:options(stand)))
    assert.is_true(assert(later:whoami()).anonymous)
    later:import_cookies({
      "wiki.example.test\tFALSE\t/\tFALSE\t0\twiki_session\tcookie-of-the-wiki",
    })
    _, err = later:whoami()
    assert.equal("insecure_http", err.code)
    served_wiki.assert_nothing_said(served:others("open"))
    counts.record("http addresses: what was said before https", 1, 0)
  end)

  it("moves to no other path of the host, nor to another host, on the word of http", function()
    for _, to in ipairs({
      "https://wiki.example.test/~mallory/api.php",
      "https://evil.example.test/api.php",
      "http://evil.example.test/api.php",
    }) do
      local liar <close> = nginx.start({ http = ("location / { return 301 %s; }"):format(to) })
      local stand <close> = served:as("wiki", { ["wiki.example.test:80"] = liar.ports.http })
      local session <close> =
        assert(mwlogin.open("http://wiki.example.test/api.php", served:options(stand)))
      local me, err = session:login({ username = "Alice", password = served.wiki.accounts.Alice })
      assert.is_nil(me)
      assert.equal("redirect", err.code, to)
      served_wiki.assert_nothing_said(served:others("wiki", "evil", "evil_http"), "Wonder")
      counts.record("redirects to another origin or back to http", 1, 0)
    end
  end)
end)
