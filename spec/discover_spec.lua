-- From any address to api.php. The web is a table of answers by URL.
package.path = "./?.lua;" .. package.path
local mwlogin = require("mwlogin")

local HOST = "https://wiki.example.org"
local API = HOST .. "/w/api.php"
local PAGE = '<html><head><link rel="EditURI" type="application/rsd+xml" href="%s"/></head></html>'

local function page(href)
  return { status = 200, headers = { ["Content-Type"] = "text/html" }, body = PAGE:format(href) }
end

local function moved(location)
  return { status = 301, headers = { Location = location }, body = "" }
end

local function json(text)
  return { status = 200, headers = { ["Content-Type"] = "application/json" }, body = text }
end

local NOTHING = { status = 404, headers = { ["Content-Type"] = "text/html" }, body = "404" }

-- A web of a few addresses; what was asked is in the second result.
local function web(answers)
  local asked = {}
  return function(request)
    local url = request.url:match("^[^?]*")
    asked[#asked + 1] = request
    local answer = answers[url]
    if type(answer) == "string" then
      return nil, answer
    end
    return answer or NOTHING
  end,
    asked
end

local function open(address, answers, options)
  local opts = { user_agent = "spec" }
  for name, value in pairs(options or {}) do
    opts[name] = value
  end
  local asked
  opts.transport, asked = web(answers or {})
  local session, err = mwlogin.open(address, opts)
  return session, err, asked
end

local function fails(kind, code, address, answers)
  local session, err = open(address, answers)
  assert.is_nil(session)
  assert.equal(kind, err.kind)
  assert.equal(code, err.code)
  assert.is_string(err.advice)
  assert.is_nil(tostring(err):find("\n"))
  return err
end

describe("the address", function()
  it("of api.php is taken as it is, and nothing is sent", function()
    local session, _, asked = open(API .. "?action=help#main")
    assert.equal(API, session.api)
    assert.equal(0, #asked)
  end)

  it("without a scheme is https", function()
    assert.equal(API, open("wiki.example.org/w/api.php").api)
  end)

  it("without a scheme on loopback is http", function()
    for _, host in ipairs({ "localhost:8080", "127.0.0.1", "[::1]:81", "wiki.localhost" }) do
      assert.equal("http://" .. host .. "/api.php", open(host .. "/api.php").api)
    end
  end)

  it("of a page leads to api.php through the page's link", function()
    local session, _, asked = open(HOST .. "/wiki/Main_Page", {
      [HOST .. "/wiki/Main_Page"] = page("//wiki.example.org/w/api.php?action=rsd&amp;x=1"),
    })
    assert.equal(API, session.api)
    assert.equal(1, #asked)
  end)

  it("of a page that does not exist does, too", function()
    local missing = page(API .. "?action=rsd")
    missing.status = 404
    assert.equal(API, open(HOST .. "/wiki/No", { [HOST .. "/wiki/No"] = missing }).api)
  end)

  it("of a host alone follows the wiki's own redirects", function()
    local session = open("wiki.example.org", {
      [HOST .. "/"] = moved("/wiki/Main_Page"),
      [HOST .. "/wiki/Main_Page"] = page("/w/api.php?action=rsd"),
    })
    assert.equal(API, session.api)
  end)

  it("goes from http to https and to www., where the wiki does", function()
    local session = open("http://example.org", {
      ["http://example.org/"] = moved("https://www.example.org/"),
      ["https://www.example.org/"] = page("https://www.example.org/api.php?action=rsd"),
    })
    assert.equal("https://www.example.org/api.php", session.api)
  end)

  it("may name an API that is https while the page was http", function()
    local session = open("http://example.org", {
      ["http://example.org/"] = page("https://example.org/api.php?action=rsd"),
    })
    assert.equal("https://example.org/api.php", session.api)
  end)

  it("without a link is looked for in the usual places", function()
    local places = { "/w/api.php", "/api.php", "/wiki/api.php", "/mediawiki/api.php" }
    for _, path in ipairs(places) do
      local session = open("wiki.example.org", {
        [HOST .. "/"] = { status = 200, headers = {}, body = "<html></html>" },
        [HOST .. path] = json('{"batchcomplete":true,"query":{"general":{}}}'),
      })
      assert.equal(HOST .. path, session.api)
    end
  end)

  it("of a private wiki counts as found by its refusal", function()
    local session = open("wiki.example.org", {
      [HOST .. "/"] = { status = 403, headers = {}, body = "closed" },
      [API] = json('{"errors":[{"code":"readapidenied","text":"no","module":"main"}]}'),
    })
    assert.equal(API, session.api)
  end)

  it("is asked without cookies and without http_auth over plain http", function()
    local _, _, asked = open("http://example.org", {
      ["http://example.org/"] = page("/api.php"),
    }, { http_auth = { username = "u", password = "front door" } })
    assert.is_nil(asked[1].headers.Cookie)
    assert.is_nil(asked[1].headers.Authorization)
  end)
end)

describe("a wrong address", function()
  it("is no wiki", function()
    local err = fails("protocol", "no-wiki", "wiki.example.org", {
      [HOST .. "/"] = { status = 200, headers = {}, body = "<html>hello</html>" },
    })
    assert.matches("No MediaWiki was found at https://wiki.example.org", tostring(err), 1, true)
  end)

  it("that answers other JSON is no wiki", function()
    fails("protocol", "no-wiki", "wiki.example.org", {
      [HOST .. "/"] = { status = 200, headers = {}, body = "<html>hello</html>" },
      [API] = json('{"hello":"world"}'),
    })
  end)

  it("answers 404", function()
    local err = fails("http", "404", "wiki.example.org")
    assert.equal(404, err.status)
  end)

  it("answers 500 with nothing", function()
    local err = fails("http", "500", "wiki.example.org", {
      [HOST .. "/"] = { status = 500, headers = {}, body = "" },
    })
    assert.matches("HTTP 500 with an empty page", err.message)
  end)

  it("turns us away", function()
    fails("http", "403", "wiki.example.org", {
      [HOST .. "/"] = { status = 403, headers = {}, body = "robots" },
    })
    local err = fails("http", "401", "wiki.example.org", {
      [HOST .. "/"] = { status = 401, headers = {}, body = "" },
    })
    assert.matches("http_auth", err.advice)
  end)

  it("redirects in a circle", function()
    fails("http", "redirect-loop", "wiki.example.org", { [HOST .. "/"] = moved(HOST .. "/") })
  end)

  it("leads to another host: named, not followed", function()
    local session, err, asked = open("wiki.example.org", {
      [HOST .. "/"] = moved("https://evil.example/wiki"),
    })
    assert.is_nil(session)
    assert.equal("redirect", err.code)
    assert.matches("https://evil.example/wiki", err.message, 1, true)
    assert.equal(1, #asked)
  end)

  it("leads from https back to http: not followed", function()
    fails("tls", "downgrade", "wiki.example.org", {
      [HOST .. "/"] = moved("http://wiki.example.org/"),
    })
  end)

  it("names an API on another host: not believed", function()
    local err = fails("http", "foreign-api", "wiki.example.org", {
      [HOST .. "/"] = page("https://evil.example/api.php?action=rsd"),
    })
    assert.matches("https://evil.example/api.php", err.message, 1, true)
  end)

  it("cannot be reached", function()
    fails("network", "transport", "wiki.example.org", { [HOST .. "/"] = "no route" })
  end)

  it("is no address at all", function()
    for _, text in ipairs({ "", "http://", "ftp://wiki.example.org/", "a b", "x\0y", "a\nb" }) do
      local session, err = open(text)
      assert.is_nil(session)
      assert.equal("answer", err.kind)
      assert.is_string(err.advice)
    end
  end)

  it("with a password in it is refused, and the password is not repeated", function()
    for _, text in ipairs({
      "https://alice:hunter22@wiki.example.org/",
      "https://alice:hunter22 @wiki example.org/",
      "alice:hunter22@wiki.example.org",
    }) do
      local session, err = open(text)
      assert.is_nil(session)
      assert.equal("answer", err.kind)
      assert.is_nil(tostring(err):find("hunter22", 1, true))
    end
  end)
end)
