-- Who answers over http may be anybody: it chose the path on the host that a login moved to, and
-- got cookies that were imported; a redirect to another port was taken for the same place.
local mwlogin = require("mwlogin")

local COOKIE <const> = "wiki.example.org\tFALSE\t/\tFALSE\t0\twiki_session\tworth-a-login"

-- A session whose every request is answered by `answer`; `seen` has the requests.
local function open(address, answer)
  local seen = {}
  local session, err = mwlogin.open(address, {
    user_agent = "spec",
    max_wait = 0,
    transport = function(request)
      seen[#seen + 1] = request
      return answer(request)
    end,
  })
  return session, err, seen
end

local function redirect(to)
  return function()
    return { status = 301, headers = { Location = to }, body = "" }
  end
end

local function anonymous()
  local body = '{"batchcomplete":true,"query":{"userinfo":{"id":0,"name":"1.2.3.4","anon":true}}}'
  return { status = 200, headers = { ["Content-Type"] = "application/json" }, body = body }
end

describe("http", function()
  it("does not say which path of the host is the wiki's", function()
    local to = "https://wiki.example.org/~mallory/api.php"
    local session, _, seen = open("http://wiki.example.org/w/api.php", redirect(to))
    local me, err = session:login({ username = "Alice", password = "open sesame" })
    assert.is_nil(me)
    assert.equal("redirect", err.code)
    assert.equal(1, #seen)
    session:close()
  end)

  it("gets no cookie that was imported", function()
    for _, asked_before in ipairs({ false, true }) do
      local session, _, seen = open("http://wiki.example.org/w/api.php", anonymous)
      if asked_before then
        assert(session:whoami())
      end
      assert.equal(1, session:import_cookies({ COOKIE }))
      local me, err = session:whoami()
      assert.is_nil(me)
      assert.equal("insecure_http", err.code)
      for _, request in ipairs(seen) do
        assert.is_nil(request.headers.Cookie)
      end
      session:close()
    end
  end)
end)

describe("a page on the way to the wiki", function()
  it("leads to no other port", function()
    for from, to in pairs({
      ["https://wiki.example.org/"] = "https://wiki.example.org:8443/",
      ["http://127.0.0.1:8080/"] = "http://127.0.0.1:9090/",
    }) do
      local session, err, seen = open(from, redirect(to))
      assert.is_nil(session)
      assert.equal("redirect", err.code)
      assert.equal(1, #seen)
    end
  end)
end)
