-- What one request is sent with stays with it: the handle and the connection serve the next one, of
-- another session too, and nothing else of it is seen there.
local core = require("mwlogin.core")
local shared = require("spec.shared")
local staged_wiki = require("spec.core.staged_wiki")

local reply = staged_wiki.reply

describe("a request leaves nothing behind:", function()
  local wiki = shared(staged_wiki.start)
  local pool

  before_each(function()
    pool = core.pool()
  end)

  after_each(function()
    pool:close()
  end)

  local function session_of(options)
    options = options or {}
    options.user_agent = options.user_agent or "spec"
    return assert(pool:session(wiki.api, options))
  end

  -- What every plain GET of such a session looks like, the host and the connection aside.
  local PLAIN <const> = {
    method = "GET",
    target = "/w/page",
    body = "",
    headers = {
      accept = "*/*",
      ["accept-encoding"] = true,
      ["user-agent"] = "spec",
    },
  }

  local function shape(request)
    local headers = {}
    for name, value in pairs(request.headers) do
      headers[name] = value
    end
    assert.equal("127.0.0.1:" .. wiki.port, headers.host)
    headers.host = nil
    headers["accept-encoding"] = headers["accept-encoding"] ~= nil
    return {
      method = request.method,
      target = request.target,
      body = request.body,
      headers = headers,
    }
  end

  -- What a request is like after another one by the same handle: `act` sends the first.
  local function after(act, answers, session)
    wiki:answer({ other = answers or "{}" })
    act()
    local before = #wiki:requests()
    assert.is_true(before > 0)
    assert.equal(200, assert((session or session_of()):fetch("page")).status)
    local requests = wiki:requests()
    assert.equal(before + 1, #requests)
    local last = requests[#requests]
    assert.equal(requests[1].connection, last.connection, "it went by another connection")
    return shape(last), requests
  end

  local function leaves_nothing(options, seen)
    local plain, requests = after(function()
      assert(session_of():fetch("page", options))
    end)
    assert.same(PLAIN, plain)
    seen(requests[1])
  end

  it("its method", function()
    for _, method in ipairs({ "POST", "PUT", "DELETE" }) do
      leaves_nothing({ method = method, params = { a = "b" } }, function(first)
        assert.equal(method, first.method)
        assert.equal("a=b", first.body)
      end)
    end
  end)

  it("its method, of one without a body", function()
    local head = { bytes = "HTTP/1.1 200 Whatever\r\nContent-Length: 2\r\n\r\n" }
    local plain, requests = after(function()
      assert(session_of():fetch("page", { method = "HEAD" }))
    end, { head, "{}" })
    assert.equal("HEAD", requests[1].method)
    assert.same(PLAIN, plain)
  end)

  it("its body, a large one too, and that body's type", function()
    for _, size in ipairs({ 1, 5000 }) do
      leaves_nothing({
        method = "PUT",
        content = ("x"):rep(size),
        content_type = "text/odd",
      }, function(first)
        assert.equal(size, #first.body)
        assert.equal("text/odd", first.headers["content-type"])
      end)
    end
  end)

  it("a file that was uploaded", function()
    local path = os.tmpname()
    local file <close> = assert(io.open(path, "w"))
    file:write("all of it")
    file:flush()
    local plain, requests = after(function()
      assert(session_of():fetch("page", { method = "POST", params = { file = core.file(path) } }))
    end)
    os.remove(path)
    assert.matches("multipart/form-data", requests[1].headers["content-type"], 1, true)
    assert.same(PLAIN, plain)
  end)

  it("its headers and its authorization", function()
    leaves_nothing({
      headers = { ["X-Own"] = "yes" },
      authorization = core.secret("Bearer hush"),
    }, function(first)
      assert.equal("yes", first.headers["x-own"])
      assert.equal("Bearer hush", first.headers.authorization)
    end)
  end)

  it("what its session says to the door in front of the wiki", function()
    local door = { status = 401, lines = { 'WWW-Authenticate: Basic realm="door"' } }
    local guarded = session_of({ http_auth = { username = "door", password = "hush" } })
    local plain, requests = after(function()
      assert(guarded:fetch("page"))
    end, { reply("", door), "{}" })
    assert.matches("^Basic ", requests[2].headers.authorization)
    assert.same(PLAIN, plain)
  end)

  it("what it said to the door, after it was cut off there", function()
    local door = { status = 401, lines = { 'WWW-Authenticate: Basic realm="door"' } }
    local guarded = session_of({ http_auth = { username = "door", password = "hush" } })
    wiki:answer({ other = { reply("", door), staged_wiki.SILENCE, "{}" } })
    local task = coroutine.create(function()
      guarded:fetch("page")
    end)
    pool:task(task)
    assert(coroutine.resume(task))
    for _ = 1, 1000 do
      pool:step(0.01)
      if #wiki:requests() == 2 then
        break
      end
    end
    assert.equal(2, #wiki:requests())
    guarded:close()
    assert(coroutine.resume(task))
    assert(session_of():fetch("page"))
    local requests = wiki:requests()
    assert.matches("^Basic ", requests[2].headers.authorization)
    assert.same(PLAIN, shape(requests[3]))
  end)

  it("what its session is called", function()
    local plain, requests = after(function()
      assert(session_of({ user_agent = "Other/1" }):fetch("page"))
    end)
    assert.equal("Other/1", requests[1].headers["user-agent"])
    assert.same(PLAIN, plain)
  end)

  describe("cookies", function()
    local SET <const> = reply("{}", { lines = { "Set-Cookie: s=1; path=/" } })

    it("of another session", function()
      local plain = after(function()
        local other = session_of()
        assert(other:fetch("page"))
        assert.equal(1, #other:cookies())
      end, { SET, "{}" })
      assert.same(PLAIN, plain)
    end)

    it("that came to a request without cookies, or to one of another origin", function()
      for _, options in ipairs({ { cookies = false }, { foreign = true } }) do
        local session = session_of()
        local plain, requests = after(function()
          assert(session:fetch(wiki.origin .. "/w/page", options))
          assert(session:fetch(wiki.origin .. "/w/page", options))
        end, { SET, "{}" }, session)
        assert.same(PLAIN, shape(requests[2]))
        assert.same(PLAIN, plain)
        assert.same({}, session:cookies())
      end
    end)

    it("and the next with cookies has its own again", function()
      local session = session_of()
      for _, options in ipairs({ { cookies = false }, { foreign = true } }) do
        local last, requests = after(function()
          assert(session:fetch("page"))
          assert(session:fetch(wiki.origin .. "/w/page", options))
        end, { SET, "{}" }, session)
        assert.same(PLAIN, shape(requests[2]))
        assert.equal("s=1", last.headers.cookie)
        session:cookies(false)
      end
    end)
  end)

  it("a login in one go between two pages", function()
    local session = session_of()
    local plain, requests = after(function()
      assert(session_of():fetch("page"))
      assert(session_of():bot_login("Alice@app", core.secret("0123456789abcdef")))
    end, "{}", session)
    assert.equal(
      "token login proof",
      table.concat({
        requests[2].stage,
        requests[3].stage,
        requests[4].stage,
      }, " ")
    )
    assert.same(PLAIN, plain)
  end)
end)
