---Functions of the user that raise in the middle of a login: what they raised comes out as it is,
---and nothing of the login is left half done.
local folders = require "spec.folders"
local mwlogin = require "mwlogin"

local PASSWORD <const> = "the password of Alice"

describe("a function of the user that raises in a login", function()
  local folder, store, armed, thrown

  before_each(function()
    folder, armed, thrown = folders.new(), true, { "what was raised" }
    store = mwlogin.store.file { folder = folder .. "/kept" }
  end)

  after_each(function()
    folders.remove(folder)
  end)

  local function raise()
    if armed then
      error(thrown)
    end
  end

  ---Raises the `place`th time it is called, and does `otherwise` at all others.
  local function raising_at(place, otherwise)
    local count = 0
    return function(...)
      count = count + 1
      if count == place then
        raise()
      end
      return otherwise and otherwise(...)
    end
  end

  local function open(options, wiki)
    options.transport = options.transport or wiki.transport
    options.user_agent, options.store = "spec", store
    return assert(mwlogin.open(wiki.api, options))
  end

  local function scripted(more)
    local account = { password = PASSWORD }
    for name, value in pairs(more or {}) do
      account[name] = value
    end
    return mwlogin.testing.wiki { accounts = { Alice = account } }
  end

  ---@return boolean raised
  local function comes_through(options, credentials, wiki)
    wiki = wiki or scripted()
    local session <close> = open(options, wiki)
    credentials.username = "Alice"
    armed = true
    local ok, what = pcall(session.login, session, credentials)
    armed = false
    if not ok then
      assert.equal(thrown, what)
      local lock <close> = assert(store:lock(store:ids()[1] or "x"))
      lock:release()
      local other <close> = open({ transport = wiki.transport }, wiki)
      assert.equal("Alice", assert(other:login { username = "Alice", password = PASSWORD }).name)
      assert.equal("Alice", assert(session:login { username = "Alice", password = PASSWORD }).name)
      session:logout()
    end
    return not ok
  end

  it("is a trace, at whichever of its events", function()
    local places = 0
    while comes_through({ trace = raising_at(places + 1) }, { password = PASSWORD }) do
      places = places + 1
    end
    assert.is_true(places >= 4, tostring(places))
  end)

  it("is a transport, at whichever of the requests", function()
    local places = 0
    local function raised()
      local wiki = scripted()
      local transport = raising_at(places + 1, wiki.transport)
      return comes_through({ transport = transport }, { password = PASSWORD }, wiki)
    end
    while raised() do
      places = places + 1
    end
    assert.is_true(places >= 3, tostring(places))
  end)

  it("is a responder", function()
    assert.is_true(comes_through({}, { respond = raise }))
  end)

  it("is a source or an answer: the error names which, for it may be asked again", function()
    local wiki = scripted { totp = "JBSWY3DPEHPK3PXP" }
    local session <close> = open({}, wiki)
    thrown = "nothing in the vault"
    local key = { password = PASSWORD, answers = { OATHToken = mwlogin.secret.totp(raise) } }
    local code = { password = PASSWORD, answers = { OATHToken = raise } }
    for _, case in ipairs { { "password", { password = raise } }, { "OATHToken", code, key } } do
      for place = 2, #case do
        case[place].username = "Alice"
        local me, err = session:login(case[place])
        assert.is_nil(me)
        assert.equal("answer", err.kind)
        assert.truthy(err.message:find(("'%s'"):format(case[1]), 1, true), err.message)
        assert.truthy(err.message:find("nothing in the vault", 1, true), err.message)
      end
    end
  end)

  it("is a handler: the error names it, and says so where no text was raised", function()
    local wiki = scripted()
    local session <close> = open({}, wiki)
    local handler = { name = "Mine", kinds = { "PasswordAuthenticationRequest" }, answer = raise }
    local me, err = session:login { username = "Alice", handlers = { handler } }
    assert.is_nil(me)
    assert.same({ "handler", "raised" }, { err.kind, err.code })
    local words = "'Mine': answer raised an error: a table, which is no text"
    assert.truthy(err.message:find(words, 1, true))
    thrown = mwlogin.error.new { kind = "network", code = "cut", message = "It was cut" }
    me, err = session:login { username = "Alice", handlers = { handler } }
    assert.is_nil(me)
    assert.equal(thrown, err.cause)
    assert.truthy(err.message:find("It was cut", 1, true))
  end)
end)
