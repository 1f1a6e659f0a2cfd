-- What an address says about where secrets may go.
local core = require("mwlogin.core")

describe("an address", function()
  it("is taken apart", function()
    assert.same({
      scheme = "https",
      host = "wiki.example.org",
      port = 8443,
      path = "/w/index.php",
      query = "title=A&b",
      fragment = "top",
      origin = "https://wiki.example.org:8443",
      loopback = false,
      userinfo = false,
    }, core.address("HTTPS://Wiki.Example.ORG:8443/w/index.php?title=A&b#top"))
  end)

  it("has its scheme's port and a path when it names none", function()
    local address = core.address("http://wiki.example.org")
    assert.equal(80, address.port)
    assert.equal("/", address.path)
    assert.is_nil(address.query)
    assert.equal("http://wiki.example.org", address.origin)
    assert.equal(443, core.address("https://a/").port)
    assert.equal("https://a", core.address("https://a:443/x").origin)
    assert.equal("http://a:443", core.address("http://a:443/x").origin)
  end)

  it("is this machine's only when it says so", function()
    local own = {
      "http://127.0.0.1/",
      "http://127.9.8.7:80/",
      "http://[::1]/",
      "http://localhost/",
      "http://LOCALHOST:1/",
      "http://wiki.localhost/",
    }
    for _, text in ipairs(own) do
      assert.is_true(core.address(text).loopback, text)
    end
    local others = {
      "http://128.0.0.1/",
      "http://127.0.0.1.example.org/",
      "http://localhost.example.org/",
      "http://notlocalhost/",
      "http://[::2]/",
      "http://10.0.0.1/",
      "http://12.7.0.0.1.org/",
      "http://127.example.org/",
    }
    for _, text in ipairs(others) do
      assert.is_false(core.address(text).loopback, text)
    end
  end)

  it("tells whether a name or password stands in it", function()
    assert.is_true(core.address("https://me@host/").userinfo)
    assert.is_true(core.address("https://me:pw@host/").userinfo)
    assert.is_false(core.address("https://host/me@there").userinfo)
  end)

  it("is http or https", function()
    for text, code in pairs({
      ["ftp://host/"] = "scheme",
      ["file:///etc/passwd"] = "scheme",
      ["javascript:alert(1)"] = "address",
      ["host/path"] = "address",
      [""] = "address",
      ["http://"] = "address",
      ["http://a b/"] = "address",
      ["http://host:99999/"] = "address",
      ["http://host\0.org/"] = "address",
    }) do
      local address, err = core.address(text)
      assert.is_nil(address, text)
      assert.equal("answer", err.kind)
      assert.is_true(err.code == code or err.code == "address" or err.code == "scheme", text)
    end
  end)

  it("resolves against another", function()
    local base = "https://host:8443/w/api.php?x=1"
    for relative, absolute in pairs({
      ["index.php"] = "https://host:8443/w/index.php",
      ["/rest.php?a=b"] = "https://host:8443/rest.php?a=b",
      ["//other/x"] = "https://other/x",
      ["?q=2"] = "https://host:8443/w/api.php?q=2",
      ["../up"] = "https://host:8443/up",
      ["http://else/where#there"] = "http://else/where#there",
    }) do
      assert.equal(absolute, core.resolve(base, relative))
    end
    local resolved, err = core.resolve(base, "ftp://host/x")
    assert.is_nil(resolved)
    assert.equal("answer", err.kind)
  end)
end)
