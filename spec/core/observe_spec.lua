-- The observer of a core session: each exchange as the wire had it, told once it is done.
local core = require "mwlogin.core"
local loopback = require "spec.core.loopback"
local shared = require "spec.shared"

describe("option observe", function()
  local pool, seen
  local server = shared(loopback.start)

  before_each(function()
    pool, seen = core.pool(), {}
  end)

  after_each(function()
    pool:close()
  end)

  local function observe(request, response, failure)
    seen[#seen + 1] = { request = request, response = response, failure = failure }
  end

  local function lower(headers)
    local map = {}
    for name, value in pairs(headers) do
      map[name:lower()] = value
    end
    return map
  end

  it("is told of request and response over libcurl, secrets in plain", function()
    local session = assert(pool:session(server.api, { observe = observe, user_agent = "Spec/1" }))
    local password = core.secret "hush & hush"
    assert(session:call("POST", { action = "x", password = password }))
    assert.equal(1, #seen)
    local request, response = seen[1].request, seen[1].response
    assert.equal("POST", request.method)
    assert.equal(server.api, request.url)
    assert.truthy(request.body:find("password=hush%20%26%20hush", 1, true))
    assert.equal("Spec/1", request.headers["User-Agent"])
    assert.equal(200, response.status)
    assert.equal("{", response.body:sub(1, 1))
    assert.equal("table", type(lower(response.headers)["content-type"]))
    assert.is_nil(seen[1].failure)
  end)

  it("is told of a failure as the caller is", function()
    local session = assert(pool:session("http://127.0.0.1:1/api.php", { observe = observe }))
    local _, err = session:call("GET", { action = "x" })
    assert.equal(err.kind, seen[1].failure.kind)
    assert.equal(err.message, seen[1].failure.message)
    assert.is_nil(seen[1].response)
  end)

  it("is told of a transport's exchanges, cookies and all", function()
    local session = assert(pool:session("https://wiki.example/api.php", {
      observe = observe,
      transport = function()
        return { status = 200, headers = { ["Set-Cookie"] = { "a=1", "b=2" } }, body = "{}" }
      end,
    }))
    assert(session:call("GET", { action = "x" }))
    assert(session:call("GET", { action = "y" }))
    assert.same({ "a=1", "b=2" }, seen[1].response.headers["Set-Cookie"])
    assert.matches("a=1", seen[2].request.headers.Cookie)
    local failing = assert(pool:session("https://wiki.example/api.php", {
      observe = observe,
      transport = function()
        return nil, { kind = "tls", code = "expired", message = "The certificate expired." }
      end,
    }))
    local _, err = failing:call("GET", { action = "x" })
    assert.same({ "tls", "expired", "The certificate expired." }, {
      err.kind,
      err.code,
      err.message,
    })
    assert.equal("expired", seen[3].failure.code)
  end)

  it("is told of each of many in tasks, and leaves their answers alone", function()
    local mwlogin = require "mwlogin"
    local session = assert(pool:session(server.api, { observe = observe }))
    local items = {}
    for number = 1, 20 do
      items[number] = number
    end
    local results = mwlogin.gather(items, function(number)
      return (assert(session:call("GET", { action = "x", number = number })) and number)
    end, { pool = pool, concurrency = 8 })
    assert.equal(20, #seen)
    for number, result in ipairs(results) do
      assert.equal(number, result.value)
    end
  end)

  it("may raise: the caller sees it, and the session goes on", function()
    local raise = true
    local session = assert(pool:session(server.api, {
      observe = function()
        if raise then
          error "seen enough"
        end
      end,
    }))
    assert.has_error(function()
      session:call("GET", { action = "x" })
    end)
    raise = false
    assert(session:call("GET", { action = "x" }))
  end)

  it("is a function", function()
    assert.has_error(function()
      pool:session(server.api, { observe = "me" })
    end)
  end)
end)

describe("an error of a transport", function()
  it("is a text or a table with kind, code and message", function()
    local pool <close> = core.pool()
    local session = assert(pool:session("https://wiki.example/api.php", {
      transport = function()
        return nil, { kind = "tls" }
      end,
    }))
    assert.has_error(function()
      session:call("GET", { action = "x" })
    end)
  end)
end)
