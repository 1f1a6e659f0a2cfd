local core = require("mwlogin.core")
local redirect = require("mwlogin.redirect")
local stand = require("spec.redirect.stand")

describe("the person's own browser", function()
  local on = stand.for_block()
  local site = on.site

  local function browser(words)
    stand.environment({ BROWSER = words, DISPLAY = false, WAYLAND_DISPLAY = false })
  end

  local function straight(more)
    return {
      redirect_url = ("%s/auto?response_type=code&state=abc&redirect_uri=%s%s"):format(
        site.provider,
        core.encode(on.way.return_url),
        more or ""
      ),
      requests = {},
    }
  end

  it("is opened at the provider, and what comes back is caught", function()
    browser("lua5.4 spec/redirect/visitor.lua %s")
    on.prepare({ redirect = "external" })
    assert.equal(on.way.return_url .. "?code=c0de&state=abc", on.way:follow(straight(), {}))
  end)

  it("may be needed a second time, for an answer of its own", function()
    browser("lua5.4 spec/redirect/visitor.lua %s")
    on.prepare({ redirect = "external" })
    assert(on.way:follow(straight("&give=first"), {}))
    local address = on.way:follow(straight("&give=second"), {})
    assert.equal(on.way.return_url .. "?code=second&state=abc", address)
  end)

  it("is chosen for a straight way back when the choice is ours", function()
    browser("lua5.4 spec/redirect/visitor.lua")
    on.prepare({ redirect = "auto" })
    assert.equal(on.way.return_url .. "?code=c0de&state=abc", on.way:follow(straight(), {}))
  end)

  it("gets the address as one word, whatever stands in it", function()
    browser("lua5.4 spec/redirect/visitor.lua %s")
    on.prepare({ redirect = "external" })
    local more = "&x=$(touch%20/tmp/mwlogin-owned);`id`&y='*'|cat"
    assert(on.way:follow(straight(more), {}))
    assert.truthy(
      site:journal():find("&x=$(touch%20/tmp/mwlogin-owned);%60id%60&y='*'%7Ccat", 1, true)
    )
    assert.is_nil(io.open("/tmp/mwlogin-owned"))
  end)

  it("is left alone by strangers and by answers with another state", function()
    browser("lua5.4 spec/redirect/visitor.lua stray %s")
    on.prepare({ redirect = "external" })
    assert.equal(on.way.return_url .. "?code=c0de&state=abc", on.way:follow(straight(), {}))
    on.way:close()
    browser("lua5.4 spec/redirect/visitor.lua wrong-state %s")
    on.prepare({ redirect = "external" })
    assert.equal(on.way.return_url .. "?code=c0de&state=abc", on.way:follow(straight(), {}))
  end)

  it("is tried by the next program where one fails", function()
    local failing = stand.program("exit 3")
    browser(failing .. ":lua5.4 spec/redirect/visitor.lua")
    on.prepare({ redirect = "external" })
    assert.truthy(on.way:follow(straight(), {}))
    on.way:close()
    browser(failing)
    on.prepare({ redirect = "external" })
    local address, err = on.way:follow(straight(), {})
    assert.is_nil(address)
    assert.equal("interaction", err.kind)
    assert.equal("browser_start", err.code)
  end)

  it("may never come back", function()
    browser("true")
    on.prepare({ redirect = "external", timeout = 0.2 })
    local address, err = on.way:follow(straight(), {})
    assert.is_nil(address)
    assert.equal("timeout", err.code)
  end)

  it("is refused where the way back leads through the wiki's own page, and is told why", function()
    local opened = os.tmpname()
    browser(stand.program("echo opened >> " .. opened))
    on.prepare({ redirect = "external", timeout = 10 })
    local address, err = on.way:follow({
      redirect_url = site.wiki .. "/plain?return=" .. on.way.return_url,
      requests = {},
    }, {})
    assert.is_nil(address)
    assert.equal("interaction", err.kind)
    assert.equal("wrong_way", err.code)
    assert.truthy(err.message:find("session cookie", 1, true))
    assert.truthy(err.advice:find('redirect = "driven"', 1, true))
    assert.truthy(err.advice:find('redirect = "paste"', 1, true))
    assert.truthy(err.advice:find("import_cookies", 1, true))
    local file = assert(io.open(opened))
    assert.equal("", file:read("a"))
    file:close()
    os.remove(opened)
  end)

  it("is not there without a screen and BROWSER, or where MWLOGIN_NO_BROWSER is set", function()
    browser(false)
    local prepared, err = redirect.prepare(on.session, { redirect = "external" })
    assert.is_nil(prepared)
    assert.equal("interaction", err.kind)
    assert.truthy(err.advice:find("paste", 1, true))
    stand.environment({ BROWSER = "true", MWLOGIN_NO_BROWSER = "1" })
    for _, name in ipairs({ "external", "driven" }) do
      prepared, err = redirect.prepare(on.session, { redirect = name })
      assert.is_nil(prepared)
      assert.truthy(err.message:find("MWLOGIN_NO_BROWSER", 1, true))
    end
  end)

  it("cannot come back to an address nobody listens at", function()
    browser("true")
    on.prepare({
      redirect = "external",
      return_url = "https://tool.invalid/back",
    })
    local address, err = on.way:follow(straight(), {})
    assert.is_nil(address)
    assert.equal("no_listener", err.code)
  end)

  it("comes back to a loopback address that is given, unless its port is taken", function()
    browser("lua5.4 spec/redirect/visitor.lua")
    local taken = assert(require("socket").bind("127.0.0.1", 0))
    local port = select(2, taken:getsockname())
    local given = ("http://localhost:%s/my/back"):format(port)
    local prepared, err =
      redirect.prepare(on.session, { redirect = "external", return_url = given })
    assert.is_nil(prepared)
    assert.equal("port", err.code)
    taken:close()
    on.prepare({ redirect = "external", return_url = given })
    assert.equal(given .. "?code=c0de&state=abc", on.way:follow(straight(), {}))
  end)
end)
