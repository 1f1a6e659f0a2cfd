-- clientlogin as `login` drives it: what goes along, what comes back as an error.
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

local function wiki_of(options)
  options = options or {}
  options.accounts = options.accounts or { Alice = { password = "open sesame" } }
  return testing.wiki(options)
end

local function log_in(wiki, more)
  local session = assert(mwlogin.open(wiki.api, {
    transport = wiki.transport,
    user_agent = "spec",
  }))
  local credentials = { username = "Alice", password = "open sesame" }
  for name, value in pairs(more or {}) do
    credentials[name] = value
  end
  return session:login(credentials)
end

local function posts(wiki)
  local list = {}
  for _, request in ipairs(wiki.requests) do
    if request.action == "clientlogin" then
      list[#list + 1] = request
    end
  end
  return list
end

describe("clientlogin", function()
  it("gives the password in the body only", function()
    local wiki = wiki_of()
    assert(log_in(wiki))
    local post = posts(wiki)[1]
    assert.equal("open sesame", post.post.password)
    assert.is_nil(post.query.password)
    assert.is_string(post.params.loginreturnurl)
    assert.is_nil(post.params.logincontinue)
  end)

  it("ticks rememberMe only when it is told to", function()
    local wiki = wiki_of()
    assert(log_in(wiki))
    assert.is_nil(posts(wiki)[1].params.rememberMe)
    wiki = wiki_of()
    assert(log_in(wiki, { remember = true }))
    assert.equal("1", posts(wiki)[1].params.rememberMe)
  end)

  it("sends the return address and extra fields that are given", function()
    local wiki = wiki_of()
    assert(log_in(wiki, { return_url = "http://127.0.0.1:9/back", extra = { odd = "x" } }))
    local params = posts(wiki)[1].params
    assert.equal("http://127.0.0.1:9/back", params.loginreturnurl)
    assert.equal("x", params.odd)
  end)

  it("goes through a second factor with an answer", function()
    local key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = key } } })
    local me = assert(log_in(wiki, { answers = { OATHToken = mwlogin.secret.totp(key) } }))
    assert.equal("Alice", me.name)
    assert.equal("clientlogin", me.method)
  end)

  local function refused(kind, code, wiki, more)
    local me, err = log_in(wiki, more)
    assert.is_nil(me)
    assert.equal(kind, err.kind)
    assert.equal(code, err.code)
    assert.is_string(err.advice)
    return err
  end

  it("hands the wiki's own sentence on, without mark-up", function()
    local err = refused("refused", "wrongpassword", wiki_of(), { password = "wrong" })
    assert.matches("^Incorrect username or password", err.message)
    assert.is_nil(err.message:find("<", 1, true))
  end)

  it("is throttled after five tries, in the wiki's own sentence", function()
    local wiki = wiki_of()
    for _ = 1, 5 do
      log_in(wiki, { password = "wrong" })
    end
    local before = #posts(wiki)
    local err = refused("throttled", "login-throttled", wiki)
    assert.matches("wait", err.message)
    assert.equal(before + 1, #posts(wiki))
  end)

  it("is refused by a read-only wiki, once", function()
    local wiki = wiki_of({ readonly = "Moving house" })
    local err = refused("api", "readonly", wiki)
    assert.matches("later", err.advice)
    assert.equal(1, #posts(wiki))
  end)

  it("tells a lost session", function()
    local wiki = wiki_of()
    local session = assert(mwlogin.open(wiki.api, {
      user_agent = "spec",
      transport = function(request)
        local reply = wiki.transport(request)
        reply.headers["Set-Cookie"], reply.headers["set-cookie"] = nil, nil
        return reply
      end,
    }))
    local me, err = session:login({ username = "Alice", password = "open sesame" })
    assert.is_nil(me)
    assert.equal("badtoken", err.code)
    assert.matches("session", err.advice)
  end)

  it("does not go on after an exception of the wiki", function()
    local wiki = wiki_of()
    wiki:fault(2, {
      body = '{"errors":[{"code":"internal_api_error_TypeError","text":"boom","module":"main"}]}',
    })
    refused("api", "internal_api_error_TypeError", wiki)
    assert.equal(1, #posts(wiki))
  end)

  it("shows no secret that a wiki repeats in its error, by hand neither", function()
    local function search(value, seen)
      if type(value) == "table" and not seen[value] then
        seen[value] = true
        for _, item in pairs(value) do
          search(item, seen)
        end
      end
      assert.is_nil(tostring(value):find("open sesame", 1, true))
    end
    local said = "[x] Exception: no such password: open sesame"
    local error = '{"code":"internal_api_error_X","text":"%s","data":{"was":"%s"}}'
    for _, by_hand in ipairs({ false, true }) do
      local wiki = wiki_of()
      wiki:fault(2, { body = ('{"errors":[%s]}'):format(error:format(said, said)) })
      local _, err
      if by_hand then
        local session = assert(mwlogin.open(wiki.api, {
          transport = wiki.transport,
          user_agent = "spec",
        }))
        local flow = session:flow("login")
        assert(flow:start())
        _, err = flow:submit({ username = "Alice", password = "open sesame" })
        err.flow = nil
      else
        _, err = log_in(wiki)
      end
      search(err, {})
      assert.matches("no such password: ***", err.message, 1, true)
    end
  end)

  it("tells a private wiki's user, too", function()
    local me = assert(log_in(wiki_of({ private = true })))
    assert.equal("Alice", me.name)
  end)
end)
