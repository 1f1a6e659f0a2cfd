-- action=login: what each answer of the wiki leads to.
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

local SECRET = ("0123456789abcdef"):rep(2)
local AS_BOT = { username = "Alice@app", password = SECRET }

local function wiki_of(options)
  options = options or {}
  options.accounts = options.accounts
    or { Alice = { password = "open sesame", botpasswords = { app = SECRET } } }
  return testing.wiki(options)
end

local function log_in(wiki, credentials)
  local session = assert(mwlogin.open(wiki.api, {
    transport = wiki.transport,
    user_agent = "spec",
  }))
  return session:login(credentials or AS_BOT)
end

local function answer(text)
  return { status = 200, body = ('{"login":%s}'):format(text) }
end

local function posts(wiki)
  local count = 0
  for _, request in ipairs(wiki.requests) do
    count = count + (request.action == "login" and 1 or 0)
  end
  return count
end

-- The POST, which is the second request, is answered so.
local function answered(text, credentials)
  local wiki = wiki_of()
  wiki:fault(2, answer(text))
  local me, err = log_in(wiki, credentials)
  return me, err, wiki
end

local function refused(kind, code, text)
  local me, err, wiki = answered(text)
  assert.is_nil(me)
  assert.equal(kind, err.kind)
  assert.equal(code, err.code)
  assert.is_string(err.advice)
  assert.is_nil(tostring(err):find(SECRET, 1, true))
  assert.equal(1, posts(wiki))
  return err
end

describe("a bot password", function()
  it("asks for raw messages, and gives the password in the body only", function()
    local wiki = wiki_of()
    local me = assert(log_in(wiki))
    assert.equal("Alice", me.name)
    local post = wiki.requests[2]
    assert.equal("raw", post.params.errorformat)
    assert.equal("Alice@app", post.post.lgname)
    assert.equal(SECRET, post.post.lgpassword)
    assert.is_nil(post.query.lgpassword)
  end)

  it("that is wrong is refused in our words", function()
    local err = refused(
      "refused",
      "wrongpassword",
      '{"result":"Failed","reason":{"code":"wrongpassword","key":"wrongpassword","params":[]}}'
    )
    assert.equal("The wiki refuses this user name or password", err.message)
  end)

  it("is refused in the wiki's words where we have none", function()
    local text = '{"result":"Failed","reason":{"code":"odd-code","text":"The moon is full."}}'
    assert.equal("The moon is full.", refused("refused", "odd-code", text).message)
    text = '{"result":"Failed","reason":"The moon is full."}'
    assert.equal("The moon is full.", refused("refused", "refused", text).message)
  end)

  it("is throttled for as long as the wiki says", function()
    local err = refused(
      "throttled",
      "login-throttled",
      '{"result":"Failed","reason":{"code":"login-throttled","key":"login-throttled",'
        .. '"params":[{"duration":300}]}}'
    )
    assert.equal(300, err.retry_after)
    assert.matches("up to 5 minutes", err.message)
  end)

  it("is throttled for as long as a list says that came as an object (T44)", function()
    local err = refused(
      "throttled",
      "login-throttled",
      '{"result":"Failed","reason":{"code":"login-throttled","key":"login-throttled",'
        .. '"params":{"1":{"duration":300}}}}'
    )
    assert.equal(300, err.retry_after)
  end)

  it("is throttled by a strict wiki after five tries, even with the right password", function()
    local wiki = wiki_of()
    for _ = 1, 5 do
      log_in(wiki, { username = "Alice@app", password = ("0"):rep(32) })
    end
    local me, err = log_in(wiki)
    assert.is_nil(me)
    assert.equal("throttled", err.kind)
    assert.equal(300, err.retry_after)
  end)

  it("explains Aborted: the main password of a two-factor account", function()
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = "GEZDGNBV" } } })
    local me, err = log_in(wiki, {
      username = "Alice",
      password = "open sesame",
      method = "botpassword",
    })
    assert.is_nil(me)
    assert.equal("refused", err.kind)
    assert.equal("api-login-fail-aborted", err.code)
    assert.matches("Special:BotPasswords", err.advice, 1, true)
    assert.matches("clientlogin", err.advice, 1, true)
  end)

  it("explains Aborted: a bot-password session in the way", function()
    local wiki = wiki_of()
    local first = assert(mwlogin.open(wiki.api, {
      transport = wiki.transport,
      user_agent = "spec",
    }))
    assert(first:login(AS_BOT))
    local second = assert(mwlogin.open(wiki.api, {
      transport = wiki.transport,
      user_agent = "spec",
    }))
    second:import_cookies(first:export_cookies())
    local me, err = second:login(AS_BOT)
    assert.is_nil(me)
    assert.equal("api-login-fail-badsessionprovider", err.code)
    assert.matches("logout%(%)", err.advice)
  end)

  it("that needs a reset or is locked says so", function()
    local wiki = wiki_of({
      accounts = {
        Alice = { botpasswords = { app = { password = SECRET, needs_reset = true } } },
      },
    })
    local _, err = log_in(wiki)
    assert.equal("botpasswords-needs-reset", err.code)
    refused(
      "refused",
      "botpasswords-locked",
      '{"result":"Failed","reason":{"code":"botpasswords-locked","key":"x","params":[]}}'
    )
  end)

  it("is not tried on a read-only wiki for longer than one answer", function()
    local wiki = wiki_of({ readonly = "Moving house" })
    local me, err = log_in(wiki)
    assert.is_nil(me)
    assert.equal("readonly", err.code)
    assert.equal(1, posts(wiki))
  end)

  it("is one error when the wiki is behind", function()
    local wiki = wiki_of()
    wiki:fault(2, {
      headers = { ["Retry-After"] = "5" },
      body = '{"errors":[{"code":"maxlag","text":"behind","module":"main"}]}',
    })
    local me, err = log_in(wiki)
    assert.is_nil(me)
    assert.equal("maxlag", err.code)
    assert.equal(5, err.retry_after)
  end)
end)

describe("a token that is not taken", function()
  local NEED = '{"result":"NeedToken","token":"0123456789abcdef0123456789abcdef01234567+\\\\"}'

  it("is renewed once, and only once", function()
    for _, text in ipairs({
      '{"result":"WrongToken"}',
      '{"result":"Failed","reason":{"code":"sessionlost","key":"x","params":[]}}',
    }) do
      local me, err, wiki = answered(text)
      assert(me, err)
      assert.equal(2, posts(wiki))

      wiki = wiki_of()
      wiki:fault(2, answer(text))
      wiki:fault(4, answer(text))
      me, err = log_in(wiki)
      assert.is_nil(me)
      assert.equal("refused", err.kind)
      assert.is_string(err.advice)
      assert.equal(2, posts(wiki))
    end
  end)

  it("twice NeedToken means that cookies do not come back", function()
    local wiki = wiki_of()
    wiki:fault(2, answer(NEED))
    wiki:fault(3, answer(NEED))
    local me, err = log_in(wiki)
    assert.is_nil(me)
    assert.equal("NeedToken", err.code)
    assert.matches("cookie", err.advice)
    assert.equal(2, posts(wiki))
  end)

  it("is told when the session cookie never comes back", function()
    local wiki = wiki_of()
    local session = assert(mwlogin.open(wiki.api, {
      user_agent = "spec",
      transport = function(request)
        local reply = wiki.transport(request)
        reply.headers["Set-Cookie"], reply.headers["set-cookie"] = nil, nil
        return reply
      end,
    }))
    local me, err = session:login(AS_BOT)
    assert.is_nil(me)
    assert.equal("sessionlost", err.code)
    assert.matches("cookie", err.advice)
    assert.equal(2, posts(wiki))
  end)
end)

describe("a wiki older than MediaWiki 1.27", function()
  local AS_ALICE = { username = "Alice", password = "open sesame", method = "botpassword" }

  it("is logged in to through NeedToken", function()
    local wiki = wiki_of({ version = "1.26" })
    local me, err = log_in(wiki, AS_ALICE)
    assert(me, err)
    assert.equal("Alice", me.name)
    assert.equal(2, posts(wiki))
  end)

  it("names its old results as the newer codes", function()
    local err = refused("throttled", "login-throttled", '{"result":"Throttled","wait":120}')
    assert.equal(120, err.retry_after)
    refused("refused", "wrongpassword", '{"result":"WrongPass"}')
    refused("refused", "wrongpassword", '{"result":"NotExists"}')
    refused("refused", "wrongpasswordempty", '{"result":"EmptyPass"}')
    refused("refused", "login-userblocked", '{"result":"Blocked"}')
    refused("refused", "Illegal", '{"result":"Illegal"}')
  end)

  it("has no clientlogin: an error says what to do", function()
    local wiki = wiki_of({ version = "1.26" })
    local me, err = log_in(wiki, { username = "Alice", password = "open sesame" })
    assert.is_nil(me)
    assert.equal("no-authmanager", err.code)
    assert.matches("botpassword", err.advice)
    assert.equal(0, posts(wiki))
  end)
end)

describe("an answer that is none", function()
  it("is an error of the protocol", function()
    for _, body in ipairs({ "{}", '{"login":{}}', '{"login":[]}', '{"login":{"result":3}}' }) do
      local wiki = wiki_of()
      wiki:fault(2, { body = body })
      local me, err = log_in(wiki)
      assert.is_nil(me)
      assert.equal("protocol", err.kind)
      assert.is_string(err.advice)
      assert.equal(1, posts(wiki))
    end
  end)

  it("is told when Success names nobody", function()
    local me, err = answered('{"result":"Success"}')
    assert.is_nil(me)
    assert.equal("protocol", err.kind)
  end)
end)
