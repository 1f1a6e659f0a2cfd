package.path = "./?.lua;./?/init.lua;" .. package.path

local core = require("mwlogin.core")
local redirect = require("mwlogin.redirect")
local shared = require("spec.shared")
local stand = require("spec.redirect.stand")

describe("the way through a browser", function()
  local session, way, before
  local site = shared(stand.site)

  lazy_setup(function()
    session = stand.session(site)
  end)

  lazy_teardown(function()
    session:close()
  end)

  before_each(function()
    before = stand.left_behind()
  end)

  after_each(function()
    stand.restore_environment()
    if way then
      way:close()
      way = nil
    end
    stand.nothing_left_since(before)
  end)

  local function prepare(options)
    way = assert(redirect.prepare(session, options))
    return way
  end

  local function step(path)
    return { redirect_url = site.wiki .. path .. way.return_url, requests = {} }
  end

  local function straight()
    return {
      redirect_url = ("%s/authorize?response_type=code&state=abc&redirect_uri=%s"):format(
        site.provider,
        core.encode(way.return_url)
      ),
      requests = {},
    }
  end

  it("listens only if something can open a browser", function()
    prepare()
    assert.is_nil(way.listener)
    assert.equal("http://127.0.0.1:2/mwlogin", way.return_url)
    stand.environment({
      PATH = "/nowhere",
      BROWSER = false,
      MWLOGIN_BROWSER = false,
      DISPLAY = false,
      WAYLAND_DISPLAY = false,
    })
    prepare({ redirect = "auto", browse = true })
    assert.is_nil(way.listener)
    stand.restore_environment()
    prepare({ browse = true })
    assert.equal(way.listener.url, way.return_url)
  end)

  it("takes a return address that is given", function()
    prepare({ return_url = "https://tool.example" })
    assert.equal("https://tool.example/", way.return_url)
    prepare({ return_url = "urn:tool:back" })
    assert.equal("urn:tool:back", way.return_url)
  end)

  it("may be gone by hops alone", function()
    prepare()
    assert.equal(way.return_url, way:follow(step("/direct?return=")))
  end)

  it("is not gone in a browser unless it was asked for, and says what would work", function()
    prepare()
    local address, err = way:follow(step("/plain?return="))
    assert.is_nil(address)
    assert.equal("interaction", err.kind)
    assert.equal("browser_needed", err.code)
    assert.truthy(err.message:find("session cookie", 1, true))
    assert.truthy(err.advice:find("driven", 1, true))
    assert.truthy(err.advice:find("paste", 1, true))
    assert.is_nil(err.advice:find("external", 1, true))
    assert.truthy(err.advice:find("import_cookies", 1, true))
    address, err = way:follow(straight())
    assert.is_nil(address)
    assert.truthy(err.advice:find("external", 1, true))
  end)

  it("says why none is there when the choice is ours", function()
    stand.environment({ DISPLAY = false, WAYLAND_DISPLAY = false, BROWSER = false })
    prepare({ redirect = "auto" })
    local address, err = way:follow(step("/plain?return="), {})
    assert.is_nil(address)
    assert.equal("no_way", err.code)
    assert.truthy(err.message:find("DISPLAY", 1, true))
    assert.truthy(err.message:find("Nobody can be asked", 1, true))
    assert.truthy(err.advice:find("import_cookies", 1, true))
  end)

  it("is a paste when nothing else is there and a person is", function()
    stand.environment({ DISPLAY = false, WAYLAND_DISPLAY = false, BROWSER = false })
    prepare({ redirect = "auto" })
    local address = assert(way:follow(step("/plain?return="), {
      ask = function()
        return site.wiki .. "/back#code=c0de&state=abc"
      end,
    }))
    assert.equal(way.return_url .. "?code=c0de&state=abc", address)
  end)

  it("is a paste when the browser does not start", function()
    stand.environment({
      DISPLAY = ":0",
      MWLOGIN_BROWSER = stand.program("exit 1"),
      MWLOGIN_DRIVER = stand.program("exit 1"),
    })
    prepare({ redirect = "auto" })
    local address = assert(way:follow(step("/plain?return="), {
      ask = function()
        return site.wiki .. "/back#code=c0de&state=abc"
      end,
    }))
    assert.equal(way.return_url .. "?code=c0de&state=abc", address)
    stand.remove_programs()
  end)

  it("may be a function of one's own", function()
    local seen
    prepare({
      redirect = function(asked, context)
        seen = { asked, context }
        return way.return_url .. "?code=1"
      end,
    })
    local asked, context = step("/plain?return="), {}
    assert.equal(way.return_url .. "?code=1", way:follow(asked, context))
    assert.same({ asked, context }, seen)
  end)

  it("refuses from a function what is not the return address", function()
    local answers = { "https://evil.example/?code=1", 7, false }
    for _, answer in ipairs(answers) do
      prepare({
        redirect = function()
          return answer
        end,
      })
      local address, err = way:follow(step("/plain?return="), {})
      assert.is_nil(address)
      assert.equal("handler", err.kind)
    end
    prepare({
      redirect = function()
        return nil, "no luck"
      end,
    })
    local _, err = way:follow(step("/plain?return="), {})
    assert.truthy(err.message:find("no luck", 1, true))
  end)

  it("opens no address that may not be opened", function()
    prepare()
    for _, target in ipairs({ "javascript:alert(1)", "file:///etc/passwd", "http://x.example/" }) do
      local address, err = way:follow({ redirect_url = target, requests = {} }, {})
      assert.is_nil(address)
      assert.truthy(err.kind == "protocol" or err.kind == "tls")
    end
  end)

  it("names a wrong way as a mistake of the program", function()
    assert.has_error(function()
      redirect.prepare(session, { redirect = "drive" })
    end)
    assert.has_error(function()
      redirect.prepare(session, { redirect = true })
    end)
    assert.has_error(function()
      redirect.prepare(session, { return_url = 7 })
    end)
  end)

  it("takes no answer before the step is there, nor one without the state asked for", function()
    prepare({ browse = true })
    local listener = way.listener
    assert.is_false((listener.accept({ query = { code = "1" } })))
    way.step = { requests = { { fields = { state = { name = "state" } } } } }
    assert.is_false((listener.accept({ query = { code = "1" } })))
    assert.is_true((listener.accept({ query = { code = "1", state = "x" } })))
    assert.is_true((listener.accept({ query = {}, form = { code = "1", state = "x" } })))
    assert.is_true((listener.accept({ query = { error = "access_denied" } })))
    way.expected = { state = "ours" }
    assert.is_false((listener.accept({ query = { code = "1", state = "x" } })))
    assert.is_false((listener.accept({ query = { error = "no", state = "x" } })))
    assert.is_true((listener.accept({ query = { code = "1", state = "ours" } })))
  end)

  it("frees its port when closed; closing twice is fine, following then is not", function()
    prepare({ browse = true })
    local port = way.listener.port
    way:close()
    way:close()
    assert.is_nil(require("socket").connect("127.0.0.1", port))
    assert.has_error(function()
      way:follow({ redirect_url = site.wiki, requests = {} }, {})
    end)
  end)
end)
