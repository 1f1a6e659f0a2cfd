-- One login call: which method, in which order, what it costs, what it leaves behind.
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

local SECRET = ("0123456789abcdef"):rep(2)

local function wiki_of(options)
  options = options or {}
  options.accounts = options.accounts
    or {
      Alice = { password = "open sesame", botpasswords = { app = SECRET } },
      Bob = { password = "builder of bridges" },
    }
  return testing.wiki(options)
end

local function open(wiki, options)
  local opts = { transport = wiki.transport, user_agent = "spec" }
  for name, value in pairs(options or {}) do
    opts[name] = value
  end
  return assert(mwlogin.open(wiki.api, opts))
end

local function calls(wiki)
  local list = {}
  for position, request in ipairs(wiki.requests) do
    list[position] = request.params.meta or request.action
  end
  return table.concat(list, " ")
end

local function log_in(credentials, options)
  local wiki = wiki_of(options)
  local session = open(wiki)
  local me, err = session:login(credentials)
  return me, err, wiki, session
end

describe("the method", function()
  local CLIENT <const> = "authmanagerinfo|tokens clientlogin userinfo"
  local BOT <const> = "tokens login userinfo"
  local SHAPE <const> = "authmanagerinfo|tokens login userinfo"

  local function of(given, expected, cost)
    local me, err, wiki = log_in(given)
    assert(me, err)
    assert.equal("Alice", me.name)
    assert.equal(expected, me.method)
    assert.is_true(me.fresh)
    assert.is_false(me.anonymous)
    assert.is_true(me.id > 0)
    assert.equal(cost, calls(wiki))
  end

  it("is clientlogin for name and password: three requests", function()
    of({ username = "Alice", password = "open sesame" }, "clientlogin", CLIENT)
    of({ username = "alice", password = mwlogin.secret("open sesame") }, "clientlogin", CLIENT)
  end)

  it("is botpassword by the shape of name and password, in both forms: three requests", function()
    of({ username = "Alice@app", password = SECRET }, "botpassword", BOT)
    of({ username = "Alice", password = "app@" .. SECRET }, "botpassword", BOT)
  end)

  it("is told by the shape that a source gives: three requests", function()
    of({
      username = "Alice@app",
      password = function()
        return SECRET
      end,
    }, "botpassword", SHAPE)
    of({
      username = "Alice",
      password = function()
        return mwlogin.secret("open sesame")
      end,
    }, "clientlogin", CLIENT)
  end)

  it("is the one that is named", function()
    of({ username = "Alice", password = "open sesame", method = "botpassword" }, "botpassword", BOT)
    of(
      { username = "Alice", password = "open sesame", method = "clientlogin" },
      "clientlogin",
      CLIENT
    )
  end)

  it("and why is in the trace", function()
    local events = {}
    local session = open(wiki_of(), {
      trace = function(event)
        events[#events + 1] = event
      end,
    })
    assert(session:login({ username = "Alice", password = "open sesame" }))
    assert.same(
      { event = "method", method = "clientlogin", why = "user name and password" },
      events[1]
    )
  end)

  it("is to prove the session as it stands, where nothing is given", function()
    local _, _, wiki, session = log_in({ username = "Alice", password = "open sesame" })
    local other = open(wiki)
    other:import_cookies(session:export_cookies())
    for _, given in ipairs({ {}, { username = "alice" }, { username = "Alice" } }) do
      local me = assert(other:login(given))
      assert.equal("Alice", me.name)
      assert.is_false(me.fresh)
    end
    local me, err = other:login({ username = "Bob" })
    assert.is_nil(me)
    assert.equal("refused", err.kind)
    assert.matches("Alice, not to Bob", err.message)
  end)

  it("refuses an anonymous session, on a private wiki too", function()
    for _, private in ipairs({ false, true }) do
      local me, err = log_in({}, { private = private })
      assert.is_nil(me)
      assert.equal("refused", err.kind)
      assert.equal("anonymous", err.code)
      assert.is_string(err.advice)
    end
  end)
end)

describe("a refusal", function()
  it("of a wrong password is never tried again", function()
    for _, given in ipairs({
      { username = "Alice", password = "wrong" },
      { username = "Alice@app", password = ("0"):rep(32) },
    }) do
      local me, err, wiki = log_in(given)
      assert.is_nil(me)
      assert.equal("refused", err.kind)
      assert.equal("wrongpassword", err.code)
      local posts = 0
      for _, request in ipairs(wiki.requests) do
        posts = posts + (request.method == "POST" and 1 or 0)
      end
      assert.equal(1, posts)
    end
  end)

  it("leaves no earlier user behind", function()
    local wiki = wiki_of()
    for _, first in ipairs({
      { username = "Alice", password = "open sesame" },
      { username = "Alice@app", password = SECRET },
    }) do
      local session = open(wiki)
      assert(session:login(first))
      assert.is_nil(session:login({ username = "Bob", password = "wrong" }))
      assert.is_true(session:whoami().anonymous)
    end
  end)

  it("of a wiki whose proof names nobody is no success", function()
    local wiki = wiki_of()
    local session = open(wiki)
    wiki:fault(3, {
      body = '{"errors":[{"code":"assertuserfailed","text":"no","module":"main"}]}',
    })
    local me, err = session:login({ username = "Alice", password = "open sesame" })
    assert.is_nil(me)
    assert.equal("not-proved", err.code)
    assert.matches("cookies", err.advice)
  end)

  it("of a wiki whose proof names another is no success", function()
    local wiki = wiki_of()
    local session = open(wiki)
    wiki:fault(3, { body = '{"query":{"userinfo":{"id":2,"name":"Bob"}}}' })
    local me, err = session:login({ username = "Alice", password = "open sesame" })
    assert.is_nil(me)
    assert.equal("not-proved", err.code)
    assert.is_nil(session.identity)
  end)
end)

describe("a second login of a Session", function()
  it("takes the place of the first, whatever its kind", function()
    local wiki = wiki_of()
    local session = open(wiki)
    for _, given in ipairs({
      { username = "Alice@app", password = SECRET },
      { username = "Alice@app", password = SECRET },
      { username = "Bob", password = "builder of bridges" },
      { username = "Alice@app", password = SECRET },
      { username = "Alice", password = "open sesame" },
    }) do
      local me = assert(session:login(given))
      assert.equal(given.username:match("^%a+"), me.name)
      assert.equal(me.name, session:whoami().name)
    end
  end)

  it("drops all tokens of the first", function()
    local wiki = wiki_of()
    local session = open(wiki)
    assert(session:login({ username = "Alice", password = "open sesame" }))
    local before = assert(session:token("csrf"))
    assert(session:login({ username = "Bob", password = "builder of bridges" }))
    assert.not_equal(before, session:token("csrf"))
  end)

  it("keeps cookies that the caller had brought before", function()
    local wiki = wiki_of()
    local session = open(wiki)
    session:import_cookies({ "wiki.example.org\tFALSE\t/\tTRUE\t0\tfront_door\topen" })
    assert(session:login({ username = "Alice@app", password = SECRET }))
    assert(session:login({ username = "Alice", password = "open sesame" }))
    assert.equal("open", wiki.requests[#wiki.requests].cookies.front_door)
  end)

  it("waits for nobody: while one runs, it says so", function()
    local wiki = wiki_of()
    local session = open(wiki)
    local second
    local me = assert(session:login({
      username = "Alice",
      password = function()
        second = table.pack(session:login({ username = "Bob", password = "builder of bridges" }))
        return "open sesame"
      end,
    }))
    assert.equal("Alice", me.name)
    assert.is_nil(second[1])
    assert.equal("cancelled", second[2].kind)
    assert.equal("busy", second[2].code)
  end)

  it("is possible after one that raised", function()
    local session = open(wiki_of())
    assert.has_error(function()
      session:login({
        username = "Alice",
        respond = function()
          error("boom")
        end,
      })
    end)
    assert(session:login({ username = "Alice", password = "open sesame" }))
  end)
end)

describe("while logging in", function()
  it("nothing is sent that only a foreign web page sends", function()
    local wiki = wiki_of()
    local session = open(wiki)
    assert(session:login({ username = "Alice", password = "open sesame" }))
    assert(session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" }))
    assert(session:login({ username = "Alice@app", password = SECRET }))
    assert(session:logout())
    for _, request in ipairs(wiki.requests) do
      for _, name in ipairs({ "origin", "crossorigin", "callback" }) do
        assert.is_nil(request.params[name])
      end
      for name in pairs(request.headers) do
        assert.not_equal("origin", name:lower())
      end
    end
  end)

  it("neither maxlag nor assert is sent, and the language is", function()
    local wiki = wiki_of()
    local session = open(wiki, { maxlag = 5, language = "de" })
    assert(session:login({ username = "Bob", password = "builder of bridges" }))
    wiki.requests = {}
    assert(session:login({ username = "Alice", password = "open sesame" }))
    assert.equal(3, #wiki.requests)
    for position, request in ipairs(wiki.requests) do
      assert.is_nil(request.params.maxlag)
      assert.is_nil(request.params.assert)
      assert.equal("de", request.params.uselang)
      assert.equal(position == 3 and "Alice" or nil, request.params.assertuser)
    end
  end)

  it("an interaction carries flow and step, and going on counts as this login", function()
    local key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = key } } })
    local session = open(wiki)
    local me, err = session:login({ username = "Alice", password = "open sesame" })
    assert.is_nil(me)
    assert.equal("interaction", err.kind)
    assert.equal("UI", err.step.status)
    local code = assert(mwlogin.secret.totp(key):read())
    local step = assert(err.flow:submit({ OATHToken = code }))
    assert.equal("PASS", step.status)
    assert.equal("Alice", step.identity.name)
    assert.equal("Alice", session.identity.name)
    assert.is_function(session.recover)
  end)
end)
