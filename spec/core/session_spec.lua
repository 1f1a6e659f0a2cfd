-- A session of the core on a real wire: what goes out, what may come back, what is kept apart.
local core = require("mwlogin.core")
local loopback = require("spec.core.loopback")
local shared = require("spec.shared")

describe("a core session over libcurl", function()
  local pool
  local server = shared(loopback.start)

  before_each(function()
    pool = core.pool()
  end)

  after_each(function()
    pool:close()
  end)

  local function open(path, options)
    return assert(pool:session(server.base .. (path or "/api.php"), options))
  end

  local function fails(kind, code, value, err)
    assert.is_nil(value)
    assert.equal(kind, err.kind)
    assert.equal(code, err.code)
    return err
  end

  it("sends a GET's parameters in the address, in order", function()
    local session = open()
    assert(session:call("GET", { meta = "userinfo", action = "query", titles = { "A b", "C" } }))
    local request = server:last_request()
    assert.equal("GET", request.method)
    assert.equal(
      "action=query&errorformat=plaintext&format=json&formatversion=2"
        .. "&meta=userinfo&titles=A%20b%7CC",
      request.query
    )
  end)

  it("sends a POST's parameters in the body, in order, the token last", function()
    local session = open()
    local password = core.secret("a+b c&d=é\\`!")
    assert(session:call("POST", { token = "t+\\", action = "x", password = password, zz = 1 }))
    local request = server:last_request()
    assert.equal("POST", request.method)
    assert.equal("", request.query)
    assert.equal("application/x-www-form-urlencoded", request.headers["content-type"])
    assert.equal(
      "action=x&errorformat=plaintext&format=json&formatversion=2"
        .. "&password=a%2Bb%20c%26d%3D%C3%A9%5C%60%21&zz=1&token=t%2B%5C",
      request.body
    )
    assert.is_nil(request.headers.expect)
  end)

  it("sends its user agent", function()
    assert(open("/api.php", { user_agent = "Tester/1.0 (me)" }):call("GET", {}))
    assert.equal("Tester/1.0 (me)", server:last_request().headers["user-agent"])
  end)

  it("keeps the cookies of two sessions on one pool apart", function()
    local one, other = open(), open()
    assert(one:call("GET", { set = "who=one" }))
    assert(other:call("GET", { set = "who=other" }))
    assert(one:call("GET", {}))
    assert.equal("who=one", server:last_request().headers.cookie)
    assert(other:call("GET", {}))
    assert.equal("who=other", server:last_request().headers.cookie)
    assert(open():call("GET", {}))
    assert.is_nil(server:last_request().headers.cookie)
  end)

  it("sends no cookies and no credentials to another origin", function()
    local session = open("/guarded", { http_auth = { username = "door", password = "key" } })
    assert(session:fetch("/api.php?set=who=me"))
    assert(session:call("GET", {}))
    local request = server:last_request()
    assert.equal("who=me", request.headers.cookie)
    assert.equal("Basic ZG9vcjprZXk=", request.headers.authorization)
    local elsewhere = ("http://localhost:%d/guarded"):format(server.port)
    fails("answer", "origin", session:fetch(elsewhere))
    local page = assert(session:fetch(elsewhere, { foreign = true }))
    assert.equal(401, page.status)
    request = server:last_request()
    assert.equal("localhost:" .. server.port, request.headers.host)
    assert.is_nil(request.headers.cookie)
    assert.is_nil(request.headers.authorization)
  end)

  it("does not follow a redirect of a call, and says so", function()
    local session = open("/redirect")
    local before = #server:requests()
    local err = fails("http", "redirect", session:call("POST", { action = "x", password = "p" }))
    assert.equal(302, err.status)
    assert.equal("/api.php", err.location)
    assert.equal(before + 1, #server:requests())
  end)

  it("does not follow a redirect of a fetch, and makes the location absolute", function()
    local before = #server:requests()
    local page = assert(open():fetch("redirect?to=/elsewhere?a=1"))
    assert.equal(302, page.status)
    assert.equal(server.base .. "/elsewhere?a=1", page.location)
    assert.equal(before + 1, #server:requests())
  end)

  it("gives up on a wiki that does not answer", function()
    local err = fails("network", "timeout", open("/silent", { timeout = 0.2 }):call("GET", {}))
    assert.is_true(err.sent)
    fails("network", "timeout", open("/silent"):call("GET", {}, { timeout = 0.2 }))
  end)

  it("says that it is the proxy that takes no connection", function()
    local options = { proxy = "http://127.0.0.1:1" }
    local err = fails("network", "proxy", open(nil, options):call("GET", {}))
    assert.matches("The proxy does not accept", err.message, 1, true)
    assert.is_false(err.sent)
  end)

  it("says that nothing listens there", function()
    local session = assert(pool:session("http://127.0.0.1:1/api.php"))
    local err = fails("network", "connect", session:call("GET", {}))
    assert.is_false(err.sent)
    assert.matches("127.0.0.1", err.message, 1, true)
  end)

  it("says that a host has no address", function()
    local session = assert(pool:session("https://no.such.host.invalid/api.php", { timeout = 20 }))
    fails("network", "resolve", session:call("GET", {}))
  end)

  it("refuses a reply that is larger than it may be", function()
    fails("protocol", "too_large", open("/large", { max_response = 1000 }):call("GET", {}))
    fails("protocol", "too_large", open("/large"):call("GET", {}, { max_response = 1000 }))
    fails("protocol", "too_large", open("/endless", { max_response = 1000 }):call("GET", {}))
    assert.equal(200000, #assert(open("/large"):call("GET", {})).text)
  end)

  it("refuses a small reply that unpacks to a large one", function()
    local session = open("/compressed", { max_response = 1000000 })
    fails("protocol", "too_large", session:call("GET", {}))
    assert.is_true(session:last().received < 1000000)
  end)

  it("tells replies apart that are none", function()
    fails("network", "cut", open("/cut"):call("GET", {}))
    fails("network", "cut", open("/nothing"):call("GET", {}))
    fails("http", "not_http", open("/noise"):call("GET", {}))
    local err = fails("http", "500", open("/status?500"):call("GET", {}))
    assert.equal(500, err.status)
    fails("throttled", "429", open("/status?429"):call("GET", {}))
  end)

  it("goes on after a failure", function()
    local session = open("/cut")
    fails("network", "cut", session:call("GET", {}))
    assert.equal(200, assert(session:fetch("/api.php")).status)
  end)

  it("speaks TLS only with somebody whom it can trust", function()
    local session = assert(pool:session(("https://127.0.0.1:%d/"):format(server.port)))
    local _, err = session:call("GET", {})
    assert.equal("tls", err.kind)
  end)

  it("tells what the last exchange was, without its parameters", function()
    local session = open()
    assert.is_nil(session:last())
    assert(session:call("POST", { action = "x", password = "open sesame" }))
    local last = session:last()
    assert.equal("POST", last.method)
    assert.equal(server.api, last.url)
    assert.equal(200, last.status)
    assert.is_true(last.sent > 0 and last.received > 0 and last.seconds >= 0)
  end)

  it("uploads a file as the bytes it holds", function()
    local path = os.tmpname()
    local bytes = "\0\1\r\n--boundary\r\n\255" .. ("z"):rep(70000)
    local file = assert(io.open(path, "wb"))
    file:write(bytes)
    file:close()
    local upload = core.file(path, { name = "Tëst.png", type = "image/png" })
    assert(open():call("POST", { action = "upload", file = upload, token = core.secret("t&") }))
    os.remove(path)
    local request = server:last_request()
    local boundary =
      assert(request.headers["content-type"]:match("^multipart/form%-data; boundary=(.+)$"))
    assert.is_truthy(request.body:find("\r\n\r\n" .. bytes .. "\r\n--" .. boundary, 1, true))
    assert.is_truthy(request.body:find('name="file"; filename="Tëst.png"', 1, true))
    assert.is_truthy(request.body:find("Content-Type: image/png", 1, true))
    assert.is_truthy(request.body:find('name="token"\r\n\r\nt&\r\n', 1, true))
    assert.is_true(
      request.body:find('name="action"', 1, true) < request.body:find('name="file"', 1, true)
    )
  end)

  it("finds out before sending that a file cannot be read", function()
    local before = #server:requests()
    local err = fails("answer", "file", open():call("POST", { file = core.file("/no/such/file") }))
    assert.matches("/no/such/file", err.message, 1, true)
    assert.equal(before, #server:requests())
  end)

  it("sends an authorization line, a secret one too", function()
    assert(open():call("GET", {}, { authorization = core.secret("Bearer abc") }))
    assert.equal("Bearer abc", server:last_request().headers.authorization)
  end)

  it("refuses what would break out of a header", function()
    local before = #server:requests()
    fails("answer", "header", open():call("GET", {}, { authorization = "a\r\nX-Evil: 1" }))
    fails("answer", "header", open():fetch("x", { headers = { ["X-A"] = "1\nX-B: 2" } }))
    fails("answer", "header", open():fetch("x", { headers = { ["X-A: 1\r\nX-B"] = "2" } }))
    assert.equal(before, #server:requests())
  end)

  it("cannot be used once it or its pool is closed", function()
    local session = open()
    session:close()
    session:close()
    assert.has_error(function()
      session:call("GET", {})
    end)
    assert.equal("mwlogin session (closed)", tostring(session))
    local other = open()
    pool:close()
    pool:close()
    assert.is_false((pcall(other.call, other, "GET", {})))
    other:close()
  end)

  it("closes at the end of its scope", function()
    local kept
    do
      local session <close> = open()
      kept = session
    end
    assert.equal("mwlogin session (closed)", tostring(kept))
  end)
end)

describe("what a core session refuses to take", function()
  local pool = core.pool()

  it("an address that is none", function()
    for _, address in ipairs({ "", "ftp://host/", "http://", "http://me:pw@host/", "host" }) do
      local session, err = pool:session(address)
      assert.is_nil(session, address)
      assert.equal("answer", err.kind)
    end
  end)

  it("an option it does not know, or of the wrong type", function()
    for _, options in ipairs({
      { time_out = 3 },
      { timeout = "soon" },
      { timeout = 0 },
      { transport = 1 },
      { http_auth = "me:pw" },
      { http_auth = { password = "pw" } },
    }) do
      assert.has_error(function()
        pool:session("http://127.0.0.1/", options)
      end)
    end
  end)

  it("a name that no option has, naming the nearest", function()
    local session = pool:session("http://127.0.0.1/")
    for words, call in pairs({
      ["pool has no option 'per_hosts'; did you mean 'per_host'"] = function()
        core.pool({ per_hosts = 3 })
      end,
      ["pool: option 'per_host' is a whole number"] = function()
        core.pool({ per_host = "3" })
      end,
      ["session has no option 'user_agnt'; did you mean 'user_agent'"] = function()
        pool:session("http://127.0.0.1/", { user_agnt = "x" })
      end,
      ["call has no option 'time_out'; did you mean 'timeout'"] = function()
        session:call("GET", {}, { time_out = 3 })
      end,
      ["fetch has no option 'param'; did you mean 'params'"] = function()
        session:fetch("/page", { param = {} })
      end,
      ["file has no option 'nme'; did you mean 'name'"] = function()
        core.file("x", { nme = "y" })
      end,
      ["session has no option 'elephants'$"] = function()
        pool:session("http://127.0.0.1/", { elephants = 1 })
      end,
    }) do
      assert.error_matches(call, words)
    end
  end)

  it("a secret in an address", function()
    local session = assert(pool:session("http://127.0.0.1/"))
    assert.has_error(function()
      session:call("GET", { token = core.secret("x") })
    end, "secrets and files are sent by POST, never in an address")
  end)

  it("a secret over http beyond this machine, unless it was told so", function()
    local sent = 0
    local function transport()
      sent = sent + 1
      return { status = 200, body = '{"login":{"result":"Success"}}' }
    end
    local session =
      assert(pool:session("http://wiki.example.org/api.php", { transport = transport }))
    local secret = core.secret("hidden")
    local calls = {
      function()
        return session:call("POST", { action = "x", password = secret })
      end,
      function()
        return session:login({ lgname = "A", lgpassword = "plain" })
      end,
      function()
        return session:auth_step("clientlogin", { username = "A", password = "plain" })
      end,
      function()
        return session:call("GET", {}, { authorization = "Bearer x" })
      end,
      function()
        return session:fetch("/x", { secret = true })
      end,
    }
    for _, call in ipairs(calls) do
      local value, err = call()
      assert.is_nil(value)
      assert.equal("tls", err.kind)
      assert.equal("insecure_http", err.code)
    end
    assert.equal(0, sent)
    assert(session:call("GET", { action = "query" }))
    assert.equal(1, sent)
    local trusting = assert(pool:session("http://wiki.example.org/api.php", {
      transport = transport,
      insecure_http = true,
    }))
    assert(trusting:login({ lgname = "A", lgpassword = secret }))
  end)
end)
