-- An address that is plain http.
package.path = "./?.lua;" .. package.path
local mwlogin = require("mwlogin")
local scripted = require("spec.session.scripted")
local testing = require("mwlogin.testing")

local wiki_of = scripted.wiki_of

describe("http beyond loopback", function()
  local HTTP = "http://wiki.example.org/w/api.php"

  local function open_http(answer, options)
    local wiki = wiki_of()
    local asked = {}
    local opts = { user_agent = "spec" }
    for name, value in pairs(options or {}) do
      opts[name] = value
    end
    function opts.transport(request)
      asked[#asked + 1] = request
      if request.url:find("^https:") then
        return wiki.transport(request)
      end
      return answer(request)
    end
    return assert(mwlogin.open(HTTP, opts)), asked
  end

  local function moved(to)
    return function()
      return { status = 301, headers = { Location = to }, body = "" }
    end
  end

  it("moves to https before the first secret, where the wiki redirects there", function()
    local session, asked = open_http(moved("https://wiki.example.org/w/api.php?action=query"))
    local me = assert(session:login({ username = "Alice", password = "open sesame" }))
    assert.equal("Alice", me.name)
    assert.equal("https://wiki.example.org/w/api.php", session.api)
    assert.equal("GET", asked[1].method)
    assert.is_nil(asked[1].headers.Cookie)
    for position = 2, #asked do
      assert.matches("^https:", asked[position].url)
    end
    assert.equal(4, #asked)
  end)

  it("moves once, though several tasks ask at once", function()
    local moves, session, is_inside = 0, nil, false
    local answer = moved("https://wiki.example.org/w/api.php")
    local function while_asked(request)
      if not is_inside then
        is_inside = true
        assert(session:get({ action = "query", meta = "siteinfo" }))
      end
      return answer(request)
    end
    session = open_http(while_asked, {
      trace = function(event)
        moves = moves + (event.event == "moved" and 1 or 0)
      end,
    })
    assert(session:get({ action = "query", meta = "siteinfo" }))
    assert.equal(1, moves)
  end)

  it("sends no password where the wiki stays with http", function()
    local wiki = testing.wiki({ api = HTTP, accounts = { Alice = { password = "open sesame" } } })
    local session = assert(mwlogin.open(HTTP, { transport = wiki.transport, user_agent = "spec" }))
    local me, err = session:login({ username = "Alice", password = "open sesame" })
    assert.is_nil(me)
    assert.equal("tls", err.kind)
    assert.is_string(err.advice)
    for _, request in ipairs(wiki.requests) do
      assert.is_nil(request.params.password)
    end
  end)

  it("sends it under insecure_http", function()
    local wiki = testing.wiki({ api = HTTP, accounts = { Alice = { password = "open sesame" } } })
    local session = assert(mwlogin.open(HTTP, {
      transport = wiki.transport,
      user_agent = "spec",
      insecure_http = true,
    }))
    assert(session:login({ username = "Alice", password = "open sesame" }))
  end)

  it("says so each time when the wiki redirects somewhere else", function()
    local session = open_http(moved("https://evil.example/w/api.php"))
    for _ = 1, 2 do
      local reply, err = session:get({ action = "query" })
      assert.is_nil(reply)
      assert.equal("redirect", err.code)
      assert.matches("evil.example", err.message)
    end
  end)
end)
