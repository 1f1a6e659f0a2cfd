local target = require("mwlogin.redirect.target")

local HTTPS = { api = "https://wiki.example.org/w/api.php", options = {} }
local HTTP = { api = "http://wiki.example.org/w/api.php", options = { insecure_http = true } }

describe("addresses to open", function()
  it("are https, or http on loopback", function()
    for _, address in ipairs({
      "https://provider.example/authorize?state=a;b&x=$(id)'",
      "http://127.0.0.1:8080/x",
      "http://localhost/x",
      "http://sub.localhost:1/",
      "http://[::1]:8080/",
      "HTTPS://Provider.example/",
    }) do
      assert.equal(address, target.check(address, HTTPS))
    end
  end)

  it("may be http on the wiki's own origin only where insecure_http allows it", function()
    local address = "http://wiki.example.org/w/index.php"
    assert.equal(address, target.check(address, HTTP))
    local _, err = target.check(address, { api = HTTP.api, options = {} })
    assert.equal("tls", err.kind)
    _, err = target.check("http://provider.example/", HTTP)
    assert.equal("tls", err.kind)
    _, err = target.check("http://wiki.example.org:8080/", HTTP)
    assert.equal("tls", err.kind)
  end)

  it("are refused with a reason", function()
    local cases = {
      { "javascript:alert(1)", "target_scheme" },
      { "JavaScript://x/%0aalert(1)", "target_scheme" },
      { "file:///etc/passwd", "target_scheme" },
      { "data:text/html,x", "target_scheme" },
      { "ftp://x/", "target_scheme" },
      { "--proxy-server=evil:1", "target_scheme" },
      { "//provider.example/x", "target_scheme" },
      { "https://user:pass@provider.example/", "target_userinfo" },
      { "https://user@provider.example/", "target_userinfo" },
      { "https://provider.example/\nx", "target_control" },
      { "https://provider.example/\0x", "target_control" },
      { "https://provider.example/a b", "target_control" },
      { "https:\\\\provider.example/", "target_control" },
      { "https://", "target_host" },
      { "https:///x", "target_host" },
      { "", "target_missing" },
      { nil, "target_missing" },
      { 7, "target_missing" },
      { "https://provider.example/" .. ("x"):rep(1024 * 1024), "target_long" },
    }
    for position = 1, 19 do
      local case = cases[position]
      local address, err = target.check(case[1], HTTPS)
      assert.is_nil(address, tostring(case[1]):sub(1, 80))
      assert.equal(case[2], err.code, tostring(case[1]):sub(1, 80))
      assert.equal("protocol", err.kind)
      assert.truthy(#err.message < 200)
    end
  end)

  it("have what no address may hold percent-encoded", function()
    assert.equal(
      "https://provider.example/%60id%60?a=%22%3C%3E%C3%A9",
      target.check('https://provider.example/`id`?a="<>é', HTTPS)
    )
  end)
end)

describe("the way back", function()
  local back = "http://127.0.0.1:4711/back"
  local wiki_page = "https://wiki.example.org/w/index.php?title=Special:Return"

  local function way(address, first)
    return target.way_back(address, first, HTTPS, back)
  end

  it("is the redirect_uri of the address", function()
    local uri = "&redirect_uri=https%3A%2F%2Fwiki.example.org%2Fw%2Findex.php%3Ftitle%3DX"
    assert.equal("wiki", way("https://p.example/?a=1" .. uri, "https://p.example/"))
    uri = "&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Fback"
    assert.equal("return", way("https://p.example/?a=1" .. uri, wiki_page))
  end)

  it("else is the wiki where the wiki sent us, or the return address", function()
    assert.equal("wiki", way("https://p.example/saml", wiki_page))
    assert.equal("return", way("https://p.example/saml", "https://p.example/saml"))
    local other = "https://p.example/?redirect_uri=https%3A%2F%2Fbroker.example%2F"
    assert.equal("wiki", way(other, wiki_page))
    assert.equal("return", way(other, other))
  end)

  it("is reached by the return address itself only", function()
    assert.is_true(target.is_return(back, back))
    assert.is_true(target.is_return(back .. "?code=1", back))
    assert.is_true(target.is_return(back .. "#code=1", back))
    assert.is_true(target.is_return(back .. "?a=1&code=1", back .. "?a=1"))
    assert.is_false(target.is_return(back .. "ward?code=1", back))
    assert.is_false(target.is_return(back .. "/x", back))
    assert.is_false(target.is_return("http://127.0.0.1:4711/", back))
  end)

  it("wants the state back that went out to the return address", function()
    local uri = "https://p.example/?state=a%2Bb&redirect_uri="
    assert.equal("a+b", target.state(uri .. "http%3A%2F%2F127.0.0.1%3A4711%2Fback", back))
    assert.is_nil(target.state(uri .. "https%3A%2F%2Fwiki.example.org%2F", back))
  end)
end)
